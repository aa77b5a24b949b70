use chrono::TimeDelta;
use kairo_domain::{Actor, Automation, Fired, Firing, Id, ParentStep, Run, RunId, RunState, Step, Verb};
use kairo_flow::{Effect, Plan, StepError, StepKey, StepState};
use kairo_ports::UnitOfWork;
use serde_json::{Value, json};
use uuid::Uuid;

use super::cancelling::cancel_within;
use super::drive::Drive;
use super::ending::wake;
use super::inside::Refusal;
use super::outside::Came;
use crate::Error;
use crate::retry::retry;
use crate::runs::send_off;

impl Drive {
    /// Starts another automation, for which the step waits, for no longer than it may. The unit that starts it keeps the
    /// step as well, so it is started once.
    pub(super) async fn call(
        &mut self,
        work: &mut dyn UnitOfWork,
        effect: &Effect,
        automation: &str,
        input: &Value,
    ) -> Result<Came, Refusal> {
        let key = &effect.key;
        if let Some(child) = effect.resumed.as_ref().and_then(called) {
            return self.give_up_waiting(work, key, child).await;
        }
        let called = self.callee(work, automation).await?;
        let plan = self.desk.plans.get(work, called.id, called.flow_number).await?;
        let firing = Firing::subflow(&entrance(&plan)?, self.as_parent(key), self.run.firing.depth + 1);
        let fired = Fired {
            automation: called.id,
            owner: called.owner,
            flow_number: called.flow_number,
            firing,
            input: input.clone(),
        };
        let child = Run::queue(self.desk.new_id(), fired, self.desk.now());
        let permit = self.actor.may(Verb::Create, &child).map_err(Error::from)?;
        let counted = self.actor.may(Verb::Run, &called).map_err(Error::from)?;
        work.runs().add(&permit, &child, &[]).await.map_err(Error::from)?;
        send_off(work, &counted, &child).await?;
        self.children.push((key.clone(), child.id));
        let until =
            effect.timeout_seconds.map(|seconds| self.desk.now() + TimeDelta::seconds(seconds.into()));
        Ok(Came::Later { until, detail: json!({"run": child.id}) })
    }

    /// A sub-flow that took longer than its step may is ended, unless it came to its end just now.
    async fn give_up_waiting(
        &mut self,
        work: &mut dyn UnitOfWork,
        key: &StepKey,
        child: RunId,
    ) -> Result<Came, Refusal> {
        self.children.retain(|(waiting, _)| waiting != key);
        let found = work.runs().get(child).await.map_err(Error::from)?;
        if let Some(came) = came_of(child, found.as_ref()) {
            return came.map(Came::To).map_err(Refusal::Step);
        }
        if let Some(open) = found {
            let cancelled = cancel_within(work, &self.actor, open, self.desk.now()).await?;
            self.freed.extend(cancelled.automations);
        }
        let error = StepError::permanent("timed_out", "the sub-flow took longer than the step may");
        Err(Refusal::Kept(error.with_details(json!({"run": child}))))
    }

    async fn callee(&self, work: &mut dyn UnitOfWork, automation: &str) -> Result<Automation, Refusal> {
        let refused = |code: &str, message: String| Refusal::Step(StepError::permanent(code, message));
        if self.run.firing.depth >= Run::MAX_DEPTH {
            let message = format!("at most {} runs may cause one another", Run::MAX_DEPTH);
            return Err(refused("too_deep", message));
        }
        let unknown = || refused("not_found", "there is no such automation of this owner".to_owned());
        let id = Uuid::parse_str(automation).map_err(|_| unknown())?;
        let found = work.automations().get(Id::from_uuid(id)).await.map_err(Error::from)?;
        let called = found.filter(|called| called.owner == self.run.owner).ok_or_else(unknown)?;
        if !called.fires() {
            return Err(refused("not_active", format!("the automation is {}", called.status)));
        }
        Ok(called)
    }

    fn as_parent(&self, key: &StepKey) -> ParentStep {
        ParentStep { run: self.run.id, step: key.to_string() }
    }

    /// Takes over what sub-flows came to that have ended since, and tells whether there was one.
    pub(super) async fn meet_children(&mut self) -> Result<bool, Error> {
        if self.children.is_empty() {
            return Ok(false);
        }
        let mut work = self.desk.begin_read(&self.actor).await?;
        let (mut open, waiting) = (Vec::new(), self.children.len());
        for (key, id) in std::mem::take(&mut self.children) {
            match came_of(id, work.runs().get(id).await?.as_ref()) {
                Some(came) => self.deciding.execution().learned(&key, came),
                None => open.push((key, id)),
            }
        }
        self.children = open;
        Ok(self.children.len() < waiting)
    }

    /// A sub-flow that ended before this run waited found nobody to wake.
    pub(super) async fn wake_if_a_child_has_ended(&self) -> Result<(), Error> {
        if self.children.is_empty() {
            return Ok(());
        }
        let (desk, children, run) = (&self.desk, &self.children, self.run.id);
        retry(|| async move {
            let mut work = desk.begin(&Actor::System).await?;
            for (_, child) in children {
                if work.runs().get(*child).await?.is_none_or(|child| child.has_ended()) {
                    wake(&mut *work, run, desk.now()).await?;
                    break;
                }
            }
            Ok(work.commit().await?)
        })
        .await
    }
}

/// What a sub-flow came to; `None` as long as it goes on.
fn came_of(id: RunId, run: Option<&Run>) -> Option<Result<Value, StepError>> {
    match run.map(|run| &run.state) {
        Some(RunState::Success { output, .. }) => Some(Ok(output.clone())),
        Some(RunState::Failed { failure, .. }) => {
            let error = StepError::permanent("subflow_failed", failure.message.clone());
            let details = json!({"run": id, "code": failure.code, "node": failure.node});
            Some(Err(error.with_details(details)))
        }
        Some(RunState::Queued | RunState::Running | RunState::Waiting { .. }) => None,
        None => {
            let gone = "the run of the sub-flow is not there any more";
            Some(Err(StepError::permanent("subflow_gone", gone)))
        }
    }
}

/// The sub-flow that a held step waits for.
fn called(detail: &Value) -> Option<RunId> {
    detail["run"].as_str().and_then(|id| Uuid::parse_str(id).ok()).map(Id::from_uuid)
}

/// The sub-flows that held steps wait for.
pub(crate) fn waited_for(steps: &[Step]) -> Vec<(StepKey, RunId)> {
    let mut waiting: Vec<(StepKey, RunId)> = Vec::new();
    for Step { record, .. } in steps {
        waiting.retain(|(key, _)| *key != record.key);
        if let StepState::Held { detail, .. } = &record.state
            && record.kind == "subflow"
            && let Some(run) = called(detail)
        {
            waiting.push((record.key.clone(), run));
        }
    }
    waiting
}

/// Where a sub-flow begins: at its manual trigger, else at its first.
fn entrance(plan: &Plan) -> Result<String, Refusal> {
    let mut triggers = plan.triggers().iter();
    let manual = triggers.clone().find(|trigger| trigger.kind == kairo_flow::TriggerKind::Manual);
    let found = manual.or_else(|| triggers.next()).map(|trigger| trigger.node.clone());
    found.ok_or_else(|| Refusal::Step(StepError::permanent("no_trigger", "the automation has no trigger")))
}
