//! Mocks of the ports, for failures that a fake cannot be talked into: a commit that loses a race, a store that
//! goes away. A unit of work is mocked by [`MockUnitOfWork`], which holds one mock of every repository.

use async_trait::async_trait;
use kairo_domain::Actor;
use mockall::mock;

pub use crate::api_keys::MockApiKeyRepository;
pub use crate::attempts::MockAttemptLog;
pub use crate::automations::MockAutomationRepository;
pub use crate::clock::MockClock;
pub use crate::companies::MockCompanyRepository;
pub use crate::credentials::MockCredentialRepository;
pub use crate::egress::MockEgress;
pub use crate::email_changes::MockEmailChangeRepository;
pub use crate::expired::MockExpired;
pub use crate::idempotency::MockIdempotencyKeys;
pub use crate::ids::MockIdSource;
pub use crate::invitations::MockInvitationRepository;
pub use crate::journal::MockJournal;
pub use crate::lead_timeline::MockLeadTimeline;
pub use crate::leads::MockLeadRepository;
pub use crate::letters::MockLetterQueue;
pub use crate::mail::MockMailer;
pub use crate::one_time_codes::MockOneTimeCodes;
pub use crate::one_time_tokens::MockOneTimeTokens;
pub use crate::passwords::MockPasswords;
pub use crate::queue::MockQueue;
pub use crate::revocations::MockRevocationLog;
pub use crate::runs::{MockRunProgress, MockRunRepository};
pub use crate::second_factors::MockSecondFactorRepository;
pub use crate::sessions::MockSessionRepository;
pub use crate::sign_ups::MockSignUpRepository;
pub use crate::signatures::MockSignatures;
pub use crate::tokens::{MockAccessTokens, MockRefreshTokens, MockTokenSource};
pub use crate::triggers::MockTriggerRepository;
pub use crate::users::MockUserRepository;
pub use crate::vault::MockVault;
use crate::{
    ApiKeyRepository, AttemptLog, AutomationRepository, CompanyRepository, CredentialRepository,
    EmailChangeRepository, Expired, IdempotencyKeys, InvitationRepository, Journal, LeadRepository,
    LeadTimeline, LetterQueue, OneTimeTokens, Queue, RevocationLog, RunProgress, RunRepository,
    SecondFactorRepository, SessionRepository, SignUpRepository, Store, StoreError, TriggerRepository,
    UnitOfWork, UserRepository,
};

mock! {
    /// A store whose units are given by the test.
    pub Store {}

    #[async_trait]
    impl Store for Store {
        async fn begin(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError>;
        async fn begin_read(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError>;
        async fn ready(&self) -> Result<(), StoreError>;
    }
}

/// A unit of work made of mocked repositories and a commit that ends as the test says.
#[derive(Default)]
pub struct MockUnitOfWork {
    /// The leads.
    pub leads: MockLeadRepository,
    /// What happened to each lead.
    pub lead_timeline: MockLeadTimeline,
    /// The users.
    pub users: MockUserRepository,
    /// The companies.
    pub companies: MockCompanyRepository,
    /// The sessions.
    pub sessions: MockSessionRepository,
    /// The journal.
    pub journal: MockJournal,
    /// The idempotency keys.
    pub idempotency: MockIdempotencyKeys,
    /// The API keys.
    pub api_keys: MockApiKeyRepository,
    /// The failed attempts to sign in.
    pub attempts: MockAttemptLog,
    /// The credentials of automations.
    pub credentials: MockCredentialRepository,
    /// The changes of address under way.
    pub email_changes: MockEmailChangeRepository,
    /// What is kept for a while only.
    pub expired: MockExpired,
    /// The invitations.
    pub invitations: MockInvitationRepository,
    /// The letters that are owed.
    pub letters: MockLetterQueue,
    /// The tokens that were mailed.
    pub one_time_tokens: MockOneTimeTokens,
    /// The jobs that wait to be done.
    pub queue: MockQueue,
    /// What makes access tokens invalid.
    pub revocations: MockRevocationLog,
    /// The second factors.
    pub second_factors: MockSecondFactorRepository,
    /// The sign-ups under way.
    pub sign_ups: MockSignUpRepository,
    /// The automations.
    pub automations: MockAutomationRepository,
    /// The triggers of automations.
    pub triggers: MockTriggerRepository,
    /// The runs.
    pub runs: MockRunRepository,
    /// The runs as workers drive them.
    pub progress: MockRunProgress,
    /// How the commit ends; well when absent.
    pub commit_error: Option<StoreError>,
}

#[async_trait]
impl UnitOfWork for MockUnitOfWork {
    fn leads(&mut self) -> &mut dyn LeadRepository {
        &mut self.leads
    }

    fn lead_timeline(&mut self) -> &mut dyn LeadTimeline {
        &mut self.lead_timeline
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        &mut self.users
    }

    fn companies(&mut self) -> &mut dyn CompanyRepository {
        &mut self.companies
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        &mut self.sessions
    }

    fn journal(&mut self) -> &mut dyn Journal {
        &mut self.journal
    }

    fn idempotency(&mut self) -> &mut dyn IdempotencyKeys {
        &mut self.idempotency
    }

    fn api_keys(&mut self) -> &mut dyn ApiKeyRepository {
        &mut self.api_keys
    }

    fn attempts(&mut self) -> &mut dyn AttemptLog {
        &mut self.attempts
    }

    fn credentials(&mut self) -> &mut dyn CredentialRepository {
        &mut self.credentials
    }

    fn email_changes(&mut self) -> &mut dyn EmailChangeRepository {
        &mut self.email_changes
    }

    fn expired(&mut self) -> &mut dyn Expired {
        &mut self.expired
    }

    fn invitations(&mut self) -> &mut dyn InvitationRepository {
        &mut self.invitations
    }

    fn letters(&mut self) -> &mut dyn LetterQueue {
        &mut self.letters
    }

    fn one_time_tokens(&mut self) -> &mut dyn OneTimeTokens {
        &mut self.one_time_tokens
    }

    fn queue(&mut self) -> &mut dyn Queue {
        &mut self.queue
    }

    fn revocations(&mut self) -> &mut dyn RevocationLog {
        &mut self.revocations
    }

    fn second_factors(&mut self) -> &mut dyn SecondFactorRepository {
        &mut self.second_factors
    }

    fn sign_ups(&mut self) -> &mut dyn SignUpRepository {
        &mut self.sign_ups
    }

    fn automations(&mut self) -> &mut dyn AutomationRepository {
        &mut self.automations
    }

    fn triggers(&mut self) -> &mut dyn TriggerRepository {
        &mut self.triggers
    }

    fn runs(&mut self) -> &mut dyn RunRepository {
        &mut self.runs
    }

    fn progress(&mut self) -> &mut dyn RunProgress {
        &mut self.progress
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.commit_error.map_or(Ok(()), Err)
    }
}
