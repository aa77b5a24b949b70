use async_trait::async_trait;
use kairo_domain::Actor;

use crate::{
    ApiKeyRepository, AttemptLog, AutomationRepository, CompanyRepository, CredentialRepository,
    EmailChangeRepository, Expired, IdempotencyKeys, InvitationRepository, Journal, LeadRepository,
    LeadTimeline, LetterQueue, OneTimeTokens, Queue, RevocationLog, RunProgress, RunRepository,
    SecondFactorRepository, SessionRepository, SignUpRepository, StoreError, TriggerRepository,
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

    /// What happened to each lead.
    fn lead_timeline(&mut self) -> &mut dyn LeadTimeline;

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

    /// The API keys.
    fn api_keys(&mut self) -> &mut dyn ApiKeyRepository;

    /// The failed attempts to sign in.
    fn attempts(&mut self) -> &mut dyn AttemptLog;

    /// The credentials of automations.
    fn credentials(&mut self) -> &mut dyn CredentialRepository;

    /// The changes of address under way.
    fn email_changes(&mut self) -> &mut dyn EmailChangeRepository;

    /// What is kept for a while only.
    fn expired(&mut self) -> &mut dyn Expired;

    /// The invitations.
    fn invitations(&mut self) -> &mut dyn InvitationRepository;

    /// The letters that are owed.
    fn letters(&mut self) -> &mut dyn LetterQueue;

    /// The tokens that were mailed.
    fn one_time_tokens(&mut self) -> &mut dyn OneTimeTokens;

    /// The jobs that wait to be done.
    fn queue(&mut self) -> &mut dyn Queue;

    /// What makes access tokens invalid.
    fn revocations(&mut self) -> &mut dyn RevocationLog;

    /// The second factors.
    fn second_factors(&mut self) -> &mut dyn SecondFactorRepository;

    /// The sign-ups under way.
    fn sign_ups(&mut self) -> &mut dyn SignUpRepository;

    /// The automations.
    fn automations(&mut self) -> &mut dyn AutomationRepository;

    /// The triggers of automations.
    fn triggers(&mut self) -> &mut dyn TriggerRepository;

    /// The runs.
    fn runs(&mut self) -> &mut dyn RunRepository;

    /// The runs as workers drive them.
    fn progress(&mut self) -> &mut dyn RunProgress;

    /// Keeps everything that was written.
    ///
    /// Fails with [`StoreError::Contention`] or [`StoreError::Stale`] when another unit won; nothing is kept then.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
