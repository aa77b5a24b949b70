use actix_web::dev::Service;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use metrics_exporter_prometheus::PrometheusBuilder;

use super::*;

async fn panics() -> HttpResponse {
    panic!("the reason is secret")
}

#[actix_web::test]
async fn a_panic_is_a_problem_without_its_text() {
    let app = init_service(App::new().wrap(from_fn(edge)).route("/", web::get().to(panics))).await;
    let request = TestRequest::get().uri("/").insert_header(("x-request-id", "r-1")).to_request();
    let response = app.call(request).await.unwrap_err().error_response();
    assert_eq!(
        (response.status().as_u16(), response.headers().get("x-request-id").unwrap()),
        (500, &HeaderValue::from_static("r-1"))
    );
    for name in
        ["cache-control", "x-content-type-options", "referrer-policy", "content-security-policy", "vary"]
    {
        assert!(response.headers().contains_key(name), "{name}");
    }
    let body = response.into_body().try_into_bytes().unwrap();
    let body = std::str::from_utf8(&body).unwrap();
    assert!(body.contains("\"code\":\"broken\"") && !body.contains("secret"), "{body}");
}

#[actix_web::test]
async fn a_panic_is_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let app = init_service(App::new().wrap(from_fn(edge)).route("/a/{id}", web::get().to(panics))).await;
    app.call(TestRequest::get().uri("/a/1").to_request()).await.unwrap_err();
    let page = recorder.handle().render();
    let line = "kairo_http_requests{method=\"GET\",route=\"/a/{id}\",status=\"500\"} 1";
    assert!(page.contains(line), "{page}");
}

#[actix_web::test]
async fn an_answer_of_a_library_becomes_a_problem() {
    let route =
        web::get().to(async || HttpResponse::NotAcceptable().insert_header(("x-own", "1")).body("text"));
    let app = init_service(App::new().wrap(from_fn(edge)).route("/", route)).await;
    let response = call_service(&app, TestRequest::get().uri("/").to_request()).await;
    assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
    assert_eq!(response.headers().get("x-own").unwrap(), "1");
    assert_eq!(response.status(), 400);
}

#[test]
fn a_label_has_few_values() {
    assert_eq!(method_label(&Method::PATCH), "PATCH");
    assert_eq!(method_label(&Method::from_bytes(b"FROB").unwrap()), "other");
}
