use std::collections::{BTreeMap, BTreeSet};

use kairo_use_cases::Code;
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, PartialSchema, ToSchema};

use crate::problem::{Document, Fault, Row};

/// Completes what the operations say: the security scheme, and every refusal with the document it comes as.
pub(super) struct Complete;

const PROBLEM: &str = "Problem";

impl Modify for Complete {
    fn modify(&self, api: &mut OpenApi) {
        let components = api.components.get_or_insert_default();
        components.schemas.insert(PROBLEM.to_owned(), <Document<'static>>::schema());
        components.schemas.insert(Fault::name().into_owned(), Fault::schema());
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        let bearer = bearer.description(Some("The `accessToken` of `POST /auth/login`.")).build();
        components.security_schemes.insert("bearer".to_owned(), RefOr::T(SecurityScheme::Http(bearer)));
        for operation in api.paths.paths.values_mut().flat_map(operations) {
            add_refusals(operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// Adds the refusals that follow from what the operation takes. What it says itself about a status stays first.
fn add_refusals(operation: &mut Operation) {
    let declared = operation.responses.responses.keys().filter_map(|status| status.parse().ok());
    let refusals = declared.filter(|status| *status >= 400).map(|status| (status, Vec::new()));
    let mut by_status: BTreeMap<u16, Vec<String>> = refusals.collect();
    for code in codes(operation) {
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

fn codes(operation: &Operation) -> Vec<Code> {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(Parameter { name, .. }) => Some(name.as_str()),
        RefOr::Ref(_) => None,
    });
    let parameters: BTreeSet<_> = parameters.collect();
    let takes = |name| parameters.contains(name);
    let mut secured = operation.security.iter().flatten();
    let has_body = operation.request_body.is_some();
    let may_fail = operation.operation_id.as_deref() != Some("getOpenApi");
    let rules: [(bool, &[Code]); 8] = [
        (
            secured.any(|requirement| *requirement != SecurityRequirement::default()),
            &[Code::Malformed, Code::Unauthenticated],
        ),
        (takes("id") || takes("limit"), &[Code::NotFound]),
        (has_body, &[Code::Malformed, Code::Timeout, Code::TooLarge, Code::UnsupportedMedia, Code::Invalid]),
        (takes("limit") || takes("If-Match") || takes("Idempotency-Key"), &[Code::Malformed]),
        (takes("If-Match"), &[Code::Stale]),
        (takes("Idempotency-Key"), &[Code::InProgress, Code::KeyReused]),
        (operation.operation_id.as_deref() == Some("moveLead"), &[Code::IllegalTransition]),
        (may_fail, &[Code::Busy, Code::Broken]),
    ];
    let applying: Vec<_> = rules
        .into_iter()
        .filter(|(applies, _)| *applies)
        .flat_map(|(_, codes)| codes.iter().copied())
        .collect();
    Code::ALL.into_iter().filter(|code| applying.contains(code)).collect()
}
