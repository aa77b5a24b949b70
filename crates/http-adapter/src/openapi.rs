mod complete;
mod limits;
mod parameters;
mod refusals;
mod security;

use actix_web::{HttpRequest, HttpResponse};
use utoipa::OpenApi;
use utoipa::openapi::Server;

use complete::Complete;

use crate::auth::{invitation, password, sign_in, sign_up};
use crate::automations::{copies, flows, inspection, running, triggers, versions};
use crate::path::Here;
use crate::runs::{ending, events};
use crate::{
    answer, api_keys, audit, automations, colleagues, companies, credentials, hooks, invitations, leads, me,
    runs, sessions, two_factor, users,
};

/// The document of the whole API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kairo Studio",
        description = "Leads, clients, content and automations of a studio. Every refusal is a problem document \
                       (RFC 9457) whose `code` is one of a closed list. Every answer names its request in \
                       `X-Request-Id`. A request may name itself there: 1 to 128 letters, digits and `-_.:`, not \
                       beginning with `run:`, which names runs. Any other name is replaced.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/api/v1")),
    paths(
        document,
        sign_up::sign_up,
        sign_up::verify_email,
        sign_in::sign_in,
        sign_in::refresh,
        sign_in::sign_out,
        password::forgot,
        password::reset,
        invitation::show,
        invitation::accept,
        me::show,
        me::edit,
        me::change_password,
        me::change_email,
        sessions::list,
        sessions::end,
        api_keys::list,
        api_keys::create,
        api_keys::revoke,
        two_factor::show,
        two_factor::begin,
        two_factor::confirm,
        two_factor::renew_recovery_codes,
        two_factor::remove,
        users::list,
        users::add,
        users::show,
        users::edit,
        users::delete,
        users::standing::change_role,
        users::standing::change_company,
        users::standing::suspend,
        users::standing::reactivate,
        users::access::list_sessions,
        users::access::end_session,
        users::access::list_api_keys,
        users::access::revoke_api_key,
        users::access::reset_two_factor,
        colleagues::list,
        companies::list,
        companies::create,
        companies::show,
        companies::edit,
        companies::delete,
        credentials::list,
        credentials::create,
        credentials::show,
        credentials::edit,
        credentials::replace_secret,
        credentials::delete,
        invitations::list,
        invitations::invite,
        invitations::show,
        invitations::revoke,
        invitations::resend,
        audit::list,
        automations::list,
        automations::create,
        automations::show,
        automations::edit,
        automations::delete,
        flows::show,
        flows::replace,
        versions::list,
        versions::show,
        versions::compare,
        versions::restore,
        automations::standing::activate,
        automations::standing::pause,
        automations::standing::archive,
        automations::standing::restore,
        copies::duplicate,
        copies::export,
        copies::import,
        inspection::nodes,
        inspection::validate,
        inspection::dry_run,
        triggers::list,
        triggers::rotate,
        running::start,
        running::list,
        running::figures,
        runs::list,
        runs::show,
        runs::steps,
        events::follow,
        ending::cancel,
        ending::retry,
        hooks::deliver,
        leads::capture,
        leads::list,
        leads::show,
        leads::edit,
        leads::delete,
        leads::move_to,
        leads::timeline::note,
        leads::timeline::list_notes,
        leads::timeline::list,
    ),
    // These are referred to by name only.
    components(schemas(
        copies::CopyBody,
        ending::RetryBody,
        hooks::AnyBody,
        running::StartBody,
        sign_in::RefreshBody,
        sign_in::SignOutBody,
    )),
    tags(
        (name = "leads", description = "Contact forms, and what the team makes of them."),
        (name = "auth", description = "Getting in and out: for callers who are not signed in yet."),
        (name = "me", description = "The own account, and what protects it."),
        (name = "users", description = "Who has an account, and what administrators decide about it."),
        (name = "companies", description = "Client organizations."),
        (name = "credentials", description = "What automations authenticate with elsewhere."),
        (name = "invitations", description = "Asking somebody to become a user."),
        (name = "automations", description = "Flows that users draw, and what fires them."),
        (name = "runs", description = "What automations did, and do."),
        (name = "hooks", description = "Where other servers fire automations."),
        (name = "audit", description = "Who did what."),
        (name = "meta", description = "The API itself."),
    ),
    modifiers(&Complete)
)]
struct Described;

/// The OpenAPI document of the API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// The OpenAPI document as JSON, for `docs/openapi.json`: always the same text for the same API.
pub fn openapi_json() -> String {
    let mut text = serde_json::to_string_pretty(&openapi()).unwrap_or_default();
    text.push('\n');
    text
}

/// Show this document
///
/// OpenAPI 3.1; its server is where the API is mounted.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getOpenApi", tag = "meta", security(()),
    responses((status = 200, description = "The document.", body = Object))
)]
pub(crate) async fn document(request: HttpRequest) -> HttpResponse {
    let here = Here::of(&request).path;
    let mut document = openapi();
    document.servers = Some(vec![Server::new(here.strip_suffix("/openapi.json").unwrap_or(&here))]);
    answer::send(answer::list(&[], &document))
}
