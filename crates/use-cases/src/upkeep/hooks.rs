use kairo_domain::{Actor, Trigger, TriggerOn};
use kairo_ports::UnitOfWork;

use super::{BATCH, Upkeep};
use crate::Error;
use crate::automations::hooks::place;
use crate::retry::retry;

impl Upkeep {
    /// Seals the tokens of webhooks anew.
    pub(super) async fn seal_hooks(&self) -> Result<u64, Error> {
        let mut sealed = 0;
        let mut last = None;
        loop {
            let after = &last;
            let batch = retry(|| async move {
                let mut work = self.desk.begin(&Actor::System).await?;
                let batch = work.triggers().hooks_after(after.clone(), BATCH).await?;
                for hook in &batch {
                    self.seal_hook(&mut *work, hook).await?;
                }
                work.commit().await?;
                Ok(batch)
            })
            .await?;
            sealed += batch.len() as u64;
            if batch.len() < usize::from(BATCH) {
                return Ok(sealed);
            }
            last = batch.into_iter().last().map(|hook| (hook.automation, hook.node));
        }
    }

    /// One that got another address meanwhile has a token that is sealed with the present key.
    async fn seal_hook(&self, work: &mut dyn UnitOfWork, hook: &Trigger) -> Result<(), Error> {
        let TriggerOn::Webhook { digest, sealed_token } = &hook.on else { return Ok(()) };
        let place = place(hook.automation, &hook.node);
        let token = self.desk.ports.vault.open(sealed_token, &place)?;
        let sealed_token = self.desk.ports.vault.seal(&token, &place)?;
        let on = TriggerOn::Webhook { digest: digest.clone(), sealed_token };
        Ok(work.triggers().reseal(&Trigger { on, ..hook.clone() }).await?)
    }
}
