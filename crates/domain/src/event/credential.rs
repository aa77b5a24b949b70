use serde_json::{Value, json};

/// What happened to a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialChange {
    /// It was made.
    Created,
    /// It was edited, or its secret was replaced.
    Updated {
        /// The public names of the fields that changed.
        fields: Vec<&'static str>,
    },
    /// It was removed for good.
    Deleted,
}

impl CredentialChange {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Created => "credential.created",
            Self::Updated { .. } => "credential.updated",
            Self::Deleted => "credential.deleted",
        }
    }

    pub(super) fn body(&self) -> Value {
        match self {
            Self::Updated { fields } => json!({"fields": fields}),
            Self::Created | Self::Deleted => json!({}),
        }
    }
}
