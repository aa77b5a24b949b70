use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    Actor, AutomationId, AutomationSettings, Run, RunId, RunRecord, RunState, Step, User, UserActor, Via,
};
use kairo_ports::{Claimed, Claiming, IdleRun, Replay, RunLimits, RunProgress, StoreError};

use crate::guard::refused;
use crate::runs::{Claim, Kept, in_turn, is_open_child};
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl RunProgress for MemoryUnitOfWork {
    async fn claim(
        &mut self,
        run: RunId,
        limits: RunLimits,
        // Whoever takes a job here has taken it out, and nobody comes with another while they are at it.
        _delivery: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Claiming, StoreError> {
        self.demand_system()?;
        self.check_access()?;
        let Some(seen) = self.view.runs.get(run).filter(|run| may_go_on(run, now)) else {
            return Ok(Claiming::Nothing);
        };
        let settings = settings_of(&self.view, seen)?;
        let seen = seen.clone();
        if !has_place(&self.view, &seen, &settings) {
            let automation = seen.automation;
            self.write(move |shelf| stand_in_line(shelf, &seen))?;
            return Ok(Claiming::InLine(automation));
        }
        if is_owner_busy(&self.view, &seen, limits) {
            return Ok(Claiming::Full);
        }
        let run = self.write(move |shelf| claim(shelf, &seen, limits, now))?;
        let owner = self.view.users.get(&run.owner.uuid()).filter(|owner| owner.may_sign_in()).map(acting);
        let has_steps = self.view.runs.steps_of(run.id).next().is_some();
        Ok(Claiming::Taken(Box::new(Claimed { run, settings, owner, has_steps })))
    }

    async fn replay(&mut self, run: RunId) -> Result<Replay, StoreError> {
        self.demand_system()?;
        let mut replay = Replay::default();
        for step in self.view.runs.steps_of(run).cloned() {
            let (step, left_out) = step.for_replay();
            replay.left_out += left_out;
            replay.steps.push(step);
        }
        Ok(replay)
    }

    async fn pardon(&mut self, run: RunId, fence: u64, worked: TimeDelta) -> Result<bool, StoreError> {
        self.demand_system()?;
        self.check_access()?;
        let is_theirs = move |run: &Run| run.fence == fence && run.state.ending().is_none();
        if !self.view.runs.get(run).is_some_and(is_theirs) {
            return Ok(false);
        }
        self.write(move |shelf| {
            let stored = shelf.runs.rows.get(&run.uuid()).filter(|stored| is_theirs(&stored.run));
            let stored = stored.ok_or(StoreError::Contention(None))?;
            let (touched_at, mut record) = (stored.touched_at, RunRecord::clone(&stored.run));
            record.stalls = record.stalls.saturating_sub(1);
            record.worked = record.worked.max(worked);
            shelf.runs.put(Run::restore(record), touched_at);
            Ok(())
        })?;
        Ok(true)
    }

    async fn stand_in_line(&mut self, run: RunId) -> Result<(), StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            if shelf.runs.get(run).is_some_and(|run| !run.has_ended()) {
                shelf.runs.line.put(run.uuid(), ());
            }
            Ok(())
        })
    }

    async fn next_in_line(&mut self, automation: AutomationId) -> Result<Vec<RunId>, StoreError> {
        self.demand_system()?;
        let most =
            self.view.automations.get(&automation.uuid()).and_then(|one| one.settings.max_concurrent_runs);
        let places = most.map(|most| usize::from(most).saturating_sub(self.view.runs.taken_of(automation)));
        let line = self.view.runs.line_of(automation).into_iter();
        Ok(line.map(|run| run.id).take(places.unwrap_or(usize::MAX)).collect())
    }

    async fn wake(&mut self, run: RunId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.demand_system()?;
        let waits = |run: &&Run| matches!(run.state, RunState::Waiting { until: None });
        let Some(seen) = self.view.runs.get(run).filter(waits).cloned() else { return Ok(false) };
        self.write(move |shelf| {
            if shelf.runs.get(seen.id) != Some(&seen) {
                return Err(StoreError::Contention(None));
            }
            let state = RunState::Waiting { until: Some(now) };
            shelf.runs.put(Run::restore(RunRecord { state, ..RunRecord::clone(&seen) }), now);
            Ok(())
        })?;
        Ok(true)
    }

    async fn checkpoint(&mut self, run: &Run, steps: &[Step]) -> Result<(), StoreError> {
        let may = match &self.actor {
            Actor::System => Ok(()),
            Actor::Automation { id, .. } if *id == run.automation => Ok(()),
            Actor::Automation { .. } | Actor::User(_) | Actor::Visitor => {
                Err(refused("a run is driven by its automation"))
            }
        };
        self.check(may)?;
        let (run, steps) = (run.clone(), steps.to_vec());
        self.write(move |shelf| checkpoint(shelf, &run, &steps))
    }

    async fn idle(
        &mut self,
        since: DateTime<Utc>,
        last: Option<IdleRun>,
        limit: u16,
    ) -> Result<Vec<IdleRun>, StoreError> {
        self.demand_system()?;
        let key = |run: &IdleRun| (run.started_at, run.id);
        let found = self.view.runs.rows.rows().filter(|kept| is_idle(&self.view, kept, since));
        let found = found.map(|kept| IdleRun {
            started_at: kept.run.started_at,
            id: kept.run.id,
            is_in_line: self.view.runs.line.get(&kept.run.id.uuid()).is_some(),
        });
        let mut idle: Vec<_> = found.filter(|run| last.is_none_or(|last| key(run) > key(&last))).collect();
        idle.sort_by_key(key);
        idle.truncate(usize::from(limit));
        Ok(idle)
    }

    async fn purge(&mut self, now: DateTime<Utc>, limit: u16) -> Result<u64, StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            let gone =
                shelf.runs.rows.rows().map(|kept| &kept.run).filter(|run| is_kept_no_longer(shelf, run, now));
            let gone: Vec<Run> = gone.take(usize::from(limit)).cloned().collect();
            for run in &gone {
                shelf.runs.remove(run);
            }
            Ok(gone.len() as u64)
        })
    }
}

