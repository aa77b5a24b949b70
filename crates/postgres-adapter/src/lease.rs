use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, SqlStr};
use tokio::runtime::Handle;

/// How long a connection that comes back in the middle of something may take to undo it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection for the length of one transaction. It goes back to its pool after a COMMIT that was answered; in every
/// other case only once it has answered a ROLLBACK, whatever was under way, and if it does not, it is closed.
///
/// The answer is what counts, and not anybody's own count: a BEGIN that was cancelled in flight is in no count. What a
/// transaction of ours sets, the role above all, is set for the transaction, so it ends with either answer.
pub(crate) struct Lease {
    /// Gone only while the lease is dropped.
    connection: Option<PoolConnection<Postgres>>,
    is_at_rest: bool,
}

impl Lease {
    /// Sends the statements that open a transaction as one message.
    pub(crate) async fn begin(
        connection: PoolConnection<Postgres>,
        opening: SqlStr,
    ) -> Result<Self, sqlx::Error> {
        let mut lease = Self { connection: Some(connection), is_at_rest: false };
        sqlx::raw_sql(opening).execute(&mut *lease).await?;
        Ok(lease)
    }

    /// Ends the transaction.
    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        sqlx::raw_sql("COMMIT").execute(&mut *self).await?;
        self.is_at_rest = true;
        Ok(())
    }
}

#[expect(clippy::expect_used, reason = "the connection is there until the lease is dropped")]
impl Deref for Lease {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection.as_deref().expect(HELD)
    }
}

#[expect(clippy::expect_used, reason = "the connection is there until the lease is dropped")]
impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_deref_mut().expect(HELD)
    }
}

const HELD: &str = "a lease holds its connection until it is dropped";

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take().filter(|_| !self.is_at_rest) else { return };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(undo(connection))),
            Err(_) => connection.close_on_drop(),
        }
    }
}

async fn undo(mut connection: PoolConnection<Postgres>) {
    let undone = tokio::time::timeout(PATIENCE, sqlx::raw_sql("ROLLBACK").execute(&mut *connection)).await;
    if !matches!(undone, Ok(Ok(_))) {
        tracing::debug!("a connection that cannot be brought to rest is closed");
        connection.close_on_drop();
    }
}
