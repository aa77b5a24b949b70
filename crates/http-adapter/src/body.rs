//! Bodies: read within bounds, strictly parsed, turned into values of the domain with all faults at once.

mod faults;
mod json;
mod object;
#[cfg(test)]
pub(crate) mod testing;
mod values;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use bytes::Bytes;
use deserr::Deserr;
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, TryFutureExt};
use kairo_use_cases::Code;
use sha2::{Digest, Sha256};

use crate::headers::single;
use crate::limits::{self, BodyRead};
use crate::problem::Problem;
use crate::{Api, Settings};

pub(crate) use faults::Faults;
pub(crate) use json::parse as parse_json;
pub(crate) use object::JsonObject;
pub(crate) use values::storable;

/// A JSON body, read into a `T`.
pub(crate) struct JsonBody<T> {
    pub(crate) value: T,
    /// The SHA-256 of the bytes as they came.
    pub(crate) digest: [u8; 32],
}

/// A JSON Merge Patch (RFC 7396), read into a `T`.
pub(crate) struct MergeBody<T>(pub(crate) T);

/// A JSON body with a flow in it, which may be larger than others.
pub(crate) struct FlowBody<T> {
    pub(crate) value: T,
    /// The SHA-256 of the bytes as they came.
    pub(crate) digest: [u8; 32],
}

/// A JSON body that may be left out: a request without a single byte of it is one without a body.
pub(crate) struct OptionalBody<T> {
    pub(crate) value: Option<T>,
    /// The SHA-256 of the bytes as they came.
    pub(crate) digest: [u8; 32],
}

const JSON: &[&str] = &["application/json"];
const MERGE: &[&str] = &["application/merge-patch+json", "application/json"];

impl<T: Deserr<Faults> + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        read(request.clone(), payload.take(), JSON, usual_limit).boxed_local()
    }
}

impl<T: Deserr<Faults> + 'static> FromRequest for FlowBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read(request.clone(), payload.take(), JSON, |settings| settings.flow_limit);
        body.map_ok(|JsonBody { value, digest }| Self { value, digest }).boxed_local()
    }
}

impl<T: Deserr<Faults> + 'static> FromRequest for MergeBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read(request.clone(), payload.take(), MERGE, usual_limit);
        async { Ok(Self(body.await?.value)) }.boxed_local()
    }
}

impl<T: Deserr<Faults> + 'static> FromRequest for OptionalBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        read_optional(request.clone(), payload.take()).boxed_local()
    }
}

async fn read<T: Deserr<Faults>>(
    request: HttpRequest,
    mut payload: Payload,
    media: &[&str],
    limit: fn(&Settings) -> usize,
) -> Result<JsonBody<T>, Problem> {
    check_media(request.headers(), media)?;
    let bytes = read_bytes(&request, &mut payload, limit).await?;
    let value = parse(&request, &bytes)?;
    Ok(JsonBody { value, digest: Sha256::digest(&bytes).into() })
}

async fn read_optional<T: Deserr<Faults>>(
    request: HttpRequest,
    mut payload: Payload,
) -> Result<OptionalBody<T>, Problem> {
    let media = check_media(request.headers(), JSON);
    if request.headers().contains_key(header::CONTENT_TYPE) {
        media.clone()?;
    }
    let bytes = read_bytes(&request, &mut payload, usual_limit).await?;
    let digest = Sha256::digest(&bytes).into();
    if bytes.is_empty() {
        return Ok(OptionalBody { value: None, digest });
    }
    media?;
    Ok(OptionalBody { value: Some(parse(&request, &bytes)?), digest })
}

fn usual_limit(settings: &Settings) -> usize {
    settings.json_limit
}

async fn read_bytes(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: fn(&Settings) -> usize,
) -> Result<Bytes, Problem> {
    let api = Api::of(request)?;
    let settings = api.settings();
    let bytes = limits::read(payload, request.headers(), limit(settings), settings.body_pace).await?;
    request.extensions_mut().insert(BodyRead);
    Ok(bytes)
}

/// Reads a body of any type, within the usual bounds.
pub(crate) async fn read_raw(request: &HttpRequest, payload: &mut Payload) -> Result<Bytes, Problem> {
    if !is_plain(request.headers()) {
        return Err(Problem::new(Code::UnsupportedMedia, "the body must be without compression"));
    }
    read_bytes(request, payload, usual_limit).await
}

fn is_plain(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).all(|coding| is(coding, "identity"))
}

fn parse<T: Deserr<Faults>>(request: &HttpRequest, bytes: &[u8]) -> Result<T, Problem> {
    let value = json::parse(bytes, Api::of(request)?.settings().depth_limit)?;
    deserr::deserialize::<T, _, Faults>(value).map_err(Faults::into_problem)
}

/// The media type is never guessed from the bytes, nor the other way round.
fn check_media(headers: &HeaderMap, media: &[&str]) -> Result<(), Problem> {
    let given = single(headers, &header::CONTENT_TYPE, "Content-Type")?;
    let given = given.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (essence, parameters) = given.split_once(';').unwrap_or((given, ""));
    let is_known = media.iter().any(|known| known.eq_ignore_ascii_case(essence.trim()));
    if is_known && is_plain(headers) && parameters.split(';').all(allows_utf_8) {
        return Ok(());
    }
    let detail = format!("the body must be {} in UTF-8, without compression", media.join(" or "));
    Err(Problem::new(Code::UnsupportedMedia, detail))
}

fn is(value: &HeaderValue, word: &str) -> bool {
    value.to_str().is_ok_and(|value| value.eq_ignore_ascii_case(word))
}

/// Whether a parameter of a media type says nothing else than that the text is UTF-8.
fn allows_utf_8(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let unquoted = value.trim().strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let charset = unquoted.unwrap_or_else(|| value.trim());
    !name.trim().eq_ignore_ascii_case("charset") || charset.eq_ignore_ascii_case("utf-8")
}
