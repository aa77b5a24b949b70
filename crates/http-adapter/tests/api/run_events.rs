//! Runs, followed as they happen.

use std::pin::pin;
use std::time::Duration;

use actix_web::App;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::test::{TestRequest, init_service};
use chrono::TimeDelta;
use futures_util::StreamExt;
use futures_util::future::poll_fn;
use kairo_http::StreamLimits;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::drawn::{active, failed_run, flow, open_run, run};
use crate::support::{Reply, Who, World, at, settings, world};

/// A message of a stream.
#[derive(Debug, Default, PartialEq)]
struct Message {
    event: String,
    id: Option<String>,
    data: Value,
}

fn messages(text: &str) -> Vec<Message> {
    let message = |part: &str| {
        let field = |name: &str| part.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let data = field("data: ").and_then(|data| serde_json::from_str(&data).ok()).unwrap_or_default();
        Some(Message { event: field("event: ")?, id: field("id: "), data })
    };
    text.split("\n\n").filter_map(message).collect()
}

fn told(reply: &Reply) -> Vec<(String, Option<String>)> {
    let text = String::from_utf8(reply.bytes.clone()).unwrap();
    messages(&text).into_iter().map(|message| (message.event, message.id)).collect()
}

#[actix_web::test]
async fn a_run_that_has_ended_is_told_whole_and_the_stream_ends() {
    let world = world().await;
    let id = failed_run(&world).await;
    let reply = world.get_with(&format!("/runs/{id}/events"), Who::Team, ("accept-encoding", "gzip")).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/event-stream")));
    assert_eq!(
        (reply.header("cache-control"), reply.header("content-encoding")),
        (Some("no-store"), Some("identity"))
    );
    let text = String::from_utf8(reply.bytes.clone()).unwrap();
    assert!(text.starts_with("retry: 1000\n\n"), "{text}");
    let all = messages(&text);
    let (last, steps) = all.split_last().unwrap();
    assert_eq!(
        (last.event.as_str(), last.id.as_deref(), &last.data["phase"]),
        ("run", Some("end"), &json!("FAILED"))
    );
    assert!(steps.iter().all(|step| step.event == "step" && step.id == Some(step.data["seq"].to_string())));
    assert_eq!(steps.last().unwrap().data["node"], "end");
}

#[actix_web::test]
async fn a_reader_goes_on_where_it_was() {
    let world = world().await;
    let id = failed_run(&world).await;
    let path = format!("/runs/{id}/events");
    let all = told(&world.get(&path, Who::Team).await);
    let rest = world.get_with(&path, Who::Team, ("last-event-id", "1")).await;
    assert_eq!(told(&rest), all[1..]);
    assert_eq!(told(&world.get(&format!("{path}?lastEventId=1"), Who::Team).await), all[1..]);
    let over = world.get_with(&path, Who::Team, ("last-event-id", "end")).await;
    assert_eq!((over.status, over.bytes.len()), (204, 0));
    let refused = world.get_with(&path, Who::Team, ("last-event-id", "x")).await;
    assert_eq!((refused.status, refused.problem().as_str()), (400, "malformed"));
    assert_eq!(world.get(&format!("{path}?lastEventId=-1"), Who::Team).await.status, 400);
}

