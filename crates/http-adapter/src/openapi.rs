mod complete;
mod parameters;

use actix_web::{HttpRequest, HttpResponse};
use utoipa::OpenApi;
use utoipa::openapi::Server;

use complete::Complete;

use crate::{answer, leads, path::Here, sessions};

/// The document of the whole API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kairo Studio",
        description = "Leads, clients, content and automations of a studio. Every refusal is a problem document \
                       (RFC 9457) whose `code` is one of a closed list.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/api/v1")),
    paths(
        document,
        sessions::sign_in,
        sessions::me,
        leads::capture,
        leads::list,
        leads::show,
        leads::edit,
        leads::delete,
        leads::move_to,
    ),
    tags(
        (name = "leads", description = "Contact forms, and what the team makes of them."),
        (name = "sessions", description = "Signing in, and the own account."),
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
