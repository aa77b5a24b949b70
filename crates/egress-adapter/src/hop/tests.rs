use chrono::TimeDelta;
use kairo_domain::Redacted;
use reqwest::header::LOCATION;

use super::*;

fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> EgressRequest {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), Redacted::new((*value).to_owned()));
    EgressRequest {
        method: method.to_owned(),
        url: Redacted::new(url.to_owned()),
        headers: headers.iter().map(own).collect(),
        body: None,
        timeout: TimeDelta::seconds(1),
        max_response_bytes: 1,
    }
}

fn redirected(from: &str, to: &str) -> Result<Option<Hop>, Refusal> {
    let answer = HeaderMap::from_iter([(LOCATION, to.parse().unwrap())]);
    Hop::first(&request("GET", from, &[("X-Key", "1")]))?.redirected(StatusCode::FOUND, &answer)
}

fn refusal(request: &EgressRequest) -> Refusal {
    match Hop::first(request) {
        Err(refusal) => refusal,
        Ok(hop) => panic!("{}", hop.url),
    }
}

#[test]
fn what_was_encrypted_is_not_said_again_in_clear() {
    let refused = redirected("https://example.com/", "http://example.com/").err();
    assert_eq!(refused, Some(Refusal::Downgrade));
    assert!(redirected("http://example.com/", "https://example.com/").unwrap().is_some());
}

#[test]
fn another_scheme_host_or_port_is_another_origin() {
    for (to, is_same) in [
        ("http://example.com/b", true),
        ("http://EXAMPLE.com:80/b", true),
        ("https://example.com/", false),
        ("http://example.com:8080/", false),
        ("http://www.example.com/", false),
        ("http://example.com./", false),
    ] {
        let next = redirected("http://example.com/a", to).unwrap().unwrap();
        assert_eq!(next.headers.contains_key("x-key"), is_same, "{to}");
    }
}

#[test]
fn headers_of_the_connection_are_not_set_by_hand() {
    for name in ["Host", "Content-Length", "Transfer-Encoding", "connection", "TE", "Upgrade", "Expect"] {
        let refused = refusal(&request("GET", "http://example.com/", &[(name, "1")]));
        assert!(matches!(refused, Refusal::OwnHeader(own) if own.eq_ignore_ascii_case(name)), "{name}");
    }
}

#[test]
fn a_header_cannot_end_its_line() {
    for value in ["a\r\nHost: b", "a\nb", "a\0b", "a\rb"] {
        let refused = refusal(&request("GET", "http://example.com/", &[("X-Key", value)]));
        assert_eq!(refused, Refusal::HeaderValue, "{value:?}");
    }
    for name in ["", "X Key", "X-Key:", "X\r\nKey", "Schlüssel"] {
        let refused = refusal(&request("GET", "http://example.com/", &[(name, "1")]));
        assert_eq!(refused, Refusal::HeaderName, "{name:?}");
    }
}

#[test]
fn a_method_is_one_word_and_asks_for_no_tunnel() {
    for name in ["", "GET /x", "GET\r\n", "CONNECT", "connect", "TRACE"] {
        assert_eq!(refusal(&request(name, "http://example.com/", &[])), Refusal::Method, "{name:?}");
    }
    for (name, sent) in [("get", "GET"), ("PROPFIND", "PROPFIND")] {
        assert_eq!(Hop::first(&request(name, "http://example.com/", &[])).unwrap().method, sent);
    }
}

#[test]
fn a_location_that_is_no_text_leads_nowhere() {
    let answer = HeaderMap::from_iter([(LOCATION, HeaderValue::from_bytes(b"/\xff").unwrap())]);
    let hop = Hop::first(&request("GET", "http://example.com/", &[])).unwrap();
    assert_eq!(hop.redirected(StatusCode::FOUND, &answer).err(), Some(Refusal::RedirectTarget));
}
