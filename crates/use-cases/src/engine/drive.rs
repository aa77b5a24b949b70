use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use kairo_domain::{
    Actor, AutomationId, AutomationSettings, FailedPhase, Job, Run, RunFailure, RunId, RunRefused,
    SecretTexts, Step, UserId,
};
use kairo_flow::{Effect, Execution, Next, Outcome, StepError, StepKey, StepState};
use kairo_ports::UnitOfWork;
use serde_json::{Value, json};
use tracing::Instrument;

use super::deciding::Deciding;
use super::ending::{end, end_within, leave, leave_place, settling};
use super::spans;
use crate::Error;
use crate::desk::Desk;
use crate::retry::retry;
use crate::slots::Slot;

/// How many effects of one run are under way at a time.
const SIDE_BY_SIDE: usize = 10;

/// A run in the hands of a worker.
pub(super) struct Drive {
    pub(super) desk: Desk,
    /// The automation, with the rights of its owner.
    pub(super) actor: Actor,
    pub(super) run: Run,
    pub(super) deciding: Deciding,
    /// What must not show in any step.
    pub(super) secrets: SecretTexts,
    pub(super) settings: AutomationSettings,
    /// From when on this worker's time is not in the run yet.
    began: DateTime<Utc>,
    /// When the steps under way began.
    begun: HashMap<StepKey, DateTime<Utc>>,
    /// The sub-flows that steps wait for.
    pub(super) children: Vec<(StepKey, RunId)>,
    /// What was done and not kept yet.
    unkept: Vec<Step>,
    /// The last step when it was taken, and now.
    first_seq: u32,
    last_seq: u32,
    pub(super) slot: Slot,
    /// Automations whose runs were ended from here, and that have places free once this is committed.
    pub(super) freed: BTreeSet<AutomationId>,
}

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    /// There is.
    On,
    /// The run has ended, or waits.
    Over,
}

impl Drive {
    pub(super) fn new(
        desk: Desk,
        actor: Actor,
        run: Run,
        settings: AutomationSettings,
        execution: Execution,
        steps: &[Step],
        slot: Slot,
    ) -> Self {
        let began = desk.now();
        let last_seq = steps.last().map_or(0, |step| step.seq);
        let children = super::subflow::waited_for(steps);
        let begun = steps.iter().filter(|step| matches!(step.record.state, StepState::Held { .. }));
        let begun = begun.map(|step| (step.record.key.clone(), step.started_at)).collect();
        let secrets = SecretTexts::default();
        let unkept = Vec::new();
        Self {
            desk,
            actor,
            run,
            deciding: Deciding::new(execution),
            secrets,
            settings,
            began,
            begun,
            children,
            unkept,
            first_seq: last_seq,
            last_seq,
            slot,
            freed: BTreeSet::new(),
        }
    }

    /// Decides what comes next and does it.
    ///
    /// # Errors
    /// Those of the store; [`Error::Stale`] when the run is somebody else's.
    pub(super) async fn go_on(&mut self) -> Result<Going, Error> {
        let now = self.desk.now();
        if self.is_over_time(now) {
            let seconds = self.settings.run_timeout_seconds;
            let failure =
                RunFailure::of_run("timed_out", format!("the run took more than {seconds} seconds"));
            return self.end(|run, at| run.fail(FailedPhase::TimedOut, failure.clone(), at)).await;
        }
        let next = self.deciding.next(&self.desk, &self.slot, now, SIDE_BY_SIDE).await?;
        self.note_steps(now);
        match next {
            Next::Busy => self.checkpoint().await.map(|()| Going::On),
            Next::Act(effects) => self.act(effects).await,
            Next::Idle { .. } if self.meet_children().await? => Ok(Going::On),
            Next::Idle { until_ms } => self.park(until_ms).await,
            Next::Done(outcome) => self.finish(outcome).await,
        }
    }