#[actix_web::test]
async fn who_may_not_see_the_run_gets_no_stream() {
    let world = world().await;
    let id = open_run(&world).await;
    let path = format!("/runs/{id}/events");
    assert_eq!(world.get(&path, Who::Client).await.problem(), "not_found");
    assert_eq!(world.get(&path, Who::Anonymous).await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn a_question_about_the_stream_is_answered_without_it() {
    let world = world().await;
    let id = open_run(&world).await;
    let request = TestRequest::default().method(Method::HEAD).uri(&at(&format!("/runs/{id}/events")));
    let reply = world.send(world.as_(Who::Team, request)).await;
    assert_eq!(
        (reply.status, reply.header("content-type"), reply.bytes.len()),
        (200, Some("text/event-stream"), 0)
    );
}

/// Follows a run of the team's while this is done.
async fn following<F: Future<Output = ()>>(world: &World, id: &str, meanwhile: impl FnOnce(Reader) -> F) {
    let app = init_service(App::new().configure(|config| world.api.configure(config))).await;
    let request = world.as_(Who::Team, TestRequest::get().uri(&at(&format!("/runs/{id}/events"))));
    let response = app.call(request.to_request()).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = response.into_body();
    assert_eq!(body.size(), BodySize::Stream);
    tokio::time::pause();
    let chunks = futures_util::stream::unfold(Box::pin(body), |mut body| async move {
        let chunk = poll_fn(|context| body.as_mut().poll_next(context)).await?;
        Some((String::from_utf8(chunk.unwrap().to_vec()).unwrap(), body))
    });
    meanwhile(Reader { chunks: chunks.boxed_local() }).await;
}

struct Reader {
    chunks: futures_util::stream::LocalBoxStream<'static, String>,
}

impl Reader {
    /// The next part of the stream; `None` at its end.
    async fn next(&mut self) -> Option<String> {
        timeout(Duration::from_secs(60), self.chunks.next()).await.unwrap()
    }

    /// The next message, comments passed over.
    async fn message(&mut self) -> Option<Message> {
        loop {
            let text = self.next().await?;
            if let Some(message) = messages(&text).pop() {
                return Some(message);
            }
        }
    }
}

/// A run of the team's that waits for a minute, and is waiting.
async fn waiting_run(world: &World) -> String {
    let nodes = [
        ("go", "trigger.manual", json!({})),
        ("pause", "wait", json!({"minutes": 1})),
        ("say", "transform", json!({"value": 1})),
    ];
    let automation = active(world, Who::Team, flow(&nodes, &["go>pause", "pause>say"])).await;
    let id = run(world, Who::Team, &automation, json!({})).await;
    world.work().await;
    id
}

#[actix_web::test]
async fn what_happens_is_told_as_it_happens() {
    let world = world().await;
    let id = waiting_run(&world).await;
    let work = &world;
    following(&world, &id, |mut reader| async move {
        let begun = reader.message().await.unwrap();
        assert_eq!((begun.event.as_str(), begun.id, &begun.data["phase"]), ("run", None, &json!("WAITING")));
        let (beat, passed) = (tokio::time::Instant::now(), reader.next().await.unwrap());
        assert_eq!(passed, ":\n\n");
        assert!((15..=17).contains(&beat.elapsed().as_secs()), "{:?}", beat.elapsed());
        work.clock.advance(TimeDelta::minutes(2));
        work.work().await;
        let end = reader.message().await.unwrap();
        assert_eq!((end.id.as_deref(), &end.data["phase"]), (Some("end"), &json!("SUCCESS")));
        assert_eq!(reader.next().await, None);
    })
    .await;
}

#[actix_web::test]
async fn a_stream_ends_with_the_session_that_asked_for_it() {
    let world = world().await;
    let id = waiting_run(&world).await;
    let work = &world;
    following(&world, &id, |mut reader| async move {
        assert_eq!(reader.message().await.unwrap().event, "run");
        let ended = work.post("/auth/logout", Who::Team, json!({})).await;
        assert_eq!(ended.status, 204);
        assert_eq!(reader.message().await, None);
    })
    .await;
}

#[actix_web::test]
async fn a_stream_ends_when_the_token_is_over() {
    let world = world().await;
    let id = waiting_run(&world).await;
    let work = &world;
    following(&world, &id, |mut reader| async move {
        assert_eq!(reader.message().await.unwrap().event, "run");
        work.clock.advance(TimeDelta::days(1));
        assert_eq!(reader.message().await, None);
    })
    .await;
}

#[actix_web::test]
async fn a_stream_ends_when_the_server_is_about_to_stop() {
    let world = world().await;
    let id = waiting_run(&world).await;
    let work = &world;
    following(&world, &id, |mut reader| async move {
        assert_eq!(reader.message().await.unwrap().event, "run");
        let mut next = pin!(reader.message());
        assert!(futures_util::poll!(&mut next).is_pending());
        work.api.tasks().wind_down();
        assert_eq!(next.await, None);
    })
    .await;
}

#[actix_web::test]
async fn there_are_only_so_many_streams() {
    let mut limited = settings();
    limited.streams = StreamLimits { in_all: 9, per_user: 1 };
    let world = world().await.behind(limited);
    let id = waiting_run(&world).await;
    let work = &world;
    following(&world, &id, |mut reader| async move {
        assert_eq!(reader.message().await.unwrap().event, "run");
        let path = format!("/runs/{}/events", failed_run(work).await);
        let refused = work.get(&path, Who::Team).await;
        assert_eq!((refused.status, refused.problem().as_str()), (429, "rate_limited"));
        assert_eq!(refused.header("retry-after"), Some("5"));
        drop(reader);
        assert_eq!(work.get(&path, Who::Team).await.status, 200);
    })
    .await;
}
