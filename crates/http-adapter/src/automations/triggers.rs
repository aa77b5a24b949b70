//! What fires an automation without a person.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use kairo_domain::{Automation, TriggerOn};
use kairo_use_cases::{Hook, RotateHook};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{plain, send_secret};
use crate::caller::Caller;
use crate::mount::Mount;
use crate::path::{PathId, PathPart};
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::{Api, Settings};

/// The kinds of triggers.
#[derive(ToSchema)]
#[schema(as = TriggerKind, rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum Kind {
    Webhook,
    Schedule,
    Event,
}

/// What becomes of instants at which nothing was running: nothing, one run for all of them, or a run for each.
#[derive(ToSchema)]
#[schema(as = MissedPolicy, rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum MissedWord {
    Skip,
    Once,
    All,
}

/// A trigger. Members that do not apply to its kind are null.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Trigger)]
pub(crate) struct TriggerView {
    /// Its node in the flow.
    node: String,
    #[schema(value_type = Kind)]
    kind: &'static str,
    /// The secret address of a webhook; for whoever may change the automation. Relative to where this API is when the
    /// server does not know under which name it is reached.
    #[schema(required = true)]
    url: Option<String>,
    /// When a schedule fires, as a cron expression.
    #[schema(required = true)]
    cron: Option<String>,
    /// The time zone of that.
    #[schema(required = true)]
    timezone: Option<String>,
    /// What becomes of instants at which nothing was running.
    #[schema(value_type = Option<MissedWord>, required = true)]
    missed: Option<&'static str>,
    /// The next instant that is planned; null while the automation is not active.
    #[schema(required = true)]
    next_at: Option<DateTime<Utc>>,
    /// What an event trigger waits for.
    #[schema(required = true)]
    event: Option<String>,
}

/// The triggers of an automation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Triggers)]
pub(crate) struct TriggersView {
    /// The triggers, by node.
    data: Vec<TriggerView>,
}

impl TriggerView {
    fn of(hook: &Hook, mount: &Mount, settings: &Settings) -> Self {
        let url = hook.token.as_ref().map(|token| mount.hook(settings, token));
        let nothing = Self {
            node: hook.trigger.node.clone(),
            kind: hook.trigger.on.word(),
            url,
            cron: None,
            timezone: None,
            missed: None,
            next_at: None,
            event: None,
        };
        match &hook.trigger.on {
            TriggerOn::Webhook { .. } => nothing,
            TriggerOn::Schedule { cron, zone, missed, next_at } => Self {
                cron: Some(cron.clone()),
                timezone: Some(zone.clone()),
                missed: Some(missed.as_str()),
                next_at: *next_at,
                ..nothing
            },
            TriggerOn::Event { event } => Self { event: Some(event.clone()), ..nothing },
        }
    }
}

/// List the triggers of an automation
///
/// Those that something else than a person fires. The addresses of webhooks are secret: they are shown to whoever may
/// change the automation.
#[utoipa::path(
    get, path = "/automations/{id}/triggers", operation_id = "listTriggers", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id.")),
    responses((status = 200, description = "The triggers.", body = TriggersView))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    mount: Mount,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let hooks = api.run(move |studio| async move { studio.automations().hooks(&actor, id).await }).await?;
    let data = hooks.iter().map(|hook| TriggerView::of(hook, &mount, api.settings())).collect();
    Ok(send_secret(plain(&TriggersView { data })))
}

/// Give a webhook another address
///
/// The old one is dead at once. The new one is in this answer, so an `Idempotency-Key` is ignored.
#[utoipa::path(
    post, path = "/automations/{id}/triggers/{node}/rotate", operation_id = "rotateWebhook", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The automation's id."),
        ("node" = String, Path, description = "The webhook's node in the flow."),
    ),
    responses(
        (status = 200, description = "The webhook with its new address.", body = TriggerView),
        (status = 403, description = "Only its owner and administrators change an automation."),
    )
)]
pub(crate) async fn rotate(
    api: Api,
    Caller(actor): Caller,
    PathPart(automation, node): PathPart<Automation, String>,
    mount: Mount,
) -> Result<HttpResponse, Problem> {
    let order = RotateHook { automation, node };
    let hook =
        api.run(move |studio| async move { studio.automations().rotate_hook(&actor, order).await }).await?;
    Ok(send_secret(plain(&TriggerView::of(&hook, &mount, api.settings()))))
}

#[cfg(test)]
mod tests {
    use kairo_domain::{Missed, Redacted, TokenDigest};
    use serde_json::json;

    use super::*;
    use crate::body::testing::schema;

    #[test]
    fn the_document_has_the_words_of_the_domain() {
        let text = String::new;
        let digest = TokenDigest::parse(&"0".repeat(64)).unwrap();
        let schedule =
            TriggerOn::Schedule { cron: text(), zone: text(), missed: Missed::Once, next_at: None };
        let words = [
            TriggerOn::Webhook { digest, sealed_token: Redacted::new(text()) }.word(),
            schedule.word(),
            TriggerOn::Event { event: text() }.word(),
        ];
        assert_eq!(schema::<Kind>()["enum"], json!(words));
        assert_eq!(schema::<MissedWord>()["enum"], json!(Missed::ALL.map(Missed::as_str)));
    }
}
