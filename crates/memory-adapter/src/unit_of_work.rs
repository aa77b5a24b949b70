use std::sync::Arc;

use async_trait::async_trait;
use kairo_domain::{Actor, Origin};
use kairo_ports::{
    ApiKeyRepository, AttemptLog, AutomationRepository, CompanyRepository, CredentialRepository,
    EmailChangeRepository, Expired, IdempotencyKeys, InvitationRepository, Journal, LeadRepository,
    LeadTimeline, LetterQueue, OneTimeTokens, Queue, RevocationLog, RunProgress, RunRepository,
    SecondFactorRepository, SessionRepository, SignUpRepository, StoreError, TriggerRepository, UnitOfWork,
    UserRepository,
};

use crate::guard::{only_system, refused};
use crate::held::Held;
use crate::idempotency::Key;
use crate::shelf::Shelf;
use crate::store::Shared;
use crate::triggers::TriggerKey;

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
    pub(crate) keys: Held<Key>,
    pub(crate) schedules: Held<TriggerKey>,
    pub(crate) origin: Origin,
    access: Access,
    log: Vec<Write>,
    failed: bool,
}

impl MemoryUnitOfWork {
    pub(crate) fn new(shared: Arc<Shared>, actor: Actor, access: Access) -> Self {
        let view = shared.newest().clone();
        Self {
            actor,
            view,
            keys: Held::within(&shared.held_keys),
            schedules: Held::within(&shared.held_schedules),
            shared,
            origin: Origin::default(),
            access,
            log: Vec::new(),
            failed: false,
        }
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
        if self.failed {
            return Err(refused("an earlier write of this unit of work failed"));
        }
        let Self { shared, view, keys, schedules, log, .. } = *self;
        // The view shares its tables with the shelf; gone, it costs no copy.
        drop(view);
        let mut newest = shared.newest();
        let mut next = newest.clone();
        log.iter().try_for_each(|write| write(&mut next))?;
        *newest = next;
        drop(newest);
        // Only now: who takes a key next has to find what was kept under it.
        drop((keys, schedules));
        Ok(())
    }
}
