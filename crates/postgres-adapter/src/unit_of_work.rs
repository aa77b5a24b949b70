use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use kairo_domain::{Actor, ActorRole, Origin, Permit, Resource, Verb};
use kairo_ports::{
    ApiKeyRepository, AttemptLog, AutomationRepository, CompanyRepository, CredentialRepository,
    EmailChangeRepository, Expired, IdempotencyKeys, InvitationRepository, Journal, LeadRepository,
    LeadTimeline, LetterQueue, OneTimeTokens, Queue, RevocationLog, RunProgress, RunRepository,
    SecondFactorRepository, SessionRepository, SignUpRepository, StoreError, TriggerRepository, UnitOfWork,
    UserRepository,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::bell::Bell;
use crate::error::store_error;
use crate::lease::Lease;

/// One transaction as one actor; it is every repository itself, each in a file of its own.
///
/// Every statement goes through [`Statements::run`]. Dropping the unit sends a ROLLBACK, without anybody waiting for it.
pub(crate) struct PgUnitOfWork {
    pub(crate) actor: Actor,
    pub(crate) access: Access,
    pub(crate) held_keys: Vec<(String, String)>,
    /// Where what this unit records comes from.
    pub(crate) origin: Origin,
    statements: Statements,
    lease: Lease,
    bell: Bell,
    /// Whether there is a job to be done at once.
    rings: bool,
}

/// What a unit may do at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    ReadOnly,
    ReadWrite,
}

/// Runs the statements of a unit, and remembers whether all of them came to a good end.
pub(crate) struct Statements {
    patience: Duration,
    whole: bool,
}

impl Statements {
    /// Waits for a statement. One that fails, or whose future is dropped half-way, leaves the unit fit for nothing but
    /// being undone: PostgreSQL answers COMMIT after an error with a silent ROLLBACK.
    pub(crate) async fn run<T>(
        &mut self,
        statement: impl Future<Output = Result<T, sqlx::Error>> + Send,
    ) -> Result<T, StoreError> {
        let was_whole = std::mem::replace(&mut self.whole, false);
        // The server's own time-out comes first, unless the connection is dead and nothing ever comes.
        let outcome = tokio::time::timeout(self.patience, statement).await;
        let value =
            outcome.map_err(|late| StoreError::Unavailable(Some(late.into())))?.map_err(store_error)?;
        self.whole = was_whole;
        Ok(value)
    }

    /// A write that failed for another reason than an SQL error; the unit is fit for nothing but being undone.
    pub(crate) fn fail(&mut self, error: StoreError) -> StoreError {
        self.whole = false;
        error
    }

    pub(crate) fn refuse(&mut self, why: impl Into<String>) -> StoreError {
        self.fail(StoreError::Refused { why: why.into() })
    }

    /// A save that met no row: it is gone, out of reach, or at another version.
    pub(crate) fn met_one(&mut self, rows: u64) -> Result<(), StoreError> {
        if rows == 1 { Ok(()) } else { Err(self.fail(StoreError::Stale)) }
    }
}

impl PgUnitOfWork {
    pub(crate) fn new(actor: Actor, access: Access, lease: Lease, patience: Duration, bell: Bell) -> Self {
        let statements = Statements { patience, whole: true };
        let (held_keys, origin) = (Vec::new(), Origin::default());
        Self { actor, access, held_keys, origin, statements, lease, bell, rings: false }
    }

    /// What runs statements, and where.
    pub(crate) fn parts(&mut self) -> (&mut Statements, &mut PgConnection) {
        (&mut self.statements, &mut self.lease)
    }

    /// Has whoever runs the job queue look at it once this unit is committed.
    pub(crate) fn ring_after_commit(&mut self) {
        self.rings = true;
    }

    /// The migrations in the database, as versions and checksums, and the digest of its policies.
    pub(crate) async fn schema(&mut self) -> Result<(Vec<(i64, Vec<u8>)>, Option<String>), StoreError> {
        let (statements, connection) = self.parts();
        let tables = sqlx::query_as(
            "/* kairo:unit_of_work.schema */ SELECT version, checksum FROM kairo.migrations
              WHERE success ORDER BY version",
        )
        .fetch_all(&mut *connection);
        let tables = statements.run(tables).await?;
        let policies =
            sqlx::query_scalar("/* kairo:unit_of_work.schema */ SELECT digest FROM kairo.rls_state")
                .fetch_optional(connection);
        Ok((tables, statements.run(policies).await?))
    }

