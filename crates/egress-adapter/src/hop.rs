use bytes::Bytes;
use kairo_ports::EgressRequest;
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, USER_AGENT,
};
use reqwest::{Method, Request, StatusCode};
use url::Url;

use crate::refusal::Refusal;

#[cfg(test)]
mod tests;

/// Headers that say how the connection is used, which is not for the author of a request to say: two ideas of where a
/// request ends are two requests.
const OWN_HEADERS: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What describes the body, and goes with it.
const BODY_HEADERS: [HeaderName; 3] = [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE];

/// What may be said to an origin that the author did not name. All else may be a secret.
const HARMLESS_HEADERS: [HeaderName; 7] = [
    ACCEPT,
    ACCEPT_LANGUAGE,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_TYPE,
    HeaderName::from_static("idempotency-key"),
    USER_AGENT,
];

/// One request on the way to the answer.
pub(crate) struct Hop {
    pub(crate) url: Url,
    method: Method,
    headers: HeaderMap,
    body: Option<Bytes>,
}

impl Hop {
    /// The request as it was asked for.
    pub(crate) fn first(request: &EgressRequest) -> Result<Self, Refusal> {
        Ok(Self {
            url: Url::parse(request.url.expose()).map_err(|_| Refusal::NotAUrl)?,
            method: method(&request.method)?,
            headers: headers(request)?,
            body: request.body.clone(),
        })
    }

    /// The request as a server wants it repeated elsewhere, if this is what its answer means.
    pub(crate) fn redirected(&self, status: StatusCode, answer: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(location) = answer.get(reqwest::header::LOCATION) else { return Ok(None) };
        let becomes_get = match status {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            StatusCode::SEE_OTHER => !matches!(self.method, Method::GET | Method::HEAD),
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => false,
            _ => return Ok(None),
        };
        let mut next = self.elsewhere(self.target(location)?)?;
        if becomes_get {
            next.method = Method::GET;
            next.body = None;
            BODY_HEADERS.iter().for_each(|name| drop(next.headers.remove(name)));
        }
        // The author wrote the body for the origin that was named, and it may be a secret as a header may.
        if next.body.is_some() && next.url.origin() != self.url.origin() {
            return Err(Refusal::BodyElsewhere);
        }
        Ok(Some(next))
    }

    pub(crate) fn to_request(&self) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = self.headers.clone();
        *request.body_mut() = self.body.clone().map(Into::into);
        request
    }

    fn target(&self, location: &HeaderValue) -> Result<Url, Refusal> {
        let location = str::from_utf8(location.as_bytes()).map_err(|_| Refusal::RedirectTarget)?;
        self.url.join(location).map_err(|_| Refusal::RedirectTarget)
    }

    fn elsewhere(&self, url: Url) -> Result<Self, Refusal> {
        if self.url.scheme() == "https" && url.scheme() == "http" {
            return Err(Refusal::Downgrade);
        }
        let mut headers = self.headers.clone();
        if self.url.origin() != url.origin() {
            headers = harmless(&headers);
        }
        Ok(Self { url, method: self.method.clone(), headers, body: self.body.clone() })
    }
}

fn method(name: &str) -> Result<Method, Refusal> {
    let method = Method::from_bytes(name.to_ascii_uppercase().as_bytes()).map_err(|_| Refusal::Method)?;
    // One asks for a tunnel, the other for one's own headers back.
    if matches!(method, Method::CONNECT | Method::TRACE) { Err(Refusal::Method) } else { Ok(method) }
}

fn headers(request: &EgressRequest) -> Result<HeaderMap, Refusal> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Refusal::HeaderName)?;
        if let Some(own) = OWN_HEADERS.iter().find(|own| name == **own) {
            return Err(Refusal::OwnHeader(own));
        }
        let mut value =
            HeaderValue::from_bytes(value.expose().as_bytes()).map_err(|_| Refusal::HeaderValue)?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

fn harmless(headers: &HeaderMap) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| HARMLESS_HEADERS.contains(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}
