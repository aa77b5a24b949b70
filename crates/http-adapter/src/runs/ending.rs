//! What a person does with a run: ends it, or has it done again.

use std::sync::Arc;

use actix_web::HttpResponse;
use deserr::Deserr;
use kairo_domain::{Run, RunId};
use kairo_use_cases::{RetryFrom, RetryOn, RetryRun};
use utoipa::ToSchema;

use super::{RunView, shown};
use crate::answer::{created, send_outcome};
use crate::body::{Faults, OptionalBody};
use crate::caller::Caller;
use crate::idempotency::Repeatable;
use crate::mount::Mount;
use crate::path::PathId;
use crate::problem::Problem;
use crate::{Api, trace};

/// How a run is to be done again.
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = RetryRun, rename_all = "camelCase", example = json!({"from": "failure", "on": "latest"}))]
pub(crate) struct RetryBody {
    /// From where on: `failure` takes over what succeeded, `start` begins with the trigger. `failure` unless told.
    #[deserr(default)]
    #[schema(value_type = Option<FromWord>)]
    from: FromWord,
    /// On which version of the flow: the one it was `pinned` to, or the `latest`. `pinned` unless told.
    #[deserr(default)]
    #[schema(value_type = Option<OnWord>)]
    on: OnWord,
}

/// From where on a run is done again.
#[derive(Clone, Copy, Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = lowercase)]
#[schema(as = RetryFrom, rename_all = "lowercase")]
pub(crate) enum FromWord {
    #[default]
    Failure,
    Start,
}

/// On which version of the flow a run is done again.
#[derive(Clone, Copy, Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = lowercase)]
#[schema(as = RetryOn, rename_all = "lowercase")]
pub(crate) enum OnWord {
    #[default]
    Pinned,
    Latest,
}

impl RetryBody {
    fn into_order(self, run: RunId) -> RetryRun {
        let from = match self.from {
            FromWord::Failure => RetryFrom::Failure,
            FromWord::Start => RetryFrom::Start,
        };
        let which = match self.on {
            OnWord::Pinned => RetryOn::Pinned,
            OnWord::Latest => RetryOn::Latest,
        };
        RetryRun { run, from, which }
    }
}

/// Cancel a run
///
/// And the sub-flows it waits for. A step that is under way may still have its effect outside; nothing that it brings
/// back is kept. A run that has ended is refused, also when it was cancelled; with an `Idempotency-Key`, a
/// repeat of the request gets the first answer.
#[utoipa::path(
    post, path = "/runs/{id}/cancel", operation_id = "cancelRun", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The run's id."), Repeatable),
    responses(
        (status = 200, description = "The run as it is now.", body = RunView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only the owner of the automation and administrators cancel its runs."),
    )
)]
pub(crate) async fn cancel(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Run>,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    let once = repeatable.once_without_body(&actor, Arc::new(shown));
    let outcome = api.run(move |studio| async move { studio.runs().cancel(&actor, id, once).await }).await?;
    Ok(send_outcome(outcome, |run| {
        count(run);
        shown(run)
    }))
}

/// Workers count the runs that end in their hands, and this one has ended here. What ended with it is not known here.
fn count(cancelled: &Run) {
    let took = cancelled.state.ending().and_then(|ending| ending.took.to_std().ok()).unwrap_or_default();
    let by = cancelled.firing.by;
    metrics::counter!("kairo_runs_ended_total", "outcome" => "cancelled", "fired_by" => by).increment(1);
    metrics::histogram!("kairo_run_duration_seconds", "outcome" => "cancelled").record(took);
}

/// Do a run again
///
/// As a run of its own, with the same input. From its failure on, what succeeded is taken over and not done again. With
/// an `Idempotency-Key`, a repeat of the request makes no second run.
#[utoipa::path(
    post, path = "/runs/{id}/retry", operation_id = "retryRun", tag = "runs",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The run's id."), Repeatable),
    request_body(content = ref("#/components/schemas/RetryRun"), content_type = "application/json"),
    responses(
        (status = 201, description = "The new run, which nobody has begun yet.", body = RunView, headers(
            ("Location" = String, description = "Where the run is."),
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only the owner of the automation and administrators do its runs again."),
    )
)]
pub(crate) async fn retry(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Run>,
    repeatable: Repeatable,
    mount: Mount,
    body: OptionalBody<RetryBody>,
) -> Result<HttpResponse, Problem> {
    let render = Arc::new(move |run: &Run| created(mount.run(run.id), run.version, &RunView::from(run)));
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.unwrap_or_default().into_order(id);
    let outcome =
        api.run(move |studio| async move { studio.runs().retry(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |run| {
        trace::fired(run.id);
        render(run)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::testing::{assert_documented, assert_required};

    #[test]
    fn the_document_lists_what_the_reader_accepts() {
        assert_documented::<RetryBody>();
        assert_required::<RetryBody>(&[]);
    }
}
