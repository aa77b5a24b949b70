use std::sync::Arc;

use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpRequest, HttpResponse};
use kairo_use_cases::Code;
use utoipa_swagger_ui::Config;

use crate::Api;
use crate::problem::Problem;

/// Scripts and styles come from here alone; the page sets styles by itself.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Leads to the page itself, whose links are relative to it.
pub(crate) async fn to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "docs/")).finish()
}

/// A file of the page on which the API can be read and tried.
pub(crate) async fn page(api: Api, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let nothing = || Problem::new(Code::NotFound, "there is no such page");
    let name = request.match_info().get("file").unwrap_or_default();
    // Relative to the page, so that it works below whatever path this is mounted under.
    let document = format!("..{}/openapi.json", api.settings().base_path);
    let config = Arc::new(Config::from(document).validator_url("none"));
    let file = utoipa_swagger_ui::serve(name, config).map_err(|_| Problem::broken())?;
    let file = file.filter(|_| api.settings().docs).ok_or_else(nothing)?;
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header(ContentEncoding::Gzip);
    }
    response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    response.content_type(file.content_type);
    Ok(response.body(file.bytes.into_owned()))
}
