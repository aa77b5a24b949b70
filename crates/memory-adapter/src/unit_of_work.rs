use std::sync::Arc;

use async_trait::async_trait;
use kairo_domain::{Actor, Origin};
use kairo_ports::{
    ApiKeyRepository, AttemptLog, CompanyRepository, EmailChangeRepository, Expired, IdempotencyKeys,
    InvitationRepository, Journal, LeadRepository, LetterQueue, OneTimeTokens, RevocationLog,
    SecondFactorRepository, SessionRepository, SignUpRepository, StoreError, UnitOfWork, UserRepository,
};

use crate::guard::{only_system, refused};
use crate::idempotency::HeldKeys;
use crate::shelf::Shelf;
use crate::store::Shared;

/// What a unit may do at all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

type Write = Box<dyn Fn(&mut Shelf) -> Result<(), StoreError> + Send>;

/// A snapshot with the unit's own writes in it, and the log of these writes for the commit.
pub(crate) struct MemoryUnitOfWork {
    pub(crate) shared: Arc<Shared>,
    pub(crate) actor: Actor,
    pub(crate) view: Shelf,
    pub(crate) keys: HeldKeys,
    pub(crate) origin: Origin,
    access: Access,
    log: Vec<Write>,
    failed: bool,
}

impl MemoryUnitOfWork {
    pub(crate) fn new(shared: Arc<Shared>, actor: Actor, access: Access) -> Self {
        let view = shared.newest().clone();
        let keys = HeldKeys::new(Arc::clone(&shared));
        Self { shared, actor, view, keys, origin: Origin::default(), access, log: Vec::new(), failed: false }
    }

    /// Refuses everybody but the program itself.
    pub(crate) fn demand_system(&mut self) -> Result<(), StoreError> {
        self.check(only_system(&self.actor))
    }

    /// Fails the unit when a check of what is to be written failed.
    pub(crate) fn check(&mut self, checked: Result<(), StoreError>) -> Result<(), StoreError> {
        checked.inspect_err(|_| self.failed = true)
    }

    /// Refuses writes in a unit that only reads.
    pub(crate) fn check_access(&self) -> Result<(), StoreError> {
        match self.access {
            Access::Write => Ok(()),
            Access::Read => Err(refused("this unit of work only reads")),
        }
    }

    /// Whether the unit may write at all.
    pub(crate) fn writes(&self) -> bool {
        self.access == Access::Write
    }

    /// Does the write on the unit's own view, and notes it for the commit.
    pub(crate) fn write<T>(
        &mut self,
        write: impl Fn(&mut Shelf) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = self.check_access().and_then(|()| write(&mut self.view));
        match &done {
            Ok(_) => self.log.push(Box::new(move |shelf| write(shelf).map(drop))),
            // As in a database: after a failed statement a transaction can only be rolled back.
            Err(_) => self.failed = true,
        }
        done
    }
}

#[async_trait]
impl UnitOfWork for MemoryUnitOfWork {
    fn leads(&mut self) -> &mut dyn LeadRepository {
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

    fn revocations(&mut self) -> &mut dyn RevocationLog {
        self
    }

    fn second_factors(&mut self) -> &mut dyn SecondFactorRepository {
        self
    }

    fn sign_ups(&mut self) -> &mut dyn SignUpRepository {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        if self.failed {
            return Err(refused("an earlier write of this unit of work failed"));
        }
        let Self { shared, view, keys, log, .. } = *self;
        // The view shares its tables with the shelf; gone, it costs no copy.
        drop(view);
        let mut newest = shared.newest();
        let mut next = newest.clone();
        log.iter().try_for_each(|write| write(&mut next))?;
        *newest = next;
        drop(newest);
        // Only now: who takes a key next has to find what was kept under it.
        drop(keys);
        Ok(())
    }
}
