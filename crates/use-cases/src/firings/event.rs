use std::sync::Arc;

use kairo_domain::{
    Actor, ArmedTrigger, CompanyId, Facts, Firing, Id, JournalEntry, Refused, Resource, Run, RunId, Verb,
};
use kairo_flow::{Effort, Now, Plan, Scope, StepError, Verdict};
use kairo_ports::JournalFilter;
use serde_json::{Value, json};
use tracing::Instrument;
use uuid::Uuid;

use super::{Firings, view};
use crate::Error;
use crate::engine::{event_span, tell_fired};
use crate::retry::retry;
use crate::slots::Slot;

/// The word of the journal for runs.
const AUTOMATION: &str = "automation";

/// What caused an event.
struct Cause {
    /// How many runs caused one another until this event.
    depth: u16,
    /// The automation whose run this event is about, when it failed.
    failed: Option<Uuid>,
}

impl Firings {
    /// Fires every trigger that waits for what an entry of the journal tells. A trigger fires once for an event, and
    /// only for what its owner may see; one that fails keeps nobody else's back.
    ///
    /// # Errors
    /// Those of the store; what was fired before stays fired, and is not fired again.
    pub async fn dispatch(&self, seq: i64) -> Result<(), Error> {
        let mut work = self.desk.begin_read(&Actor::System).await?;
        let filter = JournalFilter { before: Some(seq + 1), ..JournalFilter::default() };
        let entry = work.journal().latest(&filter, 1).await?.pop();
        let Some(entry) = entry.filter(|entry| entry.seq == seq) else { return Ok(()) };
        let waiting = work.triggers().listening(&entry.event).await?;
        drop(work);
        if waiting.is_empty() {
            return Ok(());
        }
        let cause = self.cause(&entry).await?;
        let mut failure = None;
        let span = event_span(&entry);
        for armed in waiting {
            if let Err(error) = self.meet(&armed, &entry, &cause).instrument(span.clone()).await {
                tracing::warn!(automation.id = %armed.automation, %error, "a trigger could not be fired");
                failure = Some(error);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn meet(&self, armed: &ArmedTrigger, entry: &JournalEntry, cause: &Cause) -> Result<(), Error> {
        if cause.failed == Some(armed.automation.uuid()) {
            return Ok(());
        }
        let Some(input) = self.seen_by(&armed.actor(), entry).await? else { return Ok(()) };
        if cause.depth > Run::MAX_DEPTH {
            return self.refuse(armed, "too_deep").await;
        }
        let node = &armed.node;
        let plan = match self.desk.plan(armed.automation, armed.flow_number).await {
            Ok(plan) => plan,
            Err(Error::FlowNotRunnable(_) | Error::NotFound { .. }) => {
                return self.refuse(armed, "flow_not_runnable").await;
            }
            Err(other) => return Err(other),
        };
        let scope = Scope {
            trigger: input.clone(),
            vars: Value::Object(armed.vars.clone()),
            run: json!({"automation": armed.automation}),
        };
        match self.accepts(plan, node, scope).await? {
            Ok(Verdict::Starts) => {
                self.fire(armed, &Firing::event(node, entry.seq, cause.depth), &input).await
            }
            Ok(Verdict::Stays) => Ok(()),
            Ok(Verdict::Busy) | Err(_) => self.refuse(armed, "filter_failed").await,
        }
    }

    /// What the filter of a trigger says; one that takes long is asked where it keeps nobody from going on.
    async fn accepts(
        &self,
        plan: Arc<Plan>,
        node: &str,
        scope: Scope,
    ) -> Result<Result<Verdict, StepError>, Error> {
        let (now, node) = (self.desk.now(), node.to_owned());
        let ask = move |effort| {
            let text = now.to_rfc3339();
            plan.accepts(&node, &scope, Now { ms: now.timestamp_millis(), text: &text }, effort)
        };
        match ask(Effort::Light) {
            Ok(Verdict::Busy) => {}
            said => return Ok(said),
        }
        self.slot.iter().for_each(Slot::leave);
        let said = self.desk.compute(move || ask(Effort::Full)).await;
        if let Some(slot) = &self.slot {
            slot.come_back().await;
        }
        said
    }

    async fn fire(&self, armed: &ArmedTrigger, firing: &Firing, input: &Value) -> Result<(), Error> {
        let actor = &armed.actor();
        retry(|| async move {
            let mut work = self.desk.begin(actor).await?;
            let run = self.fire_within(&mut *work, actor, armed, firing.clone(), input.clone()).await?;
            if let Some(run) = run {
                work.commit().await?;
                tell_fired(run, "event");
            }
            Ok(())
        })
        .await
    }

    /// What the owner of an automation may see of an event; `None` when that is nothing.
    async fn seen_by(&self, actor: &Actor, entry: &JournalEntry) -> Result<Option<Value>, Error> {
        let resource = Resource::ALL.into_iter().find(|resource| resource.as_str() == entry.resource);
        let (Some(resource), Some(subject)) = (resource, entry.subject) else { return Ok(None) };
        let mut input = json!({
            "event": entry.event,
            "seq": entry.seq,
            "at": entry.at,
            "actor": {"kind": entry.actor, "id": entry.actor_id},
            "subject": subject,
            "data": entry.body,
        });
        let mut work = self.desk.begin_read(actor).await?;
        let shown = match resource {
            Resource::Lead => {
                work.leads().get(Id::from_uuid(subject)).await?.map(|lead| ("lead", view::lead(&lead)))
            }
            Resource::User => {
                work.users().get(Id::from_uuid(subject)).await?.map(|user| ("user", view::user(&user)))
            }
            Resource::Run => {
                work.runs().get(Id::from_uuid(subject)).await?.map(|run| ("run", view::run(&run)))
            }
            _ => {
                let facts = Facts { company: entry.company, ..Facts::of(resource, subject) };
                actor
                    .may(Verb::Read, &facts)
                    .ok()
                    .map(|_| ("company", json!(entry.company.map(CompanyId::uuid))))
            }
        };
        Ok(shown.map(|(name, value)| {
            input[name] = value;
            input
        }))
    }

    async fn cause(&self, entry: &JournalEntry) -> Result<Cause, Error> {
        // Anybody else may call a request what they like.
        let origin = entry.origin.request.as_deref().filter(|_| entry.actor == AUTOMATION);
        let by_run = origin.and_then(|origin| origin.strip_prefix("run:"));
        let by_run = by_run.and_then(|id| Uuid::parse_str(id).ok());
        let about = entry.subject.filter(|_| entry.event == "run.failed");
        let depth = match by_run.or(about) {
            Some(run) => self.depth_of(Id::from_uuid(run)).await?.saturating_add(1),
            None => 0,
        };
        let failed = entry.body["automation"].as_str().filter(|_| about.is_some());
        Ok(Cause { depth, failed: failed.and_then(|id| Uuid::parse_str(id).ok()) })
    }

    async fn depth_of(&self, run: RunId) -> Result<u16, Error> {
        let mut work = self.desk.begin_read(&Actor::System).await?;
        Ok(work.runs().get(run).await?.map_or(0, |run| run.firing.depth))
    }

    /// Leaves a line in the journal, so that the owner can find out why nothing ran.
    async fn refuse(&self, armed: &ArmedTrigger, why: &'static str) -> Result<(), Error> {
        let refused = &Refused {
            verb: Verb::Run,
            resource: Resource::Automation,
            subject: Some(armed.automation.uuid()),
            why,
        };
        let actor = &armed.actor();
        retry(|| async move {
            let mut work = self.desk.begin(actor).await?;
            work.journal().record_refusal(actor, refused, self.desk.now()).await?;
            Ok(work.commit().await?)
        })
        .await
    }
}
