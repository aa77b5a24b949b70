use chrono::TimeDelta;
use kairo_domain::Redacted;

use super::*;

fn request(key: &str) -> EgressRequest {
    EgressRequest {
        method: "POST".to_owned(),
        url: Redacted::new("https://api.example.com/x".to_owned()),
        headers: vec![("Idempotency-Key".to_owned(), Redacted::new(key.to_owned()))],
        body: None,
        timeout: TimeDelta::seconds(10),
        max_response_bytes: 7,
    }
}

async fn status(egress: &ScriptedEgress) -> u16 {
    egress.send(&request("k")).await.unwrap().status
}

#[tokio::test]
async fn the_world_answers_in_order_and_then_kindly() {
    let egress = ScriptedEgress::default();
    egress.answer_next(503, json!({"error": "down"}));
    egress.answer_next_with(429, &[("retry-after", "7")], json!({}));
    egress.respond_next(EgressResponse { status: 204, headers: vec![], body: Bytes::new() });
    let first = egress.clone().send(&request("k")).await.unwrap();
    assert_eq!((first.status, &*first.body), (503, br#"{"error":"down"}"#.as_slice()));
    assert_eq!(egress.send(&request("k")).await.unwrap().header("retry-after"), Some("7"));
    assert_eq!(status(&egress).await, 204);
    let last = egress.send(&request("k")).await.unwrap();
    assert_eq!((last.status, &*last.body), (200, b"{}".as_slice()));
    assert_eq!(last.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn requests_are_kept() {
    let egress = ScriptedEgress::default();
    egress.send(&request("one")).await.unwrap();
    egress.fail_next(EgressTrouble::TimedOut);
    assert!(egress.send(&request("two")).await.is_err());
    assert_eq!(egress.keys(), ["one", "two"]);
    assert_eq!(egress.requests(), [request("one"), request("two")]);
    assert_eq!((egress.take().len(), egress.take().len()), (2, 0));
}

#[tokio::test]
async fn the_world_fails_as_it_was_told() {
    let egress = ScriptedEgress::default();
    for (trouble, is_retryable) in [
        (EgressTrouble::Refused, false),
        (EgressTrouble::TooLarge, false),
        (EgressTrouble::TimedOut, true),
        (EgressTrouble::Transient, true),
        (EgressTrouble::Permanent, false),
    ] {
        egress.fail_next(trouble);
        let error = egress.send(&request("k")).await.unwrap_err();
        assert_eq!(error.is_retryable(), is_retryable, "{trouble:?}");
    }
    assert_eq!(status(&egress).await, 200);
}

#[tokio::test]
async fn something_happens_in_the_middle_of_a_request() {
    let egress = ScriptedEgress::default();
    let inside = egress.clone();
    egress.while_next(Box::pin(async move { assert_eq!(status(&inside).await, 418) }));
    egress.answer_next(418, json!({}));
    assert_eq!(status(&egress).await, 200);
    assert_eq!(egress.requests().len(), 2);
}

#[tokio::test]
async fn a_request_without_an_answer_can_be_dropped() {
    let egress = ScriptedEgress::default();
    egress.never_answer_next();
    let waiting = request("k");
    tokio::select! {
        biased;
        answer = egress.send(&waiting) => unreachable!("{answer:?}"),
        () = std::future::ready(()) => {}
    }
    assert_eq!((egress.requests().len(), status(&egress).await), (1, 200));
}
