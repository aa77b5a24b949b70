use std::collections::BTreeSet;

use kairo_domain::{AutomationId, CredentialName, Schedule, ScheduleIssue, UserId};
use kairo_flow::{Fault, FaultCode, FlowDocument, Reference, check, references};
use kairo_ports::UnitOfWork;

use super::Automations;
use super::reached::{Reached, called};
use crate::Error;

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
    let names: BTreeSet<&str> = wanted.iter().map(|reference| &*reference.name).collect();
    let mut missing = BTreeSet::new();
    for name in names {
        if !is_there(work, owner, name).await? {
            missing.insert(name);
        }
    }
    let message = |name: &str| format!("there is no credential `{name}` of the automation's owner");
    let faulty = wanted.iter().filter(|reference| missing.contains(&*reference.name));
    Ok(faulty
        .map(|reference| fault(FaultCode::CredentialMissing, reference, message(&reference.name)))
        .collect())
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
    let reached = Reached::from(work, owner, wanted.iter().filter_map(called)).await?;
    let judged = wanted.iter().filter_map(|reference| {
        let found = called(reference).filter(|called| reached.is_called(*called));
        let Some(found) = found else {
            let message = "must be an automation of the same owner".to_owned();
            return Some(fault(FaultCode::InvalidParam, reference, message));
        };
        if reached.is_cut_short() {
            let message = format!("sub-flows may reach at most {} automations", Reached::MOST);
            return Some(fault(FaultCode::TooLarge, reference, message));
        }
        let comes_back = id.is_some_and(|id| reached.leads(found, id));
        comes_back.then(|| {
            let message = "this automation would run itself through sub-flows".to_owned();
            fault(FaultCode::SubflowCycle, reference, message)
        })
    });
    Ok(judged.collect())
}

fn fault(code: FaultCode, reference: &Reference, message: String) -> Fault {
    Fault { code, pointer: reference.pointer.clone(), id: Some(reference.node.clone()), message }
}
