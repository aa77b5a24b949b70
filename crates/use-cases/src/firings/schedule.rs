use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, ArmedTrigger, Automation, AutomationId, Due, Firing, RunId, Schedule, Trigger, TriggerOn, User,
    UserActor, Via,
};
use kairo_ports::UnitOfWork;
use serde_json::json;

use super::Firings;
use crate::Error;
use crate::engine::tell_fired;
use crate::retry::{is_contention, retry};

/// How many schedules may fail before the others are left for later as well: then it is the store that fails.
const MOST_FAILING: usize = 20;

/// What tells schedules apart.
type Key = (AutomationId, String);

/// A schedule that was due.
struct Served {
    /// The schedule as it was.
    trigger: Trigger,
    /// How many runs that made; nothing is kept of it if it failed.
    fired: Result<usize, Error>,
    /// Whether it is due again already: it catches up.
    is_behind: bool,
}

impl Firings {
    /// Fires every schedule that is due, and tells how many runs that made. Any number of processes may do this at
    /// once: a planned instant makes one run. Those that have much to catch up with take turns with all others.
    ///
    /// # Errors
    /// Those of the store; what was fired before stays fired.
    pub async fn fire_schedules(&self) -> Result<usize, Error> {
        let (mut runs, mut failing) = (0, BTreeSet::new());
        loop {
            // Those that failed get no other turn.
            let (mut last, mut had_their_turn, mut is_behind) = (None, failing.clone(), false);
            while let Some(served) = self.serve_next(last, &had_their_turn).await? {
                let key = key(&served.trigger);
                had_their_turn.insert(key.clone());
                last = Some(served.trigger);
                is_behind |= served.is_behind;
                match served.fired {
                    Ok(fired) => runs += fired,
                    Err(error) if failing.len() < MOST_FAILING => {
                        tracing::error!(%error, "a schedule cannot be fired; the next ones are");
                        failing.insert(key);
                    }
                    Err(error) => return Err(error),
                }
            }
            if !is_behind {
                return Ok(runs);
            }
        }
    }

    /// When the next schedule is due; nothing may be planned.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn next_planned(&self) -> Result<Option<DateTime<Utc>>, Error> {
        let mut work = self.desk.begin_read(&Actor::System).await?;
        Ok(work.triggers().next_planned().await?)
    }

    /// Serves the next schedule that is due; one that had its turn, and is due again, gets nothing.
    async fn serve_next(
        &self,
        last: Option<Trigger>,
        had_their_turn: &BTreeSet<Key>,
    ) -> Result<Option<Served>, Error> {
        let last = &last;
        retry(|| async move {
            let now = self.desk.now();
            let mut work = self.desk.begin(&Actor::System).await?;
            let Some(trigger) = work.triggers().due_schedule(now, last.clone()).await? else {
                return Ok(None);
            };
            if had_their_turn.contains(&key(&trigger)) {
                return Ok(Some(Served { trigger, fired: Ok(0), is_behind: false }));
            }
            match self.serve(work, trigger.clone(), now).await {
                Err(error) if is_contention(&error) => Err(error),
                Err(error) => Ok(Some(Served { trigger, fired: Err(error), is_behind: false })),
                Ok((runs, is_behind)) => Ok(Some(Served { trigger, fired: Ok(runs), is_behind })),
            }
        })
        .await
    }

    /// One schedule, its runs and its next instant in one unit.
    async fn serve(
        &self,
        mut work: Box<dyn UnitOfWork>,
        trigger: Trigger,
        now: DateTime<Utc>,
    ) -> Result<(usize, bool), Error> {
        let due = due(&trigger, now);
        work.triggers().plan(trigger.automation, &trigger.node, due.next).await?;
        let runs = self.fire_at(&mut *work, trigger, &due.instants).await?;
        work.commit().await?;
        runs.iter().for_each(|run| tell_fired(*run, "schedule"));
        Ok((runs.len(), due.next.is_some_and(|next| next <= now)))
    }

    async fn fire_at(
        &self,
        work: &mut dyn UnitOfWork,
        trigger: Trigger,
        instants: &[DateTime<Utc>],
    ) -> Result<Vec<RunId>, Error> {
        let mut runs = Vec::new();
        if instants.is_empty() {
            return Ok(runs);
        }
        let Some(armed) = armed(work, trigger).await? else { return Ok(runs) };
        for instant in instants {
            let firing = Firing::schedule(&armed.node, *instant);
            let input = json!({"scheduledAt": instant, "firedAt": self.desk.now()});
            runs.extend(self.fire_within(work, &Actor::System, &armed, firing, input).await?);
        }
        Ok(runs)
    }
}

fn key(trigger: &Trigger) -> Key {
    (trigger.automation, trigger.node.clone())
}

/// Whom a schedule acts for; `None` when its automation fires no more or its owner may not act.
async fn armed(work: &mut dyn UnitOfWork, trigger: Trigger) -> Result<Option<ArmedTrigger>, Error> {
    let automation = work.automations().get(trigger.automation).await?;
    let Some(automation) = automation.filter(Automation::fires) else { return Ok(None) };
    let owner = work.users().get(automation.owner).await?.filter(User::may_sign_in);
    Ok(owner.map(|owner| ArmedTrigger {
        automation: automation.id,
        node: trigger.node,
        flow_number: automation.flow_number,
        vars: automation.settings.vars.clone(),
        owner: UserActor { id: owner.id, role: owner.role, company: owner.company, via: Via::Program },
    }))
}

/// What is to be fired. A schedule that was never planned begins now; one that cannot be read any more never fires.
fn due(trigger: &Trigger, now: DateTime<Utc>) -> Due {
    let nothing = Due { instants: Vec::new(), next: None };
    let TriggerOn::Schedule { cron, zone, missed, next_at } = &trigger.on else { return nothing };
    match (Schedule::parse(cron, zone, now), next_at) {
        (Ok(schedule), Some(planned)) => schedule.due(*missed, *planned, now),
        (Ok(schedule), None) => Due { instants: Vec::new(), next: schedule.next_after(now) },
        (Err(issue), _) => {
            tracing::error!(automation.id = %trigger.automation, error = %issue, "a schedule cannot be read");
            nothing
        }
    }
}
