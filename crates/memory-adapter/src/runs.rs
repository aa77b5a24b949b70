use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    AutomationId, Filter, Page, PageRequest, ParentStep, Permit, Run, RunField, RunId, RunPhase, RunRecord,
    RunState, RunStatus, Sort, Step, UserId,
};
use kairo_ports::{RunFigures, RunRepository, StoreError};
use serde_json::Value;
use uuid::Uuid;

use crate::guard::{Guard, refused, sees};
use crate::listing::page_of;
use crate::shelf::{Shelf, Table};
use crate::unit_of_work::MemoryUnitOfWork;

/// The runs, and what they did.
#[derive(Clone, Default)]
pub(crate) struct Runs {
    pub(crate) rows: Table<Kept>,
    /// By run, in order.
    steps: Table<Vec<Arc<Step>>>,
    /// By automation and fire key.
    fired: Table<RunId, (Uuid, String)>,
    /// Those that workers have, by run.
    pub(crate) claims: Table<Claim>,
    /// Those for which there was no place, by run.
    pub(crate) line: Table<()>,
}

/// A run, and when somebody last touched it.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) run: Run,
    pub(crate) touched_at: DateTime<Utc>,
}

/// That a worker has a run.
pub(crate) struct Claim {
    pub(crate) automation: AutomationId,
    pub(crate) owner: UserId,
}

#[async_trait]
impl RunRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        Ok(self.view.runs.get(id).filter(|run| sees(&self.actor, *run)).cloned())
    }

    async fn list(
        &mut self,
        filter: &Filter<RunField>,
        sort: &Sort<RunField>,
        page: &PageRequest,
    ) -> Result<Page<Run>, StoreError> {
        let page = page_of(self.seen_runs(), filter, sort, page);
        Ok(Page { items: page.items.iter().map(in_brief).collect(), ..page })
    }

    async fn steps(&mut self, run: RunId, after: u32, limit: u16) -> Result<Vec<Step>, StoreError> {
        if !self.view.runs.get(run).is_some_and(|run| sees(&self.actor, run)) {
            return Ok(Vec::new());
        }
        let steps = self.view.runs.steps_of(run).filter(|step| step.seq > after);
        Ok(steps.take(usize::from(limit)).cloned().collect())
    }

    async fn answer_of(&mut self, run: RunId) -> Result<Option<Step>, StoreError> {
        if !self.view.runs.get(run).is_some_and(|run| sees(&self.actor, run)) {
            return Ok(None);
        }
        Ok(self.view.runs.steps_of(run).find(|step| step.answer().is_some()).cloned())
    }

    async fn add(&mut self, permit: &Permit, run: &Run, steps: &[Step]) -> Result<bool, StoreError> {
        let guard = Guard::new(self.actor, permit);
        let is_allowed = self.check_access().and_then(|()| guard.allows_adding(run));
        self.check(is_allowed)?;
        // Who fired it first may have done so since this unit began.
        if self.view.runs.was_fired(run) || self.shared.newest().runs.was_fired(run) {
            return Ok(false);
        }
        let (run, steps) = (run.clone(), steps.to_vec());
        self.write(move |shelf| add(shelf, &run, &steps))?;
        Ok(true)
    }

    async fn end(&mut self, permit: &Permit, run: &Run) -> Result<(), StoreError> {
        let (guard, run) = (Guard::new(self.actor, permit), run.clone());
        self.write(move |shelf| end(shelf, &guard, &run))
    }

    async fn children(&mut self, run: RunId) -> Result<Vec<Run>, StoreError> {
        let mut children: Vec<Run> =
            self.seen_runs().filter(|child| is_open_child(child, run)).cloned().collect();
        children.sort_by_key(|child| (child.started_at, child.id));
        Ok(children)
    }

    async fn adopt(
        &mut self,
        permit: &Permit,
        child: RunId,
        from: RunId,
        by: RunId,
    ) -> Result<bool, StoreError> {
        let guard = Guard::new(self.actor, permit);
        let Some(seen) = self.view.runs.get(child).filter(|child| is_open_child(child, from)).cloned() else {
            self.check(self.check_access())?;
            return Ok(false);
        };
        self.write(move |shelf| adopt(shelf, &guard, &seen, by))?;
        Ok(true)
    }

    async fn figures(
        &mut self,
        automation: AutomationId,
        since: DateTime<Utc>,
    ) -> Result<RunFigures, StoreError> {
        let of_span = |run: &&Run| run.automation == automation && run.started_at >= since;
        let mut figures = RunFigures::default();
        let mut took = Vec::new();
        for run in self.seen_runs().filter(of_span) {
            match run.phase().status() {
                RunStatus::Running => figures.open += 1,
                RunStatus::Success => figures.succeeded += 1,
                RunStatus::Failed => figures.failed += 1,
            }
            took.extend(run.state.ending().map(|ending| ending.took));
        }
        took.sort();
        Ok(RunFigures { median: percentile(&took, 50), p95: percentile(&took, 95), ..figures })
    }
}

