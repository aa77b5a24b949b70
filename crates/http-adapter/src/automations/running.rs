//! An automation and its runs.

use std::sync::Arc;

use actix_web::HttpResponse;
use chrono::TimeDelta;
use deserr::Deserr;
use kairo_domain::{Automation, AutomationId, Run};
use kairo_use_cases::{RunFigures, StartRun};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer::{created, plain, send, send_outcome};
use crate::body::{Faults, OptionalBody};
use crate::caller::Caller;
use crate::idempotency::Repeatable;
use crate::list::{self, ListView};
use crate::mount::Mount;
use crate::path::{Here, PathId};
use crate::problem::Problem;
use crate::query::{Few, Given, ListQuery, Parameters};
use crate::runs::{RunCard, RunView};
use crate::{Api, trace};

/// How to run an automation by hand.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = StartRun, rename_all = "camelCase", example = json!({"input": {"name": "Ada"}}))]
pub(crate) struct StartBody {
    /// The node of the trigger to begin with; the first trigger unless told.
    #[deserr(default)]
    trigger: Option<String>,
    /// What expressions know as `trigger`; an empty object unless told.
    #[deserr(default = nothing())]
    #[schema(required = false)]
    input: Value,
}

fn nothing() -> Value {
    Value::Object(Map::new())
}

impl Default for StartBody {
    fn default() -> Self {
        Self { trigger: None, input: nothing() }
    }
}

impl StartBody {
    fn into_order(self, automation: AutomationId) -> StartRun {
        StartRun { automation, trigger: self.trigger, input: self.input }
    }
}

/// How the runs of an automation went.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RunFigures)]
pub(crate) struct FiguresView {
    /// Within how many hours they were fired.
    hours: u32,
    /// Those that have not ended.
    open: u64,
    /// Those that ended well.
    succeeded: u64,
    /// Those that ended otherwise.
    failed: u64,
    /// How long an ended one took in the middle.
    #[schema(required = true)]
    median_ms: Option<i64>,
    /// How long all but the slowest twentieth of the ended ones took at most.
    #[schema(required = true)]
    p95_ms: Option<i64>,
}

impl FiguresView {
    fn of(figures: &RunFigures, hours: u32) -> Self {
        let ms = |span: Option<TimeDelta>| span.map(|span| span.num_milliseconds());
        Self {
            hours,
            open: figures.open,
            succeeded: figures.succeeded,
            failed: figures.failed,
            median_ms: ms(figures.median),
            p95_ms: ms(figures.p95),
        }
    }
}

/// Of which time the figures are.
pub(crate) struct Span {
    hours: u32,
}

impl Parameters for Span {
    fn read(given: &mut Given) -> Self {
        Self { hours: given.number("hours", 1..=24 * 366).unwrap_or(24) }
    }
}

/// Run an automation by hand
///
/// An active one, or a draft as a test. The run is stored before it is answered, and goes on whatever happens; look at
/// it under `Location`. With an `Idempotency-Key`, a repeat of the request makes no second run.
#[utoipa::path(
    post, path = "/automations/{id}/run", operation_id = "runAutomation", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), Repeatable),
    request_body(content = ref("#/components/schemas/StartRun"), content_type = "application/json"),
    responses(
        (status = 201, description = "The run, which nobody has begun yet.", body = RunView, headers(
            ("Location" = String, description = "Where the run is."),
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only its owner and administrators run an automation."),
    )
)]
pub(crate) async fn start(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    repeatable: Repeatable,
    mount: Mount,
    body: OptionalBody<StartBody>,
) -> Result<HttpResponse, Problem> {
    let render = Arc::new(move |run: &Run| created(mount.run(run.id), run.version, &RunView::from(run)));
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.unwrap_or_default().into_order(id);
    let outcome =
        api.run(move |studio| async move { studio.runs().start(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |run| {
        trace::fired(run.id);
        render(run)
    }))
}

/// List the runs of an automation
///
/// The latest first unless told, without what went in and came out.
#[utoipa::path(
    get, path = "/automations/{id}/runs", operation_id = "listAutomationRuns", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), ListQuery<RunCard>),
    responses((status = 200, description = "A page of runs.", body = ListView<RunCard>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    here: Here,
    query: ListQuery<RunCard>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.runs().list_of(&actor, id, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |run| RunCard::from(run))))
}

/// Show how the runs of an automation went
///
/// Those that were fired within the last hours.
#[utoipa::path(
    get, path = "/automations/{id}/figures", operation_id = "getRunFigures", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The automation's id."),
        ("hours" = Option<u32>, Query, description = "Within how many hours; 24 unless given, at most 8784."),
    ),
    responses((status = 200, description = "The figures.", body = FiguresView))
)]
pub(crate) async fn figures(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    Few(Span { hours }): Few<Span>,
) -> Result<HttpResponse, Problem> {
    let span = TimeDelta::hours(hours.into());
    let figures = api.run(move |studio| async move { studio.runs().figures(&actor, id, span).await }).await?;
    Ok(send(plain(&FiguresView::of(&figures, hours))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::testing::{assert_documented, assert_required};

    #[test]
    fn the_document_lists_what_the_reader_accepts() {
        assert_documented::<StartBody>();
        assert_required::<StartBody>(&[]);
    }
}
