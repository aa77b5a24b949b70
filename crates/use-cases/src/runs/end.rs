use std::collections::BTreeSet;

use kairo_domain::{Actor, AutomationId, Resource, Run, RunId, Verb};

use super::Runs;
use crate::desk::Asked;
use crate::engine::{Cancelled, cancel_within, let_in, wake_parent};
use crate::once::{keep, replay};
use crate::{Error, Once, Outcome};

impl Runs {
    /// Ends a run, and the sub-flows it waits for; a run that waits for it goes on. A step that is under way may still
    /// have its effect outside; nothing that it brings back is written.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::IllegalTransition`] when it has ended;
    /// [`Error::KeyReused`] and [`Error::InProgress`] when `once` says so.
    pub async fn cancel(
        &self,
        actor: &Actor,
        id: RunId,
        once: Option<Once<Run>>,
    ) -> Result<Outcome<Run>, Error> {
        let (desk, once) = (&self.desk, once.as_ref());
        desk.order(actor, Asked::of(Verb::Update, Resource::Run, id.uuid()), || async move {
            let mut work = desk.begin(actor).await?;
            let run = work.runs().get(id).await?.ok_or_else(|| Error::missing(id))?;
            actor.may(Verb::Update, &run)?;
            let now = desk.now();
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            let Cancelled { run: ended, automations } = cancel_within(&mut *work, actor, run, now).await?;
            keep(&mut *work, once, &ended, now).await?;
            work.commit().await?;
            if let Err(error) = self.leave(&ended, automations).await {
                tracing::warn!(run.id = %id, %error, "what waits for a cancelled run goes on later");
            }
            Ok(Outcome::Done(ended))
        })
        .await
    }

    /// Whoever waits for a run goes on, and so do those that stand in line where places are free now.
    async fn leave(&self, ended: &Run, automations: BTreeSet<AutomationId>) -> Result<(), Error> {
        wake_parent(&self.desk, ended).await?;
        for automation in automations {
            let_in(&self.desk, automation).await?;
        }
        Ok(())
    }
}
