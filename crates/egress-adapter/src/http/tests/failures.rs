use std::error::Error as _;

use super::*;

/// Which way it failed, and what is said about it.
async fn failure(egress: &HttpEgress, request: &EgressRequest) -> (bool, String) {
    let error = egress.send(request).await.unwrap_err();
    let printed = format!("{error} {error:?}");
    for secret in ["127.0.0.1", "example", "s3cret"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    (error.is_retryable(), error.source().unwrap().to_string())
}

fn told(is_retryable: bool, what: &str) -> (bool, String) {
    (is_retryable, what.to_owned())
}

#[tokio::test]
async fn nobody_at_home_may_be_somebody_later() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}/s3cret", listener.local_addr().unwrap());
    drop(listener);
    let failed = failure(&egress(), &get(gone)).await;
    assert_eq!(failed, told(true, "there was no connection: connection refused"));
}

#[tokio::test]
async fn a_name_that_is_not_known_may_be_known_later() {
    let failed = failure(&egress(), &get("http://hooks.example.com/s3cret")).await;
    assert_eq!(failed, told(true, "the name could not be looked up"));
}

#[tokio::test]
async fn a_server_that_hangs_up_may_be_asked_again() {
    for text in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ns3cret"] {
        let server = Server::start(move |_| Answer::raw(text).then_hang_up()).await;
        let failed = failure(&egress(), &get(server.url("/s3cret"))).await;
        assert_eq!(failed, told(true, "the connection ended before the answer did"), "{text}");
        assert_eq!(server.heard().len(), 1, "it is for the caller to try again");
    }
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_given_up() {
    for text in
        ["220 mail.example.com ESMTP\r\n", "HTTP/1.1 200 OK\r\nBad Header\r\n\r\n", "HTTP/1.1 banana\r\n\r\n"]
    {
        let server = Server::start(move |_| Answer::raw(text)).await;
        let failed = failure(&egress(), &get(server.url("/s3cret"))).await;
        assert_eq!(failed, told(false, "the head of the answer is not HTTP, or too long"), "{text}");
    }
}

#[tokio::test]
async fn a_refusal_names_nothing_of_the_request() {
    let request = with_headers(get("http://10.0.0.1/s3cret"), &[("X-Key", "s3cret")]);
    let error = egress().send(&request).await.unwrap_err();
    assert_eq!(error.to_string(), "the request was refused: the address is not a public one");
    assert!(error.source().is_none() && !error.is_retryable());
}