    /// The effects outside go side by side; those in our own database one by one, each in a unit of its own that keeps
    /// the step as well.
    async fn act(&mut self, effects: Vec<Effect>) -> Result<Going, Error> {
        let now = self.desk.now();
        for effect in &effects {
            self.begun.entry(effect.key.clone()).or_insert(now);
        }
        let (inside, outside): (Vec<_>, Vec<_>) = effects.into_iter().partition(super::inside::is_inside);
        if !outside.is_empty() {
            let this = &*self;
            let acts = outside.iter().map(|effect| this.act_outside(effect).instrument(spans::step(effect)));
            let results = join_all(acts).await;
            self.come_back().await;
            for (effect, did) in outside.iter().zip(results) {
                self.learn(effect, did);
            }
            self.checkpoint().await?;
        }
        for effect in &inside {
            if self.act_inside(effect).instrument(spans::step(effect)).await? == Going::Over {
                return Ok(Going::Over);
            }
        }
        Ok(Going::On)
    }

    /// Waiting for a place is no work.
    async fn come_back(&mut self) {
        let since = self.desk.now();
        self.slot.come_back().await;
        self.began += (self.desk.now() - since).max(TimeDelta::zero());
    }

    /// Takes over what an effect came to: its end, a later attempt, or a wait.
    pub(super) fn learn(&mut self, effect: &Effect, did: super::outside::Did) {
        self.secrets.extend(did.secrets);
        match did.what {
            Ok(super::outside::Came::To(mut value)) => {
                self.secrets.redact(&mut value);
                self.deciding.execution().learned(&effect.key, Ok(value));
            }
            Ok(super::outside::Came::Later { until, detail }) => {
                self.deciding.execution().hold(
                    &effect.key,
                    until.map(|until| until.timestamp_millis()),
                    detail,
                );
            }
            Err(error) => self.learn_error(effect, error, did.retry_after, did.kept),
        }
    }

    /// An error that may pass is tried again after a while, with what the attempt kept for the next; waiting for that takes
    /// no worker.
    pub(super) fn learn_error(
        &mut self,
        effect: &Effect,
        error: StepError,
        retry_after: Option<TimeDelta>,
        kept: Value,
    ) {
        if !error.retryable || !effect.retry.allows_another(effect.attempt) {
            self.deciding.execution().learned(&effect.key, Err(self.without_secrets(error)));
            return;
        }
        let random = self.desk.random_share();
        let delay = i64::try_from(effect.retry.delay_ms(effect.attempt, random)).unwrap_or(i64::MAX);
        let delay =
            TimeDelta::try_milliseconds(delay).unwrap_or_default().max(retry_after.unwrap_or_default());
        let until = self.desk.now() + delay;
        let mut detail = json!({"error": {"code": error.code, "message": error.message}});
        if !kept.is_null() {
            detail["kept"] = kept;
        }
        self.secrets.redact(&mut detail);
        self.deciding.execution().hold(&effect.key, Some(until.timestamp_millis()), detail);
    }

    pub(super) fn without_secrets(&self, mut error: StepError) -> StepError {
        let message = self.secrets.redact_text(&error.message).into_owned();
        if let Some(details) = &mut error.details {
            self.secrets.redact(details);
        }
        StepError { message, ..error }
    }

    /// Nothing to do for now: the worker is free. A run that waits for a sub-flow as well may go on before its instant.
    async fn park(&mut self, until_ms: Option<i64>) -> Result<Going, Error> {
        let until = until_ms.and_then(DateTime::from_timestamp_millis);
        let mut run = self.run.clone();
        run.wait(until.filter(|_| self.children.is_empty()), self.work_since_kept())?;
        let steps = self.steps();
        let (desk, actor, run, steps) = (&self.desk, &self.actor, &run, &steps[..]);
        retry(|| async move {
            let mut work = desk.begin(actor).await?;
            work.progress().checkpoint(run, steps).await?;
            if let Some(until) = until {
                work.queue().enqueue(&Job::DriveRun(run.id), until).await?;
            }
            Ok(work.commit().await?)
        })
        .await?;
        self.wake_if_a_child_has_ended().await?;
        leave_place(&self.desk, run, &self.settings).await?;
        Ok(Going::Over)
    }

    /// Whether the run has had its turn. One that has not got a step further goes on: what it has in memory would be lost.
    /// One that is over time has nothing left to do but to end.
    pub(super) fn should_make_way(&self, turn_ends_at: DateTime<Utc>) -> bool {
        let now = self.desk.now();
        now >= turn_ends_at && self.last_seq > self.first_seq && !self.is_over_time(now)
    }

