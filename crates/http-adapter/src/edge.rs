use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError};
use futures_util::FutureExt;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use crate::limits::BodyRead;
use crate::mount::Mount;
use crate::problem::Problem;
use crate::rate_limit;
use crate::request_id::RequestId;
use crate::tasks;
use crate::trace::TraceParent;
use crate::unread::Held;

/// The outermost layer: names the request, turns every refusal into a problem document, logs and counts.
pub(crate) async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let mount = Mount::of(&request);
    request.extensions_mut().insert(mount);
    let held = has_body(request.headers()).then(|| Held::of(&mut request));
    let span = span(&request, &id);
    let route = Route::of(&request);
    let started = Instant::now();
    let answered =
        AssertUnwindSafe(async { next.call(request).await }).catch_unwind().instrument(span.clone()).await;
    let _entered = span.enter();
    let answered = match answered {
        Ok(Ok(response)) => Ok(finish(response.map_into_boxed_body(), &id, held)),
        Ok(Err(error)) => Err(refusal(problem_of(&error).for_request(id), held)),
        Err(panic) => {
            tracing::error!(panic = tasks::text_of(&*panic), "a handler panicked");
            Err(refusal(Problem::broken().for_request(id), held))
        }
    };
    let of_error = |error: &actix_web::Error| error.as_response_error().status_code();
    let status = answered.as_ref().map_or_else(of_error, ServiceResponse::status);
    report(route, status, started.elapsed());
    answered
}

/// Marks an answer that is sent as it is, whatever its status: somebody else's, which is not ours to explain.
pub(crate) struct AsItIs;

/// What requests are counted by.
struct Route {
    method: &'static str,
    pattern: String,
}

impl Route {
    /// To be asked for before the request is served: a panic takes the request with it.
    fn of(request: &ServiceRequest) -> Self {
        let pattern = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        Self { method: method_label(request.method()), pattern }
    }
}

fn span(request: &ServiceRequest, id: &RequestId) -> Span {
    let trace = TraceParent::of(request.headers());
    tracing::info_span!(
        "kairo.http.request",
        request.id = id.as_str(),
        http.method = request.method().as_str(),
        trace.id = trace.as_ref().map(|trace| trace.trace_id.as_str()),
        trace.parent_id = trace.as_ref().map(|trace| trace.parent_id.as_str()),
        run.id = tracing::field::Empty,
    )
}

fn finish(response: ServiceResponse, id: &RequestId, held: Option<Held>) -> ServiceResponse {
    let mut response = with_document(response, id);
    let was_read = response.request().extensions().get::<BodyRead>().is_some();
    if let Some(held) = held.filter(|_| !was_read) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        response = response.map_body(|_, body| held.until_written(body));
    }
    let is_preflight = response.request().method() == Method::OPTIONS;
    let charged = response.request().clone();
    let headers = response.headers_mut();
    rate_limit::announce(&charged.extensions(), headers);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(HeaderName::from_static(RequestId::HEADER), value);
    }
    protect(headers, is_preflight);
    response
}

/// The answer when there is no response to finish. The body may be unread, and no request is left to tell.
fn refusal(problem: Problem, held: Option<Held>) -> actix_web::Error {
    let mut response = problem.error_response();
    protect(response.headers_mut(), false);
    if let Some(held) = held {
        response.head_mut().set_connection_type(ConnectionType::Close);
        response = response.map_body(|_, body| held.until_written(body));
    }
    InternalError::from_response(problem, response).into()
}

/// Replaces an error answer by the problem document that names the request.
fn with_document(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    if !is_refusal || response.response().extensions().get::<AsItIs>().is_some() {
        return response;
    }
    let problem = match response.response().error() {
        Some(error) => problem_of(error),
        None => Problem::of_status(status),
    };
    let mut document = HttpResponse::from_error(problem.for_request(id.clone()));
    let own = document.headers().clone();
    for (name, value) in response.headers() {
        // What the layers below have to say, such as `Allow` and the headers of CORS, stays.
        if !own.contains_key(name) && !describes_body(name) {
            document.headers_mut().append(name.clone(), value.clone());
        }
    }
    response.into_response(document)
}

fn problem_of(error: &actix_web::Error) -> Problem {
    let known = error.as_error::<Problem>().cloned();
    known.unwrap_or_else(|| Problem::of_status(error.as_response_error().status_code()))
}

fn describes_body(name: &HeaderName) -> bool {
    [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::ETAG].contains(name)
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    length.is_some_and(|length| length != "0") || headers.contains_key(header::TRANSFER_ENCODING)
}

/// Headers that every answer has.
fn protect(headers: &mut HeaderMap, is_preflight: bool) {
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(header::CACHE_CONTROL, "private, no-store");
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "no-referrer");
    default(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if !is_preflight {
        let vary = HeaderValue::from_static("Accept-Encoding, Authorization, Cookie, Origin");
        headers.insert(header::VARY, vary);
    }
}

/// Logs and counts a request. The path and the query may hold personal data, so only the route's pattern shows.
fn report(route: Route, status: StatusCode, took: Duration) {
    let Route { method, pattern } = route;
    tracing::info!(
        http.route = pattern,
        http.status = status.as_u16(),
        request.duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "request answered"
    );
    let labels = [("method", method.to_owned()), ("route", pattern), ("status", status.as_str().to_owned())];
    metrics::counter!("kairo.http.requests", &labels).increment(1);
    metrics::histogram!("kairo.http.request.duration_seconds", &labels).record(took.as_secs_f64());
}

/// Clients may invent methods; a label must not have endless values.
fn method_label(method: &Method) -> &'static str {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];
    let words = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"];
    known.iter().position(|known| known == method).map_or("other", |at| words[at])
}

#[cfg(test)]
mod tests;
