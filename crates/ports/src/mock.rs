//! Mocks of the ports, for failures that a fake cannot be talked into: a commit that loses a race, a store that
//! goes away. A unit of work is mocked by [`MockUnitOfWork`], which holds one mock of every repository.

use async_trait::async_trait;
use kairo_domain::Actor;
use mockall::mock;

pub use crate::clock::MockClock;
pub use crate::companies::MockCompanyRepository;
pub use crate::idempotency::MockIdempotencyKeys;
pub use crate::ids::MockIdSource;
pub use crate::journal::MockJournal;
pub use crate::leads::MockLeadRepository;
pub use crate::passwords::MockPasswords;
pub use crate::sessions::MockSessionRepository;
pub use crate::tokens::{MockAccessTokens, MockTokenSource};
pub use crate::users::MockUserRepository;
use crate::{
    CompanyRepository, IdempotencyKeys, Journal, LeadRepository, SessionRepository, Store, StoreError,
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
    /// How the commit ends; well when absent.
    pub commit_error: Option<StoreError>,
}

#[async_trait]
impl UnitOfWork for MockUnitOfWork {
    fn leads(&mut self) -> &mut dyn LeadRepository {
        &mut self.leads
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

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.commit_error.map_or(Ok(()), Err)
    }
}
