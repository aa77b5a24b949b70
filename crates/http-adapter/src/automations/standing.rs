//! Whether an automation fires.

use std::sync::Arc;

use actix_web::HttpResponse;
use kairo_domain::{Actor, Automation, AutomationId, AutomationStatus};
use kairo_use_cases::MoveAutomation;

use super::{AutomationCard, card};
use crate::Api;
use crate::answer::send_outcome;
use crate::caller::Caller;
use crate::etag::IfMatch;
use crate::idempotency::Repeatable;
use crate::path::PathId;
use crate::problem::Problem;

/// Activate an automation
///
/// Its triggers fire from now on. A flow with faults is refused with all of them.
#[utoipa::path(
    post, path = "/automations/{id}/activate", operation_id = "activateAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), IfMatch, Repeatable),
    responses(
        (status = 200, description = "The automation as it is now, without the flow.", body = AutomationCard, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only its owner and administrators activate an automation."),
    )
)]
pub(crate) async fn activate(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    seen: IfMatch,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    move_to(&api, actor, (id, AutomationStatus::Active), seen, repeatable).await
}

/// Pause an automation
///
/// Nothing new starts. Runs under way come to their end.
#[utoipa::path(
    post, path = "/automations/{id}/pause", operation_id = "pauseAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), IfMatch, Repeatable),
    responses(
        (status = 200, description = "The automation as it is now, without the flow.", body = AutomationCard, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only its owner and administrators pause an automation."),
    )
)]
pub(crate) async fn pause(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    seen: IfMatch,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    move_to(&api, actor, (id, AutomationStatus::Paused), seen, repeatable).await
}

/// Archive an automation
///
/// It is put away. Nothing new starts; runs under way come to their end.
#[utoipa::path(
    post, path = "/automations/{id}/archive", operation_id = "archiveAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), IfMatch, Repeatable),
    responses(
        (status = 200, description = "The automation as it is now, without the flow.", body = AutomationCard, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only its owner and administrators archive an automation."),
    )
)]
pub(crate) async fn archive(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    seen: IfMatch,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    move_to(&api, actor, (id, AutomationStatus::Archived), seen, repeatable).await
}

/// Restore an archived automation
///
/// It is a draft again.
#[utoipa::path(
    post, path = "/automations/{id}/restore", operation_id = "restoreAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), IfMatch, Repeatable),
    responses(
        (status = 200, description = "The automation as it is now, without the flow.", body = AutomationCard, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only its owner and administrators restore an automation."),
    )
)]
pub(crate) async fn restore(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    seen: IfMatch,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    move_to(&api, actor, (id, AutomationStatus::Draft), seen, repeatable).await
}

async fn move_to(
    api: &Api,
    actor: Actor,
    (automation, to): (AutomationId, AutomationStatus),
    seen: IfMatch,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    let once = repeatable.once_without_body(&actor, Arc::new(card));
    let order = MoveAutomation { automation, to, seen: seen.optional() };
    let outcome =
        api.run(move |studio| async move { studio.automations().move_to(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, card))
}
