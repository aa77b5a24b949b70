use std::time::Duration;

use actix_web::rt::System;
use chrono::{DateTime, Utc};
use kairo_http::Metrics;
use kairo_testkit::fakes::START;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use tokio::runtime::Builder;

use crate::support::{PASSWORD, Who, contact, settings, world};

#[test]
fn what_takes_too_long_is_busy_and_still_happens() {
    // Use cases run on the runtime where the API was made: this one stands still until it is told to go on.
    let home = Builder::new_current_thread().build().unwrap();
    let system = System::new();
    let world = system.block_on(world());
    let mut hasty = settings();
    hasty.request_timeout = Duration::from_millis(1);
    let world = {
        let _entered = home.enter();
        world.behind(hasty)
    };
    let reply = system.block_on(world.post("/leads", Who::Anonymous, contact("Ada")));
    assert_eq!((reply.status, reply.problem().as_str()), (503, "busy"));
    assert_eq!((reply.header("retry-after"), world.api.tasks().len()), (Some("1"), 1));
    home.block_on(world.api.tasks().drain());
    let world = world.behind(settings());
    let page = system.block_on(world.get("/leads?count=exact", Who::Team)).json()["page"].clone();
    assert_eq!(page["total"], 1);
}

#[actix_web::test]
async fn a_use_case_that_panics_tells_nothing() {
    let world = world().await;
    // At the end of time, no session can last another 30 days.
    world.clock.advance(DateTime::<Utc>::MAX_UTC - START);
    let body = json!({"email": "tess@studio.example", "password": PASSWORD});
    let reply = world.post("/auth/login", Who::Anonymous, body).await;
    assert_eq!((reply.status, reply.problem().as_str()), (500, "broken"));
    assert_eq!(reply.text("/detail"), "something failed on our side");
    assert!(!String::from_utf8_lossy(&reply.bytes).contains("overflow"));
}

#[actix_web::test]
async fn requests_are_counted_by_route_and_not_by_path() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let mut measured = settings();
    measured.metrics = Some(Metrics::from_handle(recorder.handle()));
    let world = world().await.behind(measured);
    let _guard = metrics::set_default_local_recorder(&recorder);
    let path = format!("/leads/{}", world.lead("Ada").await["id"].as_str().unwrap());
    world.get(&path, Who::Team).await;
    world.get(&path, Who::Anonymous).await;
    world.get("/nope/secret", Who::Anonymous).await;
    let page = world.send(actix_web::test::TestRequest::get().uri("/metrics")).await;
    assert!(page.header("content-type").unwrap().starts_with("text/plain"));
    let page = String::from_utf8(page.bytes).unwrap();
    for status in ["200", "401"] {
        let line = format!(
            "kairo_http_requests{{method=\"GET\",route=\"/api/v1/leads/{{id}}\",status=\"{status}\"}} 1"
        );
        assert!(page.contains(&line), "{line} is missing in\n{page}");
    }
    assert!(page.contains("kairo_http_request_duration_seconds") && !page.contains("secret"), "{page}");
    assert!(page.contains("route=\"unmatched\""), "{page}");
}
