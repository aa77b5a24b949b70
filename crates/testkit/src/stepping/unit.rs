use async_trait::async_trait;
use kairo_ports::{
    ApiKeyRepository, AttemptLog, AutomationRepository, CompanyRepository, CredentialRepository,
    EmailChangeRepository, Expired, IdempotencyKeys, InvitationRepository, Journal, LeadRepository,
    LeadTimeline, LetterQueue, OneTimeTokens, Queue, RevocationLog, RunProgress, RunRepository,
    SecondFactorRepository, SessionRepository, SignUpRepository, StoreError, TriggerRepository, UnitOfWork,
    UserRepository,
};

use super::stop;

/// A unit of work that stops before it is committed.
pub(super) struct SteppedUnit(pub(super) Box<dyn UnitOfWork>);

#[async_trait]
impl UnitOfWork for SteppedUnit {
    fn leads(&mut self) -> &mut dyn LeadRepository {
        self.0.leads()
    }

    fn lead_timeline(&mut self) -> &mut dyn LeadTimeline {
        self.0.lead_timeline()
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        self.0.users()
    }

    fn companies(&mut self) -> &mut dyn CompanyRepository {
        self.0.companies()
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self.0.sessions()
    }

    fn journal(&mut self) -> &mut dyn Journal {
        self.0.journal()
    }

    fn idempotency(&mut self) -> &mut dyn IdempotencyKeys {
        self.0.idempotency()
    }

    fn api_keys(&mut self) -> &mut dyn ApiKeyRepository {
        self.0.api_keys()
    }

    fn attempts(&mut self) -> &mut dyn AttemptLog {
        self.0.attempts()
    }

    fn credentials(&mut self) -> &mut dyn CredentialRepository {
        self.0.credentials()
    }

    fn email_changes(&mut self) -> &mut dyn EmailChangeRepository {
        self.0.email_changes()
    }

    fn expired(&mut self) -> &mut dyn Expired {
        self.0.expired()
    }

    fn invitations(&mut self) -> &mut dyn InvitationRepository {
        self.0.invitations()
    }

    fn letters(&mut self) -> &mut dyn LetterQueue {
        self.0.letters()
    }

    fn one_time_tokens(&mut self) -> &mut dyn OneTimeTokens {
        self.0.one_time_tokens()
    }

    fn queue(&mut self) -> &mut dyn Queue {
        self.0.queue()
    }

    fn revocations(&mut self) -> &mut dyn RevocationLog {
        self.0.revocations()
    }

    fn second_factors(&mut self) -> &mut dyn SecondFactorRepository {
        self.0.second_factors()
    }

    fn sign_ups(&mut self) -> &mut dyn SignUpRepository {
        self.0.sign_ups()
    }

    fn automations(&mut self) -> &mut dyn AutomationRepository {
        self.0.automations()
    }

    fn triggers(&mut self) -> &mut dyn TriggerRepository {
        self.0.triggers()
    }

    fn runs(&mut self) -> &mut dyn RunRepository {
        self.0.runs()
    }

    fn progress(&mut self) -> &mut dyn RunProgress {
        self.0.progress()
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        stop().await;
        self.0.commit().await
    }
}
