use std::collections::BTreeMap;

use kairo_use_cases::Code;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

use super::security::takes_credentials;
use crate::problem::Row;

/// The name of the schema that every refusal has.
pub(super) const PROBLEM: &str = "Problem";

/// The refusals of single operations, by their ids, that do not follow from what they take.
const OWN: &[(&str, &[Code])] = &[
    ("acceptInvitation", &[Code::TokenInvalid]),
    ("activateAutomation", &[Code::IllegalTransition, Code::FlowNotRunnable]),
    ("archiveAutomation", &[Code::IllegalTransition]),
    ("addUser", &[Code::NotFound, Code::Taken]),
    ("beginTwoFactor", &[Code::Taken]),
    ("cancelRun", &[Code::IllegalTransition]),
    ("captureLead", &[Code::NotFound]),
    ("changeRole", &[Code::LastAdmin]),
    ("createCompany", &[Code::NotFound]),
    ("createCredential", &[Code::Taken]),
    ("deleteUser", &[Code::LastAdmin]),
    ("editCredential", &[Code::Taken]),
    ("deliverHook", &[Code::RunFailed]),
    ("drawFlow", &[Code::FlowNotRunnable]),
    ("dryRunAutomation", &[Code::FlowNotRunnable]),
    ("editMe", &[Code::NotFound]),
    ("inviteUser", &[Code::NotFound, Code::Taken]),
    ("listColleagues", &[Code::NotFound]),
    ("moveLead", &[Code::IllegalTransition]),
    ("pauseAutomation", &[Code::IllegalTransition]),
    ("resendInvitation", &[Code::IllegalTransition]),
    ("resetPassword", &[Code::TokenInvalid]),
    ("restoreAutomation", &[Code::IllegalTransition]),
    ("restoreFlowVersion", &[Code::FlowNotRunnable]),
    ("retryRun", &[Code::FlowNotRunnable, Code::NotActive, Code::StillOpen]),
    ("revokeInvitation", &[Code::IllegalTransition]),
    ("runAutomation", &[Code::FlowNotRunnable, Code::NotActive]),
    ("showInvitation", &[Code::TokenInvalid]),
    ("signIn", &[Code::SecondFactorRequired]),
    ("suspendUser", &[Code::LastAdmin]),
    ("verifyEmail", &[Code::TokenInvalid]),
];

/// Adds the refusals that follow from what the operation takes. What it says itself about a status stays first.
pub(super) fn complete(operation: &mut Operation, is_limited: bool) {
    let declared = operation.responses.responses.keys().filter_map(|status| status.parse().ok());
    let refusals = declared.filter(|status| *status >= 400).map(|status| (status, Vec::new()));
    let mut by_status: BTreeMap<u16, Vec<String>> = refusals.collect();
    for code in codes(operation, is_limited) {
        let row = Row::of(code);
        by_status.entry(row.status).or_default().push(format!("`{code}`: {}", row.when));
    }
    for (status, meanings) in by_status {
        let own = match operation.responses.responses.get(&status.to_string()) {
            Some(RefOr::T(Response { description, .. })) => Some(description.clone()),
            Some(RefOr::Ref(_)) | None => None,
        };
        let description = own.into_iter().chain(meanings).collect::<Vec<_>>().join(" ");
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM))).build();
        let response =
            ResponseBuilder::new().description(description).content("application/problem+json", problem);
        operation.responses.responses.insert(status.to_string(), RefOr::T(response.build()));
    }
}

fn codes(operation: &Operation, is_limited: bool) -> Vec<Code> {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(Parameter { name, required, .. }) => Some((name.as_str(), required)),
        RefOr::Ref(_) => None,
    });
    let parameters: BTreeMap<_, _> = parameters.collect();
    let takes = |name| parameters.contains_key(name);
    let needs_version = matches!(parameters.get("If-Match"), Some(Required::True));
    let has_body = operation.request_body.is_some();
    let id = operation.operation_id.as_deref();
    let own = OWN.iter().find(|(known, _)| Some(*known) == id).map_or(&[][..], |(_, codes)| codes);
    // Whatever is delivered is taken as it is: there are no values to refuse.
    let reads_values = has_body && id != Some("deliverHook");
    let rules: [(bool, &[Code]); 11] = [
        (takes_credentials(operation), &[Code::Malformed, Code::Unauthenticated, Code::Forbidden]),
        (takes("id") || takes("limit"), &[Code::NotFound]),
        (has_body, &[Code::Malformed, Code::Timeout, Code::TooLarge, Code::UnsupportedMedia]),
        (reads_values, &[Code::Invalid]),
        (takes("limit") || takes("If-Match") || takes("Idempotency-Key"), &[Code::Malformed]),
        (takes("If-Match"), &[Code::Stale]),
        (needs_version, &[Code::VersionRequired]),
        (takes("Idempotency-Key"), &[Code::InProgress, Code::KeyReused]),
        (is_limited, &[Code::RateLimited]),
        (true, own),
        (id != Some("getOpenApi"), &[Code::Busy, Code::Broken]),
    ];
    let applying: Vec<_> = rules
        .into_iter()
        .filter(|(applies, _)| *applies)
        .flat_map(|(_, codes)| codes.iter().copied())
        .collect();
    Code::ALL.into_iter().filter(|code| applying.contains(code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_an_operation() {
        let document = crate::openapi_json();
        for (id, _) in OWN {
            assert!(document.contains(&format!("\"operationId\": \"{id}\"")), "{id}");
        }
    }
}
