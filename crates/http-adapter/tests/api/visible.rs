//! What operators see: the page of metrics, and what the log says of a request and its runs.

use std::cell::RefCell;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use kairo_http::Metrics;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;

use crate::drawn::{active, flow, open_run, run, simple, token};
use crate::support::{Who, World, at, contact, settings, world};

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
    let page = world.send(TestRequest::get().uri("/metrics")).await;
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

/// The page of metrics of a world.
async fn page(world: &World) -> String {
    let page = world.send(TestRequest::get().uri("/metrics")).await;
    assert_eq!(page.status, 200);
    String::from_utf8(page.bytes).unwrap()
}

#[actix_web::test]
async fn what_has_to_be_looked_for_is_looked_for_now_and_then() {
    tokio::time::pause();
    let recorder = PrometheusBuilder::new().build_recorder();
    let looks = Arc::new(AtomicU32::new(0));
    let told = Arc::clone(&looks);
    let mut measured = settings();
    measured.metrics =
        Some(Metrics::from_handle(recorder.handle()).looking(Duration::from_secs(10), move || {
            let look = told.fetch_add(1, Ordering::SeqCst) + 1;
            async move { metrics::gauge!("kairo_looks").set(look) }
        }));
    let world = world().await.behind(measured);
    let _guard = metrics::set_default_local_recorder(&recorder);
    assert_eq!(looks.load(Ordering::SeqCst), 0, "nobody has asked");
    for (seconds, look) in [(0, 1), (9, 1), (2, 2), (60, 3), (1, 3)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        assert!(page(&world).await.contains(&format!("kairo_looks {look}\n")), "{look}");
    }
}

#[actix_web::test]
async fn the_page_is_shown_although_a_look_takes_too_long() {
    tokio::time::pause();
    let recorder = PrometheusBuilder::new().build_recorder();
    let mut measured = settings();
    let endless =
        Metrics::from_handle(recorder.handle()).looking(Duration::from_secs(10), std::future::pending);
    measured.metrics = Some(endless);
    let world = world().await.behind(measured);
    let _guard = metrics::set_default_local_recorder(&recorder);
    metrics::gauge!("kairo_others").set(1);
    let asked = tokio::time::Instant::now();
    assert!(page(&world).await.contains("kairo_others 1\n"));
    assert_eq!(asked.elapsed().as_secs(), 2);
    page(&world).await;
    assert_eq!(asked.elapsed().as_secs(), 2, "nobody waits for the same look twice");
}

#[actix_web::test]
async fn a_run_that_a_person_ends_is_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let mut measured = settings();
    measured.metrics = Some(Metrics::from_handle(recorder.handle()));
    let world = world().await.behind(measured);
    let _guard = metrics::set_default_local_recorder(&recorder);
    let path = format!("/runs/{}/cancel", open_run(&world).await);
    for status in [200, 409] {
        assert_eq!(world.write(Method::POST, &path, Who::Team, json!({})).await.status, status);
    }
    let page = page(&world).await;
    for line in [
        "kairo_runs_ended_total{outcome=\"cancelled\",fired_by=\"manual\"} 1\n",
        "kairo_run_duration_seconds_count{outcome=\"cancelled\"} 1\n",
    ] {
        assert!(page.contains(line), "{line} is missing in\n{page}");
    }
}

thread_local! {
    /// What is logged on this thread, while somebody wants to know.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Writes where the log of the thread is.
struct OnThread;

impl Write for OnThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.iter_mut().for_each(|log| log.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Begins to keep what is logged. One subscriber is for all tests: with some of their own, each of them decides for all
/// threads at times whether a line is written.
fn keep_log() {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        let all = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG);
        all.with_writer(|| OnThread).with_ansi(false).init();
        tracing::callsite::rebuild_interest_cache();
    });
    LOG.set(Some(Vec::new()));
}

/// What was logged since.
fn kept_log() -> String {
    String::from_utf8(LOG.take().unwrap()).unwrap()
}

#[actix_web::test]
async fn a_request_that_fires_a_run_names_it_in_the_log() {
    let world = world().await;
    let automation = active(&world, Who::Team, simple()).await;
    let token = token(&world, Who::Team, &automation).await;
    keep_log();
    let by_hand = run(&world, Who::Team, &automation, json!({})).await;
    let request =
        TestRequest::post().uri(&at(&format!("/hooks/{token}"))).insert_header(("x-request-id", "r-7"));
    let delivered = world.send(request.set_json(json!({}))).await.text("/run");
    let log = kept_log();
    for (named, id) in [("", by_hand), ("request.id=\"r-7\"", delivered)] {
        let mut answered = log.lines().filter(|line| line.contains("request answered"));
        let is_told = |line: &str| line.contains(&format!("run.id={id}")) && line.contains(named);
        assert!(answered.any(is_told), "{id} is not in\n{log}");
    }
}

#[actix_web::test]
async fn what_a_run_does_is_found_by_the_request_that_caused_it() {
    let world = world().await;
    let (on, wait) = (json!({"event": "lead.created"}), json!({"seconds": 0}));
    let nodes = [("on", "trigger.event", on), ("wait", "wait", wait)];
    active(&world, Who::Team, flow(&nodes, &["on>wait"])).await;
    keep_log();
    let request = TestRequest::post().uri(&at("/leads")).insert_header(("x-request-id", "r-7"));
    assert_eq!(world.send(request.set_json(contact("Ada"))).await.status, 201);
    world.work().await;
    let log = kept_log();
    let line = |words: &str| log.lines().find(|line| line.contains(words)).unwrap_or_default();
    let word = |line: &str, name: &str| {
        let word = line.split(['{', '}', ' ', ':']).find_map(|word| word.strip_prefix(name));
        word.unwrap_or_else(|| panic!("{name} is not in\n{log}")).to_owned()
    };
    let fired = line("a run is fired");
    assert!(fired.contains("kairo.event{") && fired.contains("request.id=\"r-7\""), "{log}");
    let (run, seq) = (word(fired, "run.id="), word(fired, "event.seq="));
    let ended = line("a run has ended");
    assert!(ended.contains("kairo.run{") && ended.contains("run.phase=SUCCESS"), "{log}");
    assert_eq!((word(ended, "run.id="), word(ended, "event.seq=")), (run, seq));
}
