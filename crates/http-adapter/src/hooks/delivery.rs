use std::collections::BTreeSet;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kairo_domain::Redacted;
use kairo_use_cases::{Delivery, IdempotencyKey};
use serde_json::{Map, Value, json};

use crate::Settings;
use crate::body::parse_json;
use crate::headers::single;
use crate::idempotency::unusable;
use crate::problem::Problem;

/// What is said by whom on the way, or proves who somebody is: not for a flow to know, let alone to pass on.
const WITHHELD: &[&str] = &["authorization", "proxy-authorization", "cookie", "forwarded", "x-csrf-token"];
const WITHHELD_START: &str = "x-forwarded-";
/// How senders name a delivery; the first one that is there counts.
const NAMES: [HeaderName; 2] =
    [HeaderName::from_static("webhook-id"), HeaderName::from_static("idempotency-key")];

/// What a request delivers.
pub(super) fn delivery(
    request: &HttpRequest,
    token: Redacted<String>,
    bytes: &[u8],
    settings: &Settings,
) -> Result<Delivery, Problem> {
    Ok(Delivery {
        token,
        method: request.method().as_str().to_owned(),
        headers: headers(request.headers()),
        query: query(request.query_string()),
        raw: bytes.to_vec(),
        body: body(request.headers(), bytes, settings.depth_limit)?,
        name: name(request.headers())?,
    })
}

/// The headers, each with all of its values.
fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let names: BTreeSet<_> = headers.keys().map(|name| name.as_str().to_ascii_lowercase()).collect();
    let is_told = |name: &String| !WITHHELD.contains(&name.as_str()) && !name.starts_with(WITHHELD_START);
    let all = |name: String| {
        let values = headers.get_all(&name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let values = values.collect::<Vec<_>>().join(", ");
        (name, Value::String(values))
    };
    names.into_iter().filter(is_told).map(all).collect()
}

/// The parameters: a text, or the list of texts of one that is given more than once.
fn query(text: &str) -> Map<String, Value> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(text);
    let mut query = Map::new();
    for (name, value) in pairs.map(web::Query::into_inner).unwrap_or_default() {
        match query.get_mut(&name) {
            None => {
                query.insert(name, Value::String(value));
            }
            Some(Value::Array(values)) => values.push(Value::String(value)),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    query
}

/// What the sender says is JSON is read as such; of anything else nothing is supposed.
fn body(headers: &HeaderMap, bytes: &[u8], depth_limit: usize) -> Result<Value, Problem> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    if is_json(headers.get(header::CONTENT_TYPE)) {
        return parse_json(bytes, depth_limit);
    }
    // U+0000 is no character of a text.
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    Ok(text.map_or_else(|| json!({"base64": BASE64_STANDARD.encode(bytes)}), |text| json!(text)))
}

fn is_json(content_type: Option<&HeaderValue>) -> bool {
    let text = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// The name of the delivery, if it has one. One that cannot be used is refused: without it, a repeat would fire again.
fn name(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(header) = NAMES.into_iter().find(|name| headers.contains_key(name)) else { return Ok(None) };
    let given = single(headers, &header, header.as_str())?;
    let given = given.and_then(|value| value.to_str().ok()).unwrap_or_default();
    match IdempotencyKey::parse(given) {
        Ok(_) => Ok(Some(given.to_owned())),
        Err(issue) => Err(unusable(header.as_str(), issue)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn credentials_and_the_way_are_withheld() {
        let given = with(&[
            ("authorization", "Basic eA=="),
            ("cookie", "a=b"),
            ("x-forwarded-for", "192.0.2.1"),
            ("forwarded", "for=192.0.2.1"),
            ("x-event", "push"),
            ("x-tag", "a"),
            ("x-tag", "b"),
        ]);
        assert_eq!(Value::Object(headers(&given)), json!({"x-event": "push", "x-tag": "a, b"}));
    }

    #[test]
    fn a_parameter_that_is_repeated_is_a_list() {
        assert_eq!(Value::Object(query("a=1&b=%20x&a=2&a=3")), json!({"a": ["1", "2", "3"], "b": " x"}));
    }

    #[test]
    fn a_body_is_what_its_sender_says() {
        let read = |kind, bytes: &[u8]| body(&with(&[("content-type", kind)]), bytes, 64);
        assert_eq!(read("application/json; charset=utf-8", b"{\"a\": 1}").unwrap(), json!({"a": 1}));
        assert_eq!(read("application/cloudevents+json", b"[1]").unwrap(), json!([1]));
        assert_eq!(read("text/plain", b"{\"a\": 1}").unwrap(), json!("{\"a\": 1}"));
        assert_eq!(read("text/plain", &[0xff, 0]).unwrap(), json!({"base64": "/wA="}));
        assert_eq!(read("text/plain", b"a\0").unwrap(), json!({"base64": "YQA="}));
        assert_eq!(read("application/json", b"").unwrap(), Value::Null);
        assert!(read("application/json", b"{").is_err());
    }

    #[test]
    fn a_name_is_sane_or_refused() {
        let named = |pairs| name(&with(pairs)).unwrap();
        assert_eq!(named(&[("idempotency-key", "k"), ("webhook-id", "msg_1")]).as_deref(), Some("msg_1"));
        assert_eq!(named(&[("idempotency-key", "k")]).as_deref(), Some("k"));
        assert_eq!(named(&[]), None);
        for pairs in [&[("webhook-id", "two words")][..], &[("webhook-id", "")]] {
            let refused = name(&with(pairs)).unwrap_err();
            assert_eq!(refused.faults()[0].pointer, "/headers/webhook-id", "{pairs:?}");
        }
    }
}
