use actix_web::test::TestRequest;

use super::*;

fn settings(trusted: &[&str]) -> Settings {
    let mut settings = Settings::new([0; 32]);
    settings.trusted_proxies = trusted.iter().map(|network| network.parse().unwrap()).collect();
    settings
}

fn client(peer: &str, forwarded_for: &str, trusted: &[&str]) -> String {
    let request = TestRequest::default().peer_addr(peer.parse().unwrap());
    let request = request.insert_header(("x-forwarded-for", forwarded_for)).to_http_request();
    client_address(&request, &settings(trusted)).unwrap().to_string()
}

const PROXIES: &[&str] = &["10.0.0.0/8", "2001:db8:9::/48"];

#[test]
fn nobody_is_believed_unless_trusted() {
    assert_eq!(client("192.0.2.9:1", "198.51.100.1", &[]), "192.0.2.9");
    assert_eq!(client("192.0.2.9:1", "198.51.100.1", PROXIES), "192.0.2.9");
    assert_eq!(client("127.0.0.1:1", "198.51.100.1", PROXIES), "127.0.0.1");
}

#[test]
fn the_first_who_is_not_trusted_is_the_client() {
    for (peer, chain, expected) in [
        ("10.0.0.1:1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1:1", "203.0.113.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("[2001:db8:9::1]:1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1:1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1:1", "", "10.0.0.1"),
    ] {
        assert_eq!(client(peer, chain, PROXIES), expected, "{peer} {chain}");
    }
}

#[test]
fn what_cannot_be_read_ends_the_walk_at_the_last_good_one() {
    assert_eq!(client("10.0.0.1:1", "198.51.100.1, nonsense, 10.0.0.2", PROXIES), "10.0.0.2");
    assert_eq!(client("10.0.0.1:1", "198.51.100.1, nonsense", PROXIES), "10.0.0.1");
}

#[test]
fn a_mapped_address_is_the_one_it_maps() {
    assert_eq!(client("[::ffff:192.0.2.1]:1", "", PROXIES), "192.0.2.1");
    assert_eq!(client("[::ffff:10.0.0.1]:1", "::ffff:198.51.100.1", PROXIES), "198.51.100.1");
}

#[test]
fn a_request_without_a_peer_has_no_address() {
    let request = TestRequest::default().insert_header(("x-forwarded-for", "192.0.2.1")).to_http_request();
    assert_eq!(client_address(&request, &settings(&["0.0.0.0/0", "::/0"])), None);
}

#[test]
fn an_agent_is_short_and_harmless() {
    let agent = |bytes: &[u8]| {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_bytes(bytes).unwrap());
        agent(&headers)
    };
    assert_eq!(agent(b"curl/8.9"), Some("curl/8.9".to_owned()));
    assert_eq!(agent("a\tb\u{9b}c".as_bytes()), Some("abc".to_owned()));
    assert_eq!(agent(b"caf\xe9"), Some("caf\u{fffd}".to_owned()));
    assert_eq!(agent(&[b'x'; 600]).unwrap().len(), 512);
    assert_eq!(agent(b"\t"), None);
}

#[test]
fn an_origin_names_the_request() {
    let request = TestRequest::default().peer_addr("192.0.2.1:1".parse().unwrap());
    let request = request.insert_header(("user-agent", "curl")).to_http_request();
    request.extensions_mut().insert(RequestId::parse("r-1").unwrap());
    let expected = Origin {
        request: Some("r-1".to_owned()),
        address: Some(Redacted::new("192.0.2.1".to_owned())),
        agent: Some(Redacted::new("curl".to_owned())),
    };
    assert_eq!(origin(&request, &settings(&[])), expected);
}
