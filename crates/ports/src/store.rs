use async_trait::async_trait;
use kairo_domain::Actor;

use crate::{
    CompanyRepository, IdempotencyKeys, Journal, LeadRepository, SessionRepository, StoreError,
    UserRepository,
};

/// Where everything is kept. The only door to it is a unit of work begun by an actor.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a unit of work; it sees and writes only what the actor may.
    ///
    /// Fails with [`StoreError::Unavailable`] when the store cannot be reached in time.
    async fn begin(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError>;

    /// Begins a unit of work that only reads; its writes fail.
    ///
    /// Fails with [`StoreError::Unavailable`] when the store cannot be reached in time.
    async fn begin_read(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError>;

    /// Whether the store answers and has the schema this program needs.
    ///
    /// Fails with [`StoreError::Unavailable`] when it does not answer, [`StoreError::Broken`] when its schema is
    /// not the expected one.
    async fn ready(&self) -> Result<(), StoreError>;
}

/// One transaction. Dropping it undoes everything.
#[async_trait]
pub trait UnitOfWork: Send {
    /// The leads.
    fn leads(&mut self) -> &mut dyn LeadRepository;

    /// The users.
    fn users(&mut self) -> &mut dyn UserRepository;

    /// The companies.
    fn companies(&mut self) -> &mut dyn CompanyRepository;

    /// The sessions.
    fn sessions(&mut self) -> &mut dyn SessionRepository;

    /// The journal: audit log and outbox.
    fn journal(&mut self) -> &mut dyn Journal;

    /// The idempotency keys.
    fn idempotency(&mut self) -> &mut dyn IdempotencyKeys;

    /// Keeps everything that was written.
    ///
    /// Fails with [`StoreError::Contention`] or [`StoreError::Stale`] when another unit won; nothing is kept then.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