impl MemoryUnitOfWork {
    fn seen_runs(&self) -> impl Iterator<Item = &Run> {
        self.view.runs.rows.rows().map(|kept| &kept.run).filter(|run| sees(&self.actor, *run))
    }
}

impl Runs {
    pub(crate) fn get(&self, id: RunId) -> Option<&Run> {
        self.rows.get(&id.uuid()).map(|kept| &kept.run)
    }

    pub(crate) fn steps_of(&self, run: RunId) -> impl Iterator<Item = &Step> {
        self.steps.get(&run.uuid()).into_iter().flatten().map(Arc::as_ref)
    }

    /// How many of an automation workers have.
    pub(crate) fn taken_of(&self, automation: AutomationId) -> usize {
        self.claims.rows().filter(|claim| claim.automation == automation).count()
    }

    /// Those of an automation that stand in line, in their order.
    pub(crate) fn line_of(&self, automation: AutomationId) -> Vec<&Run> {
        let line = self.line.entries().filter_map(|(id, ())| self.rows.get(id)).map(|kept| &kept.run);
        let mut line: Vec<&Run> = line.filter(|run| run.automation == automation).collect();
        line.sort_by_key(|run| in_turn(run));
        line
    }

    /// Writes a run that was changed. One that no worker drives any more is not claimed; one that ended says less of its
    /// steps.
    pub(crate) fn put(&mut self, run: Run, touched_at: DateTime<Utc>) {
        let status = run.phase().status();
        if run.phase() != RunPhase::Running {
            self.claims.remove(&run.id.uuid());
        }
        if status != RunStatus::Running {
            self.line.remove(&run.id.uuid());
            self.shorten_steps(run.id, status);
        }
        self.rows.put(run.id.uuid(), Kept { run, touched_at });
    }

    /// Adds what a run did.
    pub(crate) fn append(&mut self, run: RunId, steps: &[Step]) -> Result<(), StoreError> {
        if steps.is_empty() {
            return Ok(());
        }
        let mut all = self.steps.get(&run.uuid()).cloned().unwrap_or_default();
        for step in steps {
            if all.iter().any(|known| known.seq == step.seq) {
                return Err(StoreError::Taken { what: "seq" });
            }
            all.push(Arc::new(step.clone()));
        }
        all.sort_by_key(|step| step.seq);
        self.steps.put(run.uuid(), all);
        Ok(())
    }

    /// Removes a run and everything that is kept of it.
    pub(crate) fn remove(&mut self, run: &Run) {
        self.steps.remove(&run.id.uuid());
        self.claims.remove(&run.id.uuid());
        self.line.remove(&run.id.uuid());
        self.fired.remove(&fire_key(run));
        self.rows.remove(&run.id.uuid());
    }

    fn was_fired(&self, run: &Run) -> bool {
        self.fired.get(&fire_key(run)).is_some()
    }

