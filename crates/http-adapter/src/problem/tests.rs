use actix_web::body::MessageBody;
use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn body(problem: &Problem) -> Value {
    let bytes = problem.error_response().into_body().try_into_bytes().unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    any::<String>()
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["NEW", "LOST", "email", "lead", "a \"quoted\" word"])
}

fn secret() -> Box<dyn std::error::Error + Send + Sync> {
    "secret-of-the-source".into()
}

fn error() -> impl Strategy<Value = Error> {
    let issue =
        (text(), word(), text()).prop_map(|(pointer, code, message)| FieldIssue { pointer, code, message });
    prop_oneof![
        word().prop_map(Error::Unauthenticated),
        Just(()).prop_map(|()| Error::SecondFactorRequired),
        Just(()).prop_map(|()| Error::TokenInvalid),
        Just(()).prop_map(|()| Error::LastAdmin),
        any::<i64>().prop_map(|nanos| Error::RateLimited { retry_after: TimeDelta::nanoseconds(nanos) }),
        word().prop_map(|what| Error::NotFound { what }),
        prop::collection::vec(issue, 0..4).prop_map(Error::Invalid),
        (text(), word(), word(), prop::collection::vec(word(), 0..3))
            .prop_map(|(detail, from, to, allowed)| Error::IllegalTransition { detail, from, to, allowed }),
        word().prop_map(|what| Error::Taken { what }),
        any::<Option<u32>>().prop_map(|number| Error::Stale { current: number.map(Version::from_number) }),
        Just(()).prop_map(|()| Error::KeyReused),
        Just(()).prop_map(|()| Error::InProgress),
        Just(()).prop_map(|()| Error::Busy(Some(secret()))),
        Just(()).prop_map(|()| Error::Broken(secret())),
    ]
}

proptest! {
    #[test]
    fn every_error_is_a_whole_document_without_its_source(error in error()) {
        let row = Row::of(error.code());
        let request = RequestId::parse("r-1").unwrap();
        let problem = Problem::from(error).for_request(request);
        let response = problem.error_response();
        prop_assert_eq!(response.status().as_u16(), row.status);
        prop_assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
        let body = body(&problem);
        for member in ["type", "title", "detail", "instance", "code", "requestId"] {
            prop_assert!(body[member].is_string(), "{} is missing", member);
        }
        prop_assert_eq!(&body["status"], row.status);
        prop_assert!(!body.to_string().contains("secret-of-the-source"));
    }
}

#[test]
fn codes_and_urns_are_unique() {
    let page = render_errors();
    for code in Code::ALL {
        assert_eq!(page.matches(&format!("\n## {code}\n")).count(), 1, "{code}");
    }
}

#[test]
fn what_may_be_tried_again_says_when() {
    for code in [Code::Busy, Code::InProgress] {
        let response = Problem::new(code, "later").error_response();
        assert!(response.headers().contains_key("retry-after"), "{code}");
    }
}

#[test]
fn who_asks_too_often_is_told_how_long_to_wait() {
    let told = |problem: Problem| {
        let response = problem.error_response();
        let seconds = response.headers().get("retry-after").unwrap().to_str().unwrap().to_owned();
        (response.status().as_u16(), seconds)
    };
    assert_eq!(told(Problem::rate_limited(1200)), (429, "1200".to_owned()));
    for (millis, seconds) in [(-5_000, "1"), (0, "1"), (1_000, "1"), (1_001, "2"), (3_600_000, "3600")] {
        let retry_after = TimeDelta::milliseconds(millis);
        assert_eq!(told(Error::RateLimited { retry_after }.into()), (429, seconds.to_owned()), "{millis}");
    }
}

#[test]
fn every_401_names_a_scheme() {
    for code in Code::ALL.into_iter().filter(|code| Row::of(*code).status == 401) {
        let response = Problem::new(code, "no").error_response();
        assert_eq!(response.headers().get("www-authenticate").unwrap(), "Bearer", "{code}");
    }
}

#[test]
fn an_answer_of_a_library_gets_a_code_by_its_status() {
    for (status, code) in
        [(404, Code::NotFound), (405, Code::MethodNotAllowed), (406, Code::Malformed), (409, Code::Malformed)]
    {
        assert_eq!(Problem::of_status(StatusCode::from_u16(status).unwrap()).code(), code);
    }
}

#[test]
fn an_answer_of_a_library_says_nothing_that_it_cannot_know() {
    for status in [400, 406, 417] {
        let problem = Problem::of_status(StatusCode::from_u16(status).unwrap());
        assert_eq!(body(&problem)["detail"], "the request cannot be served as it was sent", "{status}");
    }
}

#[test]
fn a_machine_says_where_to_go() {
    let error = Error::IllegalTransition {
        detail: "no".to_owned(),
        from: "NEW",
        to: "CONVERTED",
        allowed: vec!["LOST"],
    };
    let body = body(&error.into());
    assert_eq!(body["allowed"], serde_json::json!(["LOST"]));
    assert_eq!((body["from"].as_str(), body["to"].as_str()), (Some("NEW"), Some("CONVERTED")));
}
