use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;

use bytes::Bytes;
use chrono::TimeDelta;
use kairo_domain::Redacted;
use server::{Answer, Server};

use super::*;

mod addresses;
mod bounds;
mod certificate;
mod failures;
mod redirects;
mod server;
mod tls;

/// A name server that gives one list of addresses after the other.
#[derive(Default)]
struct ScriptedNames {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl ScriptedNames {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self { answers: Mutex::new(answers.iter().map(parse).collect()), ..Self::default() })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Names for ScriptedNames {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        self.answers.lock().unwrap().pop_front().ok_or_else(|| io::Error::other("no such name"))
    }
}

fn egress_over(names: Arc<ScriptedNames>, allowed: &[&str]) -> HttpEgress {
    let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
    let settings = EgressSettings { allowed, ..EgressSettings::default() };
    // The certificates of the machine that tests are run on do not matter.
    HttpEgress::assemble(settings, names, ClientBuilder::new().tls_certs_only([])).unwrap()
}

/// Reaches the servers of the tests, and no name.
fn egress() -> HttpEgress {
    egress_over(Arc::default(), &["127.0.0.1/32"])
}

fn get(url: impl Into<String>) -> EgressRequest {
    EgressRequest {
        method: "GET".to_owned(),
        url: Redacted::new(url.into()),
        headers: vec![],
        body: None,
        timeout: TimeDelta::seconds(20),
        max_response_bytes: 1024,
    }
}

fn with_headers(request: EgressRequest, headers: &[(&str, &str)]) -> EgressRequest {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), Redacted::new((*value).to_owned()));
    EgressRequest { headers: headers.iter().map(own).collect(), ..request }
}

fn post(url: impl Into<String>, body: &'static str) -> EgressRequest {
    let request = with_headers(get(url), &[("Content-Type", "application/json")]);
    EgressRequest { method: "POST".to_owned(), body: Some(Bytes::from_static(body.as_bytes())), ..request }
}

/// Why a request was refused.
async fn refusal(egress: &HttpEgress, request: &EgressRequest) -> String {
    match egress.send(request).await {
        Err(EgressError::Refused { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_handed_back_as_it_came_whatever_its_status() {
    let headers = [("Retry-After", "7"), ("Content-Encoding", "gzip"), ("X-Two", "a"), ("X-Two", "b")];
    let server = Server::start(move |_| Answer::new(503, &headers, "not gzip at all")).await;
    let answer = egress().send(&get(server.url("/"))).await.unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("7"));
    assert_eq!(answer.headers.iter().filter(|(name, _)| name == "x-two").count(), 2);
    assert_eq!(answer.body, "not gzip at all");
}

#[tokio::test]
async fn a_request_arrives_as_it_was_asked_for() {
    let server = Server::start(|_| Answer::new(204, &[], "")).await;
    let request = post(server.url("/a%20b?c=d#e"), "{\"ada\":1}");
    let headers = [("Authorization", "Bearer s3cret"), ("X-Name", "Zoë"), ("X-Two", "a"), ("X-Two", "b")];
    egress().send(&with_headers(request, &headers)).await.unwrap();
    let heard = server.heard().remove(0);
    assert!(heard.starts_with("POST /a%20b?c=d HTTP/1.1\r\n"), "{heard}");
    for line in [
        "authorization: Bearer s3cret\r\n",
        "x-name: Zoë\r\n",
        "x-two: a\r\n",
        "x-two: b\r\n",
        "user-agent: kairo-studio/",
        "content-length: 9\r\n",
        "\r\n\r\n{\"ada\":1}",
    ] {
        assert!(heard.contains(line), "{line} in {heard}");
    }
    assert!(!heard.contains("accept-encoding"), "{heard}");
}

#[tokio::test]
async fn the_user_agent_may_be_another_one() {
    let server = Server::start(|_| Answer::new(200, &[], "")).await;
    egress().send(&with_headers(get(server.url("/")), &[("User-Agent", "ada/1")])).await.unwrap();
    let heard = server.heard().remove(0);
    assert!(heard.contains("user-agent: ada/1\r\n") && !heard.contains("kairo"), "{heard}");
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let server = Server::start(|_| Answer::new(200, &[], "hello")).await;
    let egress = egress();
    for _ in 0..5 {
        assert_eq!(egress.send(&get(server.url("/"))).await.unwrap().body, "hello");
    }
    assert_eq!((server.heard().len(), server.accepted()), (5, 1));
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let server = Server::start(|_| Answer::new(200, &[("Set-Cookie", "a=b")], "")).await;
    let egress = egress();
    for _ in 0..2 {
        egress.send(&get(server.url("/"))).await.unwrap();
    }
    assert!(server.heard().iter().all(|heard| !heard.contains("cookie")));
}

#[test]
fn a_user_agent_that_is_none_is_a_bad_setting() {
    let settings = EgressSettings { user_agent: "a\r\nb".to_owned(), ..EgressSettings::default() };
    let builder = ClientBuilder::new().tls_certs_only([]);
    assert!(HttpEgress::assemble(settings, Arc::new(SystemNames), builder).is_err());
}
