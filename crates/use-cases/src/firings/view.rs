//! What flows see of things, named as in the API.

use kairo_domain::{CompanyName, Lead, LeadSource, Phone, Run, RunState, User};
use serde_json::{Value, json};

pub(super) fn lead(lead: &Lead) -> Value {
    let details = &lead.details;
    json!({
        "id": lead.id,
        "name": details.name.as_str(),
        "email": details.email.as_str(),
        "message": details.message.as_str(),
        "phone": details.phone.as_ref().map(Phone::as_str),
        "company": details.company.as_ref().map(CompanyName::as_str),
        "source": details.source.map(LeadSource::as_str),
        "status": lead.status.as_str(),
        "createdAt": lead.created_at,
    })
}

pub(super) fn user(user: &User) -> Value {
    json!({
        "id": user.id,
        "email": user.email.as_str(),
        "name": user.name.as_ref().map(|name| name.as_str()),
        "role": user.role.as_str(),
        "createdAt": user.created_at,
    })
}

pub(super) fn run(run: &Run) -> Value {
    let failure = match &run.state {
        RunState::Failed { failure, .. } => Some(failure),
        RunState::Queued | RunState::Running | RunState::Waiting { .. } | RunState::Success { .. } => None,
    };
    json!({
        "id": run.id,
        "automationId": run.automation,
        "phase": run.phase().as_str(),
        "error": failure.map(|failure| &failure.message),
        "errorCode": failure.map(|failure| &failure.code),
        "errorNode": failure.and_then(|failure| failure.node.as_ref()),
        "startedAt": run.started_at,
    })
}