    /// The run goes on as soon as those that wait have had their turn; those that stand in line behind it do not go before
    /// it.
    pub(super) async fn make_way(&mut self) -> Result<(), Error> {
        if self.settings.max_concurrent_runs.is_some() {
            let (desk, run) = (&self.desk, self.run.id);
            retry(|| async move {
                let mut work = desk.begin(&Actor::System).await?;
                work.progress().stand_in_line(run).await?;
                Ok(work.commit().await?)
            })
            .await?;
        }
        let now = self.desk.now().timestamp_millis();
        self.park(Some(now)).await.map(|_| ())
    }

    async fn finish(&mut self, outcome: Outcome) -> Result<Going, Error> {
        let settle = settling(outcome);
        self.end(settle).await
    }

    async fn end(
        &mut self,
        settle: impl Fn(&mut Run, DateTime<Utc>) -> Result<(), RunRefused>,
    ) -> Result<Going, Error> {
        self.advance();
        let steps = self.steps();
        self.run = end(&self.desk, &self.actor, self.run.clone(), &steps, settle).await?;
        leave(&self.desk, &self.run, &self.settings).await?;
        Ok(Going::Over)
    }

    /// Keeps what was done since the last time.
    pub(super) async fn checkpoint(&mut self) -> Result<(), Error> {
        let steps = self.steps();
        if steps.is_empty() {
            return Ok(());
        }
        self.advance();
        let (desk, actor, run, steps) = (&self.desk, &self.actor, &self.run, &steps[..]);
        retry(|| async move {
            let mut work = desk.begin(actor).await?;
            work.progress().checkpoint(run, steps).await?;
            Ok(work.commit().await?)
        })
        .await
    }

    /// Keeps what was done in the unit of an effect, and the end of the run if that was its last step.
    pub(super) async fn checkpoint_within(&mut self, work: &mut dyn UnitOfWork) -> Result<Going, Error> {
        let now = self.desk.now();
        let done = match self.deciding.easily_next(now) {
            Next::Done(outcome) => Some(outcome),
            Next::Act(_) | Next::Idle { .. } | Next::Busy => None,
        };
        let steps = self.steps();
        self.advance();
        match done {
            Some(outcome) => {
                settling(outcome)(&mut self.run, now)?;
                end_within(work, &self.actor, &self.run, &steps, now).await?;
                Ok(Going::Over)
            }
            None => {
                work.progress().checkpoint(&self.run, &steps).await?;
                Ok(Going::On)
            }
        }
    }

    /// What was done since it was last kept.
    fn steps(&mut self) -> Vec<Step> {
        self.note_steps(self.desk.now());
        std::mem::take(&mut self.unkept)
    }

    /// Numbers and times what was done since the last time, and takes secrets out of it.
    fn note_steps(&mut self, now: DateTime<Utc>) {
        let records = self.deciding.execution().take_records();
        for mut record in records {
            self.secrets.redact(&mut record.input);
            self.last_seq += 1;
            let is_held = matches!(record.state, StepState::Held { .. });
            let started_at = match is_held {
                true => self.begun.get(&record.key).copied(),
                false => self.begun.remove(&record.key),
            };
            let started_at = started_at.unwrap_or(now);
            self.unkept.push(Step { seq: self.last_seq, record, started_at, finished_at: now });
        }
    }

    fn advance(&mut self) {
        let worked = self.work_since_kept();
        self.began += worked;
        self.run.advance(worked);
    }

    /// In whole milliseconds, as runs keep it: what is below is counted the next time.
    fn work_since_kept(&self) -> TimeDelta {
        TimeDelta::milliseconds((self.desk.now() - self.began).num_milliseconds().max(0))
    }

    fn is_over_time(&self, now: DateTime<Utc>) -> bool {
        let bound = TimeDelta::seconds(self.settings.run_timeout_seconds.into());
        self.run.worked + (now - self.began) > bound
    }

    pub(super) fn owner(&self) -> UserId {
        self.run.owner
    }
}
