use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, ArmedTrigger, Automation, Due, Firing, Schedule, Trigger, TriggerOn, User, UserActor, Via,
};
use kairo_ports::UnitOfWork;
use serde_json::json;

use super::Firings;
use crate::Error;
use crate::retry::retry;

/// How many schedules may fail before the others are left for later as well: then it is the store that fails.
const MOST_FAILING: u16 = 20;

impl Firings {
    /// Fires every schedule that is due, and tells how many runs that made. Any number of processes may do this at
    /// once: a planned instant makes one run.
    ///
    /// # Errors
    /// Those of the store; what was fired before stays fired.
    pub async fn fire_schedules(&self) -> Result<usize, Error> {
        let (mut fired, mut failing) = (0, 0);
        loop {
            match retry(|| self.fire_next(failing)).await {
                Ok(Some(runs)) => fired += runs,
                Ok(None) => return Ok(fired),
                Err(error) if failing < MOST_FAILING => {
                    tracing::error!(%error, "a schedule cannot be fired; the next ones are");
                    failing += 1;
                }
                Err(error) => return Err(error),
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

    /// One schedule, its runs and its next instant in one unit: the most urgent behind those that fail. `None` when none
    /// is due.
    async fn fire_next(&self, failing: u16) -> Result<Option<usize>, Error> {
        let now = self.desk.now();
        let mut work = self.desk.begin(&Actor::System).await?;
        let held = work.triggers().due_schedules(now, failing + 1).await?;
        let Some(trigger) = held.into_iter().nth(failing.into()) else { return Ok(None) };
        let due = due(&trigger, now);
        work.triggers().plan(trigger.automation, &trigger.node, due.next).await?;
        let runs = self.fire_at(&mut *work, trigger, &due.instants).await?;
        work.commit().await?;
        Ok(Some(runs))
    }

    async fn fire_at(
        &self,
        work: &mut dyn UnitOfWork,
        trigger: Trigger,
        instants: &[DateTime<Utc>],
    ) -> Result<usize, Error> {
        if instants.is_empty() {
            return Ok(0);
        }
        let Some(armed) = armed(work, trigger).await? else { return Ok(0) };
        let mut runs = 0;
        for instant in instants {
            let firing = Firing::schedule(&armed.node, *instant);
            let input = json!({"scheduledAt": instant, "firedAt": self.desk.now()});
            let run = self.fire_within(work, &Actor::System, &armed, firing, input).await?;
            runs += usize::from(run.is_some());
        }
        Ok(runs)
    }
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