    fn shorten_steps(&mut self, run: RunId, status: RunStatus) {
        let Some(steps) = self.steps.get(&run.uuid()) else { return };
        let shortened = steps.iter().map(|step| {
            let mut step = Step::clone(step);
            step.shorten(status);
            Arc::new(step)
        });
        let shortened = shortened.collect();
        self.steps.put(run.uuid(), shortened);
    }
}

fn add(shelf: &mut Shelf, run: &Run, steps: &[Step]) -> Result<(), StoreError> {
    if shelf.runs.was_fired(run) {
        return Err(StoreError::Contention(None));
    }
    if shelf.automations.get(&run.automation.uuid()).is_none() {
        return Err(StoreError::Missing { what: "automationId" });
    }
    let kept = Kept { run: run.clone(), touched_at: run.started_at };
    shelf.runs.rows.put_new(run.id.uuid(), kept, "id")?;
    shelf.runs.fired.put(fire_key(run), run.id);
    shelf.runs.append(run.id, steps)
}

fn end(shelf: &mut Shelf, guard: &Guard, run: &Run) -> Result<(), StoreError> {
    guard.concerns(run)?;
    let stored = shelf.runs.get(run.id).filter(|stored| sees(guard.actor(), *stored));
    let stored = stored.ok_or(StoreError::Stale)?;
    guard.allows_saving(stored, stored)?;
    let ending = run.state.ending().ok_or_else(|| refused("the run has not ended"))?;
    let is_as_it_was_seen = (stored.version, stored.fence + 1) == (run.version.previous(), run.fence);
    if stored.state.ending().is_some() || !is_as_it_was_seen {
        return Err(StoreError::Stale);
    }
    let ended = Run::restore(RunRecord {
        state: run.state.clone(),
        version: run.version,
        fence: run.fence,
        ..RunRecord::clone(stored)
    });
    shelf.runs.put(ended, ending.at);
    Ok(())
}

/// What else happened to the run since it was seen stays.
fn adopt(shelf: &mut Shelf, guard: &Guard, seen: &Run, by: RunId) -> Result<(), StoreError> {
    guard.concerns(seen)?;
    let stored = shelf.runs.rows.get(&seen.id.uuid()).filter(|stored| sees(guard.actor(), &stored.run));
    let stored = stored.filter(|stored| stored.run.state.ending().is_none());
    let (run, touched_at) =
        stored.map(|stored| (stored.run.clone(), stored.touched_at)).ok_or(StoreError::Contention(None))?;
    if run.firing.parent != seen.firing.parent {
        return Err(StoreError::Contention(None));
    }
    guard.allows_saving(&run, &run)?;
    let mut record = RunRecord::clone(&run);
    record.firing.parent = record.firing.parent.map(|parent| ParentStep { run: by, ..parent });
    shelf.runs.put(Run::restore(record), touched_at);
    Ok(())
}

/// What puts runs in line.
pub(crate) fn in_turn(run: &Run) -> (DateTime<Utc>, RunId) {
    (run.started_at, run.id)
}

/// Whether a step of the run waits for the other one.
pub(crate) fn is_open_child(child: &Run, run: RunId) -> bool {
    child.phase().status() == RunStatus::Running
        && child.firing.parent.as_ref().is_some_and(|parent| parent.run == run)
}

/// The run without what it took in and came to.
fn in_brief(run: &Run) -> Run {
    let mut record = RunRecord::clone(run);
    record.input = Value::Null;
    if let RunState::Success { output, .. } = &mut record.state {
        *output = Value::Null;
    }
    Run::restore(record)
}

fn fire_key(run: &Run) -> (Uuid, String) {
    (run.automation.uuid(), run.firing.key.clone())
}

/// The value below which so many hundredths of the sorted ones are, between its two neighbours as far as it lies.
fn percentile(sorted: &[TimeDelta], hundredths: usize) -> Option<TimeDelta> {
    let place = sorted.len().checked_sub(1)? * hundredths;
    let (below, rest) = (place / 100, place % 100);
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    let share = (high - low).num_milliseconds() * i64::try_from(rest).unwrap_or_default() / 100;
    Some(low + TimeDelta::milliseconds(share))
}
