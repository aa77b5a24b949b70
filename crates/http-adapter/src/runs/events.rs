//! A run as it happens, as a stream of events.

mod feed;
mod message;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use kairo_domain::Run;

use crate::Api;
use crate::caller::{Caller, Pass};
use crate::headers::single;
use crate::path::PathId;
use crate::problem::{Fault, Problem};
use crate::query::{Few, Given, Parameters};
use feed::Feed;

const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx to pass on what it gets at once.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// How far a reader has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reached {
    /// Nothing yet.
    #[default]
    Nothing,
    /// The steps up to this number.
    Steps(u32),
    /// Everything, the run's end included.
    End,
}

/// From where on, as the query says it.
pub(crate) struct LastEvent(Option<Reached>);

impl Reached {
    fn parse(text: &str) -> Option<Self> {
        if text == message::END { Some(Self::End) } else { text.parse().ok().map(Self::Steps) }
    }

    fn of_header(request: &HttpRequest) -> Result<Option<Self>, Problem> {
        let Some(value) = single(request.headers(), &LAST_EVENT, "Last-Event-ID")? else { return Ok(None) };
        let reached = value.to_str().ok().and_then(Self::parse);
        let fault = || Fault::of_header("Last-Event-ID", "not_an_event", "is the id of no event of a run");
        let refused = || Problem::malformed("`Last-Event-ID` cannot be used", vec![fault()]);
        reached.map(Some).ok_or_else(refused)
    }
}

impl Parameters for LastEvent {
    fn read(given: &mut Given) -> Self {
        Self(given.parsed("lastEventId", Reached::parse, ("not_an_event", "is the id of no event of a run")))
    }
}

/// Follow a run
///
/// Server-sent events. `step` has a step as `data` and its `seq` as `id`; `run` has the run, first as it stands, then
/// whenever its phase changes, and last when it has ended, with the `id` `end`; then the stream is over. A comment comes
/// every 15 seconds when nothing else does. `Last-Event-ID` goes on after that event; after `end` there is nothing, and
/// the answer is 204, at which browsers stop to ask. The stream also ends when the credentials do, and after an hour.
#[utoipa::path(
    get, path = "/runs/{id}/events", operation_id = "followRun", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The run's id."),
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that was seen."),
        ("lastEventId" = Option<String>, Query, description = "The same, for readers that cannot send the header."),
    ),
    responses(
        (status = 200, description = "The events, as they come.", body = String, content_type = "text/event-stream"),
        (status = 204, description = "The reader has seen the end."),
        (status = 429, description = "Too many streams are open on this node."),
    )
)]
pub(crate) async fn follow(
    api: Api,
    request: HttpRequest,
    Caller(actor): Caller,
    pass: Pass,
    PathId(id): PathId<Run>,
    Few(LastEvent(asked)): Few<LastEvent>,
) -> Result<HttpResponse, Problem> {
    let reached = Reached::of_header(&request)?.or(asked).unwrap_or_default();
    // Whoever may not see the run is told before the stream begins.
    let run = api.run(move |studio| async move { studio.runs().get(&actor, id).await }).await?;
    let after = match reached {
        Reached::Nothing => 0,
        Reached::Steps(seq) => seq,
        Reached::End if run.state.ending().is_some() => return Ok(HttpResponse::NoContent().finish()),
        Reached::End => 0,
    };
    if request.method() == Method::HEAD {
        return Ok(head().finish());
    }
    let slot = api.streams().open(actor.user().ok_or_else(Problem::broken)?)?;
    let feed = Feed::new(api, pass, slot, id, after);
    Ok(head().streaming(stream::unfold(feed, Feed::next)))
}

fn head() -> HttpResponseBuilder {
    let mut head = HttpResponse::Ok();
    head.content_type("text/event-stream");
    // A coding would hold events back until there is enough to compress.
    head.insert_header(ContentEncoding::Identity);
    head.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    head.insert_header((BUFFERING, HeaderValue::from_static("no")));
    head
}
