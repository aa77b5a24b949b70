use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use serde_json::Value;

use crate::edge::AsItIs;

/// Whatever a flow says, a browser that shows it runs no script of it: the address is on the origin of the API.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// What a flow may not say: it is about the connection, the length, or for the whole origin.
const REFUSED: &[&str] = &[
    "alt-svc",
    "clear-site-data",
    "connection",
    "content-length",
    "content-security-policy",
    "content-security-policy-report-only",
    "keep-alive",
    "nel",
    "origin-agent-cluster",
    "permissions-policy",
    "proxy-authenticate",
    "proxy-connection",
    "ratelimit",
    "ratelimit-policy",
    "referrer-policy",
    "report-to",
    "reporting-endpoints",
    "service-worker-allowed",
    "set-cookie",
    "set-cookie2",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "x-content-type-options",
    "x-request-id",
];
const REFUSED_STARTS: [&str; 2] = ["access-control-", "cross-origin-"];

/// The answer that a flow gives to a delivery.
pub(super) fn reply(status: u16, headers: &[(String, String)], body: &Value) -> HttpResponse {
    let status = final_status(status);
    let mut response = HttpResponse::build(status);
    let (kind, bytes) = rendered(body);
    response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(kind)));
    for (name, value) in headers.iter().filter_map(said) {
        response.insert_header((name, value));
    }
    response.insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)));
    let takes_none =
        matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    let mut response = if takes_none { response.finish() } else { response.body(bytes) };
    response.extensions_mut().insert(AsItIs);
    response
}

/// A status that ends an exchange: one that does not would be followed by nothing.
fn final_status(status: u16) -> StatusCode {
    let status = StatusCode::from_u16(status).ok();
    status.filter(|status| !status.is_informational() && status.as_u16() < 600).unwrap_or(StatusCode::OK)
}

fn said((name, value): &(String, String)) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::try_from(name.as_str()).ok()?;
    let is_refused =
        |name: &str| REFUSED.contains(&name) || REFUSED_STARTS.iter().any(|start| name.starts_with(start));
    let value = HeaderValue::try_from(value.as_str()).ok()?;
    (!is_refused(name.as_str())).then_some((name, value))
}

/// A text is sent as it is, anything else as JSON.
fn rendered(body: &Value) -> (&'static str, Vec<u8>) {
    match body {
        Value::Null => ("text/plain; charset=utf-8", Vec::new()),
        Value::String(text) => ("text/plain; charset=utf-8", text.clone().into_bytes()),
        json => ("application/json", json.to_string().into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody;
    use serde_json::json;

    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_flow_says_what_is_its_own_to_say() {
        let headers = pairs(&[
            ("Content-Type", "text/html"),
            ("X-Answer", "42"),
            ("Set-Cookie", "a=b"),
            ("Content-Security-Policy", "default-src *"),
            ("Access-Control-Allow-Origin", "*"),
            ("Transfer-Encoding", "chunked"),
            ("bad name", "x"),
            ("x-bad", "a\nb"),
        ]);
        let reply = reply(418, &headers, &json!("<p>"));
        assert_eq!(reply.status(), 418);
        let names: Vec<_> = reply.headers().keys().map(HeaderName::as_str).collect();
        let told = |name| reply.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!((told("content-type"), told("x-answer")), (Some("text/html"), Some("42")));
        assert_eq!(told("content-security-policy"), Some(POLICY));
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(reply.into_body().try_into_bytes().unwrap(), "<p>");
    }

    #[test]
    fn what_is_no_text_is_json() {
        let reply = reply(200, &[], &json!({"a": [1]}));
        assert_eq!(reply.headers().get("content-type").unwrap(), "application/json");
        assert_eq!(reply.into_body().try_into_bytes().unwrap(), "{\"a\":[1]}");
    }

    #[test]
    fn every_status_ends_the_exchange() {
        for (said, sent) in [(100, 200), (101, 200), (199, 200), (204, 204), (599, 599), (600, 200), (0, 200)]
        {
            assert_eq!(reply(said, &[], &Value::Null).status(), sent, "{said}");
        }
    }
}
