use super::*;

/// An answer that never comes is waited for this long.
const SHORT: TimeDelta = TimeDelta::milliseconds(200);

fn hurried(url: String) -> EgressRequest {
    EgressRequest { timeout: SHORT, ..get(url) }
}

fn at_most(max: usize, url: String) -> EgressRequest {
    EgressRequest { max_response_bytes: max, ..get(url) }
}

#[tokio::test]
async fn a_body_as_long_as_allowed_is_read_and_a_longer_one_is_not() {
    let server = Server::start(|_| Answer::new(200, &[], "0123456789")).await;
    let egress = egress();
    assert_eq!(egress.send(&at_most(10, server.url("/"))).await.unwrap().body, "0123456789");
    let longer = egress.send(&at_most(9, server.url("/"))).await;
    assert!(matches!(longer, Err(EgressError::TooLarge { max: 9 })), "{longer:?}");
}

#[tokio::test]
async fn a_body_without_a_length_is_cut_at_the_bound() {
    for head in ["Transfer-Encoding: chunked\r\n\r\n100000\r\n", "Connection: close\r\n\r\n"] {
        let server =
            Server::start(move |_| Answer::raw(format!("HTTP/1.1 200 OK\r\n{head}")).then_flood()).await;
        let answer = egress().send(&at_most(100_000, server.url("/"))).await;
        assert!(matches!(answer, Err(EgressError::TooLarge { max: 100_000 })), "{answer:?}");
    }
}

#[tokio::test]
async fn a_head_has_no_length_that_counts() {
    let server = Server::start(|_| Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")).await;
    let request = EgressRequest { method: "HEAD".to_owned(), ..get(server.url("/")) };
    assert_eq!(egress().send(&request).await.unwrap().body, "");
}

#[tokio::test]
async fn headers_are_bounded_in_number_and_length() {
    let many = Server::start(|_| Answer::new(200, &[("X-Many", "1"); 200], "")).await;
    let error = egress().send(&get(many.url("/"))).await.unwrap_err();
    assert!(matches!(error, EgressError::Permanent(_)), "{error:?}");

    let long = "x".repeat(70_000);
    let long = Server::start(move |_| Answer::new(200, &[("X-Long", &long)], "")).await;
    let error = egress().send(&get(long.url("/"))).await.unwrap_err();
    assert!(matches!(error, EgressError::TooLarge { max: 65_536 }), "{error:?}");

    let endless = Server::start(|_| Answer::raw("HTTP/1.1 200 OK\r\nX-Endless: ").then_flood()).await;
    let error = egress().send(&get(endless.url("/"))).await.unwrap_err();
    assert!(matches!(error, EgressError::Permanent(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let server = Server::start(|_| Answer::raw("").then_stall()).await;
    let answer = egress().send(&hurried(server.url("/"))).await;
    assert!(matches!(answer, Err(EgressError::TimedOut)), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_does_not_end_is_not_waited_for() {
    let drip = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx";
    let server = Server::start(move |_| Answer::raw(drip).then_stall()).await;
    let answer = egress().send(&hurried(server.url("/"))).await;
    assert!(matches!(answer, Err(EgressError::TimedOut)), "{answer:?}");
}

#[tokio::test]
async fn redirects_share_the_time_of_the_request() {
    let server = Server::start(|heard| {
        if heard.starts_with("GET /slow") {
            Answer::raw("").then_stall()
        } else {
            Answer::redirect(302, "/slow")
        }
    });
    let server = server.await;
    let request = EgressRequest { timeout: TimeDelta::seconds(1), ..get(server.url("/")) };
    let answer = egress().send(&request).await;
    assert!(matches!(answer, Err(EgressError::TimedOut)), "{answer:?}");
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn no_time_is_no_request() {
    let server = Server::start(|_| Answer::new(200, &[], "")).await;
    let answer =
        egress().send(&EgressRequest { timeout: TimeDelta::seconds(-1), ..get(server.url("/")) }).await;
    assert!(matches!(answer, Err(EgressError::TimedOut)), "{answer:?}");
    assert!(server.heard().is_empty());
}
