use std::fmt::Write;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kairo_domain::Actor;
use kairo_ports::{Store, StoreError, UnitOfWork};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool, SqlSafeStr, SqlStr};
use uuid::Uuid;

use crate::bell::Bell;
use crate::error::store_error;
use crate::lease::Lease;
use crate::pools::{Connections, Pools, Rest, prepare, queue_pool};
use crate::unit_of_work::{Access, PgUnitOfWork};
use crate::{Announcements, PgOptions, migrate, rls};

/// How much longer than the server a statement is waited for, before the connection is given up for dead.
const GRACE: Duration = Duration::from_secs(5);

/// The store in PostgreSQL. A clone is cheap and the same store.
#[derive(Clone)]
pub struct PgStore {
    pools: Arc<Pools>,
    bell: Bell,
    patience: Duration,
    connect: PgConnectOptions,
    options: PgOptions,
}

impl PgStore {
    /// Connects to a database that [`migrate`](crate::migrate()) has prepared.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be reached, [`StoreError::Broken`] when the URL cannot be read, the
    /// database was never migrated or the login cannot become the actor roles.
    pub async fn connect(options: PgOptions) -> Result<Self, StoreError> {
        let connect = PgConnectOptions::from_str(options.url.expose())
            .map_err(|error| StoreError::Broken(error.into()))?
            .application_name("kairo");
        // The pool would take a refusal for a server that is still starting, and keep the reason to itself.
        let first = tokio::time::timeout(options.acquire_timeout, async {
            let mut connection = connect.connect().await?;
            prepare(Rest::Gate, &mut connection, &options).await?;
            connection.close().await
        });
        first.await.map_err(|late| StoreError::Unavailable(Some(late.into())))?.map_err(store_error)?;
        let patience = options.statement_timeout + GRACE;
        let pools = Arc::new(Pools::new(&connect, &options));
        let bell = Bell::new(queue_pool(&connect, &options));
        Ok(Self { pools, bell, patience, connect, options })
    }

    /// How many connections there are, for gauges.
    pub fn connections(&self) -> Connections {
        self.pools.connections()
    }

    /// What the database says by itself; it is heard on a connection beside those of the pools.
    pub fn announcements(&self) -> Announcements {
        Announcements::new(self.connect.clone(), self.options.clone())
    }

    /// The connections of whoever runs the job queue. They are apart from those of the units of work, belong to the
    /// queue's owner, and see nothing but the queue; the first is opened when it is used.
    pub fn queue_pool(&self) -> PgPool {
        self.bell.pool()
    }

    /// Closes every connection but those of announcements, and waits for the units that are still open. The job queue is
    /// to be left before.
    pub async fn close(&self) {
        self.pools.close().await;
        self.bell.close().await;
    }

    /// Begins a transaction and becomes the actor in one message. A connection that died while it was idle is replaced:
    /// nothing was done on it yet.
    pub(crate) async fn open(&self, actor: &Actor, access: Access) -> Result<PgUnitOfWork, StoreError> {
        let mut spare = self.pools.connections().most;
        loop {
            let connection = self.pools.take().await.map_err(store_error)?;
            let begin = Lease::begin(connection, opening(actor, access));
            match tokio::time::timeout(self.patience, begin).await {
                Ok(Ok(lease)) => {
                    return Ok(PgUnitOfWork::new(*actor, access, lease, self.patience, self.bell.clone()));
                }
                Ok(Err(error)) if spare > 0 && died_idle(&error) => spare -= 1,
                Ok(Err(error)) => return Err(store_error(error)),
                Err(late) => return Err(StoreError::Unavailable(Some(late.into()))),
            }
        }
    }
}

#[async_trait]
impl Store for PgStore {
    async fn begin(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        Ok(Box::new(self.open(actor, Access::ReadWrite).await?))
    }

    async fn begin_read(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        Ok(Box::new(self.open(actor, Access::ReadOnly).await?))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let mut work = self.open(&Actor::System, Access::ReadOnly).await?;
        let (tables, policies) = work.schema().await?;
        if tables != migrate::expected() {
            return Err(StoreError::Broken("the database has other migrations than this program".into()));
        }
        if policies.as_deref() != Some(rls::expected_digest()) {
            return Err(StoreError::Broken("the database has other policies than this program".into()));
        }
        Ok(())
    }
}

/// The statements that open a unit of work, sent as one message. Only words of this program and UUIDs go into them.
#[expect(clippy::disallowed_methods, reason = "only role words and UUIDs are formatted into this text")]
fn opening(actor: &Actor, access: Access) -> SqlStr {
    let mode = match access {
        Access::ReadOnly => "READ ONLY",
        Access::ReadWrite => "READ WRITE",
    };
    let mut sql = format!(
        "BEGIN {mode}; SET LOCAL ROLE {}; SELECT set_config('kairo.actor', '{}', true)",
        rls::role_name(actor.role()),
        actor.word()
    );
    let context: [(&str, Option<Uuid>); 3] = [
        ("kairo.actor_id", actor.journal_id()),
        ("kairo.user", actor.user().map(|user| user.uuid())),
        ("kairo.company", actor.company().map(|company| company.uuid())),
    ];
    for (name, id) in context {
        // What an actor does not have is said too: nothing is taken over from whoever was here before.
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        let _ = write!(sql, ", set_config('{name}', '{id}', true)");
    }
    AssertSqlSafe(sql).into_sql_str()
}

/// Whether the connection was dead before it was used: the network broke, or the server ended the session.
fn died_idle(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(said) => matches!(said.code().as_deref(), Some("57P01" | "57P05" | "25P03")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use kairo_domain::{AutomationId, CompanyId, Role, UserActor, UserId, Via};

    use super::*;

    #[test]
    fn a_unit_opens_with_the_role_and_the_ids_of_its_actor() {
        let user = UserActor {
            id: UserId::from_uuid(Uuid::from_u128(1)),
            role: Role::Client,
            company: Some(CompanyId::from_uuid(Uuid::from_u128(2))),
            via: Via::Program,
        };
        let automation =
            Actor::Automation { id: AutomationId::from_uuid(Uuid::from_u128(3)), on_behalf_of: user };
        assert_eq!(
            opening(&automation, Access::ReadWrite).as_str(),
            "BEGIN READ WRITE; SET LOCAL ROLE kairo_client; SELECT set_config('kairo.actor', 'automation', true), \
             set_config('kairo.actor_id', '00000000-0000-0000-0000-000000000003', true), \
             set_config('kairo.user', '00000000-0000-0000-0000-000000000001', true), \
             set_config('kairo.company', '00000000-0000-0000-0000-000000000002', true)"
        );
    }

    #[test]
    fn a_visitor_carries_nothing() {
        assert_eq!(
            opening(&Actor::Visitor, Access::ReadOnly).as_str(),
            "BEGIN READ ONLY; SET LOCAL ROLE kairo_public; SELECT set_config('kairo.actor', 'visitor', true), \
             set_config('kairo.actor_id', '', true), set_config('kairo.user', '', true), \
             set_config('kairo.company', '', true)"
        );
    }
}
