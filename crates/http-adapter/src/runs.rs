mod dto;
pub(crate) mod ending;
pub(crate) mod events;
mod excerpt;
mod steps;

use actix_web::HttpResponse;
use kairo_domain::Run;
use kairo_use_cases::{Answer, Studio};

use crate::Api;
use crate::answer::{representation, send, unversioned};
use crate::caller::Caller;
use crate::list::{self, ListView};
use crate::path::{Here, PathId};
use crate::problem::Problem;
use crate::query::{Few, Given, ListQuery, NoQuery, Parameters, Portion};

pub(crate) use dto::{RunCard, RunView};
pub(crate) use steps::{DryStep, ErrorView, StepsView};

/// Which steps to list.
pub(crate) struct StepsAfter {
    after: u32,
    portion: Portion,
}

impl Parameters for StepsAfter {
    fn read(given: &mut Given) -> Self {
        let after = given.number("after", 0..=u32::MAX).unwrap_or_default();
        Self { after, portion: Portion::read(given) }
    }
}

/// List runs
///
/// The latest first unless told, without what went in and came out. Staff see all of them, clients those of their own
/// automations.
#[utoipa::path(
    get, path = "/runs", operation_id = "listRuns", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(ListQuery<RunCard>),
    responses((status = 200, description = "A page of runs.", body = ListView<RunCard>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    query: ListQuery<RunCard>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.runs().list(&actor, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |run| RunCard::from(run))))
}

/// Show a run
///
/// What went in and came out is shown as an excerpt when it is large; the run goes on with all of it.
#[utoipa::path(
    get, path = "/runs/{id}", operation_id = "getRun", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The run's id.")),
    responses((status = 200, description = "The run.", body = RunView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Run>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let run = api.run(move |studio| async move { studio.runs().get(&actor, id).await }).await?;
    Ok(send(shown(&run)))
}

/// List the steps of a run
///
/// What it did at each node, in order: every attempt is a step. What is large is shown as an excerpt.
#[utoipa::path(
    get, path = "/runs/{id}/steps", operation_id = "listSteps", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The run's id."),
        ("after" = Option<u32>, Query, description = "Only steps with a larger `seq`."),
        ("limit" = Option<u16>, Query, description = "How many; 25 unless given, at most 200."),
    ),
    responses((status = 200, description = "Some of the steps.", body = StepsView, headers(
        ("ETag" = String, description = "A digest."),
    )))
)]
pub(crate) async fn steps(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Run>,
    Few(StepsAfter { after, portion }): Few<StepsAfter>,
) -> Result<HttpResponse, Problem> {
    let get = async move |studio: Studio| studio.runs().steps(&actor, id, after, portion.asked()).await;
    let (_, steps) = api.run(get).await?;
    Ok(send(unversioned(&StepsView::of(&steps, portion))))
}

/// 200 with a run.
fn shown(run: &Run) -> Answer {
    representation(run.version, &RunView::from(run))
}