/// Takes a run, unless somebody else did since it was seen, or took the last place.
fn claim(shelf: &mut Shelf, seen: &Run, limits: RunLimits, now: DateTime<Utc>) -> Result<Run, StoreError> {
    let settings = settings_of(shelf, seen)?;
    let is_free = has_place(shelf, seen, &settings) && !is_owner_busy(shelf, seen, limits);
    if shelf.runs.get(seen.id) != Some(seen) || !is_free {
        return Err(StoreError::Contention(None));
    }
    let mut run = seen.clone();
    run.claim().map_err(|_| StoreError::Contention(None))?;
    shelf.runs.put(run.clone(), now);
    shelf.runs.claims.put(run.id.uuid(), Claim { automation: run.automation, owner: run.owner });
    shelf.runs.line.remove(&run.id.uuid());
    Ok(run)
}

/// A run that was taken or ended since it was seen has no need of a line.
fn stand_in_line(shelf: &mut Shelf, seen: &Run) -> Result<(), StoreError> {
    if shelf.runs.get(seen.id) != Some(seen) {
        return Err(StoreError::Contention(None));
    }
    shelf.runs.line.put(seen.id.uuid(), ());
    Ok(())
}

fn checkpoint(shelf: &mut Shelf, run: &Run, steps: &[Step]) -> Result<(), StoreError> {
    let stored = shelf.runs.rows.get(&run.id.uuid()).ok_or(StoreError::Stale)?;
    if stored.run.fence != run.fence || stored.run.state.ending().is_some() {
        return Err(StoreError::Stale);
    }
    let written = Run::restore(RunRecord {
        state: run.state.clone(),
        worked: run.worked,
        stalls: run.stalls,
        version: run.version,
        ..RunRecord::clone(&stored.run)
    });
    let instants =
        steps.iter().map(|step| step.finished_at).chain(run.state.ending().map(|ending| ending.at));
    let touched_at = instants.fold(stored.touched_at, DateTime::max);
    shelf.runs.append(run.id, steps)?;
    shelf.runs.put(written, touched_at);
    Ok(())
}

/// Whether nobody touched the run since the instant, and something should have happened to it.
fn is_idle(shelf: &Shelf, kept: &Kept, since: DateTime<Utc>) -> bool {
    let run = &kept.run;
    let is_in_line = shelf.runs.line.get(&run.id.uuid()).is_some();
    let should_move = match run.state {
        RunState::Queued | RunState::Running => true,
        RunState::Waiting { until: Some(until) } => is_in_line || until < since,
        RunState::Waiting { until: None } => {
            is_in_line || !shelf.runs.rows.rows().any(|other| is_open_child(&other.run, run.id))
        }
        RunState::Success { .. } | RunState::Failed { .. } => false,
    };
    let is_behind =
        is_in_line && shelf.runs.line_of(run.automation).first().is_some_and(|first| first.id != run.id);
    kept.touched_at < since && should_move && !is_behind
}

fn may_go_on(run: &Run, now: DateTime<Utc>) -> bool {
    match run.state {
        RunState::Queued | RunState::Running => true,
        RunState::Waiting { until } => until.is_none_or(|until| until <= now),
        RunState::Success { .. } | RunState::Failed { .. } => false,
    }
}

/// Whether fewer runs of its automation are worked on, or stand in line before it, than may be. One that a worker has, be
/// it gone, has its place.
fn has_place(shelf: &Shelf, run: &Run, settings: &AutomationSettings) -> bool {
    let Some(most) = settings.max_concurrent_runs else { return true };
    let line = shelf.runs.line_of(run.automation).into_iter();
    let before = line.take_while(|other| in_turn(other) < in_turn(run)).count();
    shelf.runs.claims.get(&run.id.uuid()).is_some()
        || shelf.runs.taken_of(run.automation) + before < usize::from(most)
}

fn is_owner_busy(shelf: &Shelf, run: &Run, limits: RunLimits) -> bool {
    let others = shelf.runs.claims.entries().filter(|(id, _)| **id != run.id.uuid());
    others.filter(|(_, claim)| claim.owner == run.owner).count() >= usize::from(limits.per_owner)
}

fn settings_of(shelf: &Shelf, run: &Run) -> Result<AutomationSettings, StoreError> {
    let automation = shelf.automations.get(&run.automation.uuid());
    let missing = StoreError::Missing { what: "automationId" };
    Ok(automation.ok_or(missing)?.settings.clone())
}

/// The user in whose name its runs act.
pub(crate) fn acting(user: &User) -> UserActor {
    UserActor { id: user.id, role: user.role, company: user.company, via: Via::Program }
}

fn is_kept_no_longer(shelf: &Shelf, run: &Run, now: DateTime<Utc>) -> bool {
    let settings = settings_of(shelf, run).unwrap_or_default();
    let days = TimeDelta::days(settings.retention_days.into());
    run.state.ending().is_some_and(|ending| ending.at < now - days)
}
