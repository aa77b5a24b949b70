use uuid::Uuid;

/// What goes wrong with a store; one list for every repository of every adapter.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The stored version is not the one the change was made from, or the row is out of reach.
    #[error("the stored version differs from the one that was changed")]
    Stale,
    /// A unique value is in use.
    #[error("{what} is in use already")]
    Taken {
        /// The public name of the field.
        what: &'static str,
    },
    /// The write names something that is not there.
    #[error("{what} does not exist")]
    Missing {
        /// The public name of the field.
        what: &'static str,
    },
    /// The change would leave nobody with role ADMIN who may sign in.
    #[error("the last administrator can be neither demoted, suspended nor deleted")]
    LastAdmin,
    /// The store's own guard refused what the actor of this unit wanted to write.
    #[error("the store refused the write: {why}")]
    Refused {
        /// Which guard, for the log.
        why: String,
    },
    /// Another unit was in the way; the same order may be tried again.
    #[error("another transaction was in the way")]
    Contention(#[source] Option<Source>),
    /// The store cannot be reached, or all its connections are in use.
    #[error("the store is out of reach")]
    Unavailable(#[source] Option<Source>),
    /// A stored row breaks the rules of its type.
    #[error("{table}.{column} of {id} holds a value that breaks its rules")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row.
        id: Uuid,
    },
    /// Anything else.
    #[error("the store failed")]
    Broken(#[source] Source),
}

type Source = Box<dyn std::error::Error + Send + Sync>;
