use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{ArmedTrigger, AutomationId, Permit, TokenDigest, Trigger};

use crate::StoreError;

/// The triggers of automations, as they are looked up when something happens.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does. The methods other
/// than [`replace`](Self::replace) MUST fail with [`StoreError::Refused`] unless the actor of the unit is the program
/// itself.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TriggerRepository: Send {
    /// The triggers of an automation, by node.
    async fn of(&mut self, automation: AutomationId) -> Result<Vec<Trigger>, StoreError>;

    /// Replaces the triggers of an automation; the permit is one to update or to move it.
    async fn replace(
        &mut self,
        permit: &Permit,
        automation: AutomationId,
        triggers: &[Trigger],
    ) -> Result<(), StoreError>;

    /// The webhook with this token, if it may fire.
    async fn find_hook(&mut self, digest: &TokenDigest) -> Result<Option<ArmedTrigger>, StoreError>;

    /// The triggers that wait for this event and may fire, by automation and node.
    async fn listening(&mut self, event: &str) -> Result<Vec<ArmedTrigger>, StoreError>;

    /// The most urgent schedule that fires and whose next instant has come or was never planned, behind the given one: by
    /// that instant, those never planned first, then by automation and node. It is held until the end of the unit; those
    /// that another open unit holds are passed over.
    async fn due_schedule(
        &mut self,
        now: DateTime<Utc>,
        behind: Option<Trigger>,
    ) -> Result<Option<Trigger>, StoreError>;

    /// Says when a schedule of an automation is to be fired next; `None` for never again.
    async fn plan(
        &mut self,
        automation: AutomationId,
        node: &str,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError>;

    /// The earliest instant that is planned for an automation that fires.
    async fn next_planned(&mut self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// The webhooks after this one, by automation and node, so that their tokens can be sealed anew.
    async fn hooks_after(
        &mut self,
        last: Option<(AutomationId, String)>,
        limit: u16,
    ) -> Result<Vec<Trigger>, StoreError>;

    /// Writes a webhook whose token was sealed anew.
    async fn reseal(&mut self, hook: &Trigger) -> Result<(), StoreError>;
}
