use std::collections::BTreeSet;

use kairo_domain::{AutomationId, CredentialName, Id, Schedule, ScheduleIssue, UserId};
use kairo_flow::{Fault, FaultCode, FlowDocument, Reference, check, references};
use kairo_ports::UnitOfWork;
use uuid::Uuid;

use super::Automations;
use crate::Error;

/// How many automations a flow may reach through sub-flows.
const MOST_REACHED: usize = 100;

impl Automations {
    /// Every fault of a flow at once: its own, and those that only the store can tell. `work` is a unit of the program
    /// itself; `id` is the automation that has the flow, when there is one yet.
    pub(super) async fn faults_of(
        &self,
        work: &mut dyn UnitOfWork,
        owner: Option<UserId>,
        id: Option<AutomationId>,
        flow: &FlowDocument,
    ) -> Result<Vec<Fault>, Error> {
        let mut faults = check(flow);
        if faults.iter().any(|fault| fault.code == FaultCode::TooLarge) {
            return Ok(faults);
        }
        let references = references(flow);
        for planned in &references.schedules {
            if let Err(issue) = Schedule::parse(&planned.cron, &planned.timezone, self.desk.now()) {
                let place = if issue == ScheduleIssue::Zone { "timezone" } else { "cron" };
                let pointer = format!("{}/{place}", planned.pointer);
                let (id, message) = (Some(planned.node.clone()), issue.to_string());
                faults.push(Fault { code: FaultCode::InvalidParam, pointer, id, message });
            }
        }
        let Some(owner) = owner else { return Ok(faults) };
        faults.extend(missing_credentials(work, owner, &references.credentials).await?);
        faults.extend(bad_subflows(work, owner, id, &references.subflows).await?);
        Ok(faults)
    }
}

async fn missing_credentials(
    work: &mut dyn UnitOfWork,
    owner: UserId,
    wanted: &[Reference],
) -> Result<Vec<Fault>, Error> {
    let mut missing = Vec::new();
    for reference in wanted {
        if !is_there(work, owner, &reference.name).await? {
            let message = format!("there is no credential `{}` of the automation's owner", reference.name);
            missing.push(fault(FaultCode::CredentialMissing, reference, message));
        }
    }
    Ok(missing)
}

async fn is_there(work: &mut dyn UnitOfWork, owner: UserId, name: &str) -> Result<bool, Error> {
    let Ok(name) = CredentialName::parse(name) else { return Ok(false) };
    Ok(work.credentials().of_owner_by_name(owner, &name).await?.is_some())
}

async fn bad_subflows(
    work: &mut dyn UnitOfWork,
    owner: UserId,
    id: Option<AutomationId>,
    wanted: &[Reference],
) -> Result<Vec<Fault>, Error> {
    let mut bad = Vec::new();
    for reference in wanted {
        let Some(found) = owned(work, owner, &reference.name).await? else {
            let message = "must be an automation of the same owner";
            bad.push(fault(FaultCode::InvalidParam, reference, message.to_owned()));
            continue;
        };
        if comes_back(work, id, found).await? {
            let message = "this automation would run itself through sub-flows";
            bad.push(fault(FaultCode::SubflowCycle, reference, message.to_owned()));
        }
    }
    Ok(bad)
}

async fn owned(work: &mut dyn UnitOfWork, owner: UserId, id: &str) -> Result<Option<AutomationId>, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(None) };
    let found = work.automations().get(Id::from_uuid(id)).await?;
    Ok(found.filter(|automation| automation.owner == owner).map(|automation| automation.id))
}

/// Whether following sub-flows from one automation leads to the other, or to one that was met before.
async fn comes_back(
    work: &mut dyn UnitOfWork,
    id: Option<AutomationId>,
    from: AutomationId,
) -> Result<bool, Error> {
    let mut met = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        if Some(next) == id || met.len() > MOST_REACHED {
            return Ok(true);
        }
        if !met.insert(next) {
            continue;
        }
        let Some(automation) = work.automations().get(next).await? else { continue };
        let called = references(&automation.flow).subflows;
        open.extend(
            called.iter().filter_map(|reference| Uuid::parse_str(&reference.name).ok()).map(Id::from_uuid),
        );
    }
    Ok(false)
}

fn fault(code: FaultCode, reference: &Reference, message: String) -> Fault {
    Fault { code, pointer: reference.pointer.clone(), id: Some(reference.node.clone()), message }
}
