use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;

use crate::etag::{Tags, with_coding};

/// Answers 304 to a reader who already has these bytes.
pub(crate) async fn if_none_match(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    // An unreadable list is no list: the answer is then sent in full.
    let tags = Tags::of(request.headers(), &header::IF_NONE_MATCH).ok().flatten();
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(tags) = tags.filter(|_| reads && response.status() == StatusCode::OK) else {
        return Ok(response);
    };
    let Some(tag) = response.headers().get(header::ETAG).and_then(|tag| known(&tags, tag)) else {
        return Ok(response);
    };
    let mut unchanged = HttpResponse::NotModified();
    unchanged.insert_header((header::ETAG, tag));
    if let Some(links) = response.headers().get(header::LINK) {
        unchanged.insert_header((header::LINK, links.clone()));
    }
    Ok(response.into_response(unchanged.finish()))
}

/// The tag to answer with, if the reader has it: in the coding in which the reader has it.
fn known(tags: &Tags, current: &HeaderValue) -> Option<String> {
    let current = current.to_str().ok()?;
    match tags {
        Tags::Any => Some(current.to_owned()),
        Tags::Listed(tags) => {
            let same = tags.iter().find(|tag| current.trim_matches('"') == tag.base())?;
            Some(format!("\"{}\"", same.opaque))
        }
    }
}

/// Gives compressed bytes a tag of their own: a strong tag stands for bytes, not for their meaning.
pub(crate) async fn coded_etag(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let text = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let coded = match (text(header::ETAG), text(header::CONTENT_ENCODING)) {
        (Some(tag), Some(coding)) if coding != "identity" => with_coding(tag, coding),
        _ => None,
    };
    if let Some(value) = coded.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        response.headers_mut().insert(header::ETAG, value);
    }
    Ok(response)
}