    /// Whether no thing of this kind is within the actor's reach. Its role has no right to the table then, and asking
    /// would be an error instead of nothing.
    pub(crate) fn sees_no(&self, resource: Resource) -> bool {
        self.actor.reach(resource).is_nothing()
    }

    /// Whether the unit is the program's own.
    pub(crate) fn is_system(&self) -> bool {
        self.actor.role() == ActorRole::System
    }

    pub(crate) fn demand_system(&mut self) -> Result<(), StoreError> {
        if self.is_system() {
            return Ok(());
        }
        Err(self.statements.refuse("only the program itself does this"))
    }

    /// A permit is for one thing; using it for another is a fault of the caller.
    pub(crate) fn check_permit(
        &mut self,
        permit: &Permit,
        resource: Resource,
        id: Uuid,
    ) -> Result<(), StoreError> {
        if permit.resource() == resource && permit.subject() == Some(id) {
            return Ok(());
        }
        Err(self.statements.refuse(format!("the permit is for another thing than this {resource}")))
    }

    pub(crate) fn check_adding(
        &mut self,
        permit: &Permit,
        resource: Resource,
        id: Uuid,
    ) -> Result<(), StoreError> {
        match permit.verb() {
            Verb::Create => self.check_permit(permit, resource, id),
            other => Err(self.statements.refuse(format!("a permit to {other} adds nothing"))),
        }
    }

    pub(crate) fn check_saving(
        &mut self,
        permit: &Permit,
        resource: Resource,
        id: Uuid,
    ) -> Result<(), StoreError> {
        match permit.verb() {
            verb @ (Verb::Read | Verb::Create | Verb::Export | Verb::Purge) => {
                Err(self.statements.refuse(format!("a permit to {verb} changes nothing")))
            }
            _ => self.check_permit(permit, resource, id),
        }
    }
}

#[async_trait]
impl UnitOfWork for PgUnitOfWork {
    fn leads(&mut self) -> &mut dyn LeadRepository {
        self
    }

    fn lead_timeline(&mut self) -> &mut dyn LeadTimeline {
        self
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn companies(&mut self) -> &mut dyn CompanyRepository {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }

    fn journal(&mut self) -> &mut dyn Journal {
        self
    }

    fn idempotency(&mut self) -> &mut dyn IdempotencyKeys {
        self
    }

    fn api_keys(&mut self) -> &mut dyn ApiKeyRepository {
        self
    }

    fn attempts(&mut self) -> &mut dyn AttemptLog {
        self
    }

    fn credentials(&mut self) -> &mut dyn CredentialRepository {
        self
    }

    fn email_changes(&mut self) -> &mut dyn EmailChangeRepository {
        self
    }

    fn expired(&mut self) -> &mut dyn Expired {
        self
    }

    fn invitations(&mut self) -> &mut dyn InvitationRepository {
        self
    }

    fn letters(&mut self) -> &mut dyn LetterQueue {
        self
    }

    fn one_time_tokens(&mut self) -> &mut dyn OneTimeTokens {
        self
    }

    fn queue(&mut self) -> &mut dyn Queue {
        self
    }

    fn revocations(&mut self) -> &mut dyn RevocationLog {
        self
    }

    fn second_factors(&mut self) -> &mut dyn SecondFactorRepository {
        self
    }

    fn sign_ups(&mut self) -> &mut dyn SignUpRepository {
        self
    }

    fn automations(&mut self) -> &mut dyn AutomationRepository {
        self
    }

    fn triggers(&mut self) -> &mut dyn TriggerRepository {
        self
    }

    fn runs(&mut self) -> &mut dyn RunRepository {
        self
    }

    fn progress(&mut self) -> &mut dyn RunProgress {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { mut statements, lease, bell, rings, .. } = *self;
        if !statements.whole {
            return Err(StoreError::Refused { why: "an earlier statement of this unit failed".to_owned() });
        }
        statements.run(lease.commit()).await?;
        if rings {
            bell.ring();
        }
        Ok(())
    }
}
