use kairo_domain::{Actor, Event, Resource, Run, RunChange, RunId, Verb};
use kairo_ports::UnitOfWork;

use super::Runs;
use crate::desk::Asked;
use crate::engine::wake_parent;
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
            let ended = self.end(&mut *work, actor, run).await?;
            let mut parents = vec![id];
            while let Some(parent) = parents.pop() {
                // Of one that has ended: from then on it calls no further one.
                for child in work.runs().children(parent).await? {
                    parents.push(self.end(&mut *work, actor, child).await?.id);
                }
            }
            keep(&mut *work, once, &ended, now).await?;
            work.commit().await?;
            if let Err(error) = wake_parent(desk, &ended).await {
                tracing::warn!(run.id = %id, %error, "the run that waits for a cancelled one goes on later");
            }
            Ok(Outcome::Done(ended))
        })
        .await
    }

    async fn end(&self, work: &mut dyn UnitOfWork, actor: &Actor, mut run: Run) -> Result<Run, Error> {
        let now = self.desk.now();
        let permit = actor.may(Verb::Update, &run)?;
        run.cancel(now)?;
        work.runs().end(&permit, &run).await.map_err(Error::or_again)?;
        let change = RunChange::Cancelled { automation: run.automation };
        work.journal().record(&permit, &Event::Run { run: run.id, change }, now).await?;
        Ok(run)
    }
}
