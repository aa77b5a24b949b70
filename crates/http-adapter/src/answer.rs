//! Answers as plain values, so that the same one can be sent, and kept for repeats.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use bytes::Bytes;
use kairo_domain::Version;
use kairo_use_cases::{Answer, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

use crate::etag;

const JSON: &str = "application/json";
const REPLAYED: &str = "Idempotency-Replayed";

/// What a wish was answered with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Accepted)]
pub(crate) struct AcceptedView {
    /// How it goes on; always the same sentence.
    #[schema(value_type = String)]
    detail: &'static str,
}

/// 200 with a representation of something that has versions.
pub(crate) fn representation(version: Version, view: &impl Serialize) -> Answer {
    let body = bytes(view);
    let tag = etag::of_version(version, &body);
    answer(StatusCode::OK, vec![("ETag", tag)], body)
}

/// 201 with a representation of what was made, and where it can be found.
pub(crate) fn created(location: String, version: Version, view: &impl Serialize) -> Answer {
    let body = bytes(view);
    let tag = etag::of_version(version, &body);
    answer(StatusCode::CREATED, vec![("Location", location), ("ETag", tag)], body)
}

/// 200 with a representation of something without versions.
pub(crate) fn unversioned(view: &impl Serialize) -> Answer {
    list(&[], view)
}

/// 201 with a representation of something without versions, and where it can be found.
pub(crate) fn created_unversioned(location: String, view: &impl Serialize) -> Answer {
    let body = bytes(view);
    let tag = etag::of_bytes(&body);
    answer(StatusCode::CREATED, vec![("Location", location), ("ETag", tag)], body)
}

/// 201 with a representation of what was made and has no address of its own.
pub(crate) fn created_nameless(view: &impl Serialize) -> Answer {
    let body = bytes(view);
    let tag = etag::of_bytes(&body);
    answer(StatusCode::CREATED, vec![("ETag", tag)], body)
}

/// 201 for a caller who will not see what was made.
pub(crate) fn received(view: &impl Serialize) -> Answer {
    answer(StatusCode::CREATED, Vec::new(), bytes(view))
}

/// 200 with a list.
pub(crate) fn list(links: &[String], view: &impl Serialize) -> Answer {
    let body = bytes(view);
    let mut headers = vec![("ETag", etag::of_bytes(&body))];
    if !links.is_empty() {
        headers.push(("Link", links.join(", ")));
    }
    answer(StatusCode::OK, headers, body)
}

/// 200 with something that has no version.
pub(crate) fn plain(view: &impl Serialize) -> Answer {
    answer(StatusCode::OK, Vec::new(), bytes(view))
}

/// 200 with a representation to be kept as a file.
pub(crate) fn file(name: &str, view: &impl Serialize) -> Answer {
    let disposition = format!("attachment; filename=\"{name}\"");
    answer(StatusCode::OK, vec![("Content-Disposition", disposition)], bytes(view))
}

/// 202 for a request that was taken in.
pub(crate) fn taken_in(view: &impl Serialize) -> Answer {
    answer(StatusCode::ACCEPTED, Vec::new(), bytes(view))
}

/// 202 for a wish whose outcome is told elsewhere.
pub(crate) fn accepted(detail: &'static str) -> Answer {
    answer(StatusCode::ACCEPTED, Vec::new(), bytes(&AcceptedView { detail }))
}

/// Sends what came of an order that takes effect once.
pub(crate) fn send_outcome<T>(outcome: Outcome<T>, render: impl FnOnce(&T) -> Answer) -> HttpResponse {
    match outcome {
        Outcome::Done(value) => send(render(&value)),
        Outcome::Replayed(mut answer) => {
            answer.headers.push((REPLAYED.to_owned(), "true".to_owned()));
            send(answer)
        }
    }
}

/// Sends an answer.
pub(crate) fn send(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for header in answer.headers {
        response.insert_header(header);
    }
    response.body(answer.body)
}

/// Sends an answer that hands out a secret. Nobody may keep it, not even the caller's own browser.
pub(crate) fn send_secret(answer: Answer) -> HttpResponse {
    let mut response = send(answer);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn answer(status: StatusCode, headers: Vec<(&str, String)>, body: Bytes) -> Answer {
    let json = [("Content-Type", JSON.to_owned())];
    let headers = json.into_iter().chain(headers).map(|(name, value)| (name.to_owned(), value)).collect();
    Answer { status: status.as_u16(), headers, body }
}

#[expect(
    clippy::expect_used,
    reason = "views have string keys and finite numbers, so writing them cannot fail"
)]
fn bytes(view: &impl Serialize) -> Bytes {
    serde_json::to_vec(view).expect("a view is JSON").into()
}
