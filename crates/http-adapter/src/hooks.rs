//! Deliveries of other servers to the secret addresses of webhooks.

mod delivery;
mod reply;

use std::borrow::Cow;

use actix_web::{HttpRequest, HttpResponse, web};
use kairo_domain::{Redacted, RunId};
use kairo_flow::RespondWith;
use kairo_use_cases::{Code, Delivered, HookAnswer, Studio};
use serde::Serialize;
use serde_json::json;
use tokio::time::{Duration, Instant, sleep};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::answer::{send, taken_in};
use crate::problem::Problem;
use crate::{Api, Settings, body, rate_limit, trace};
use delivery::delivery;
use reply::reply;

/// How many deliveries may wait at a time for what their run says; others are told where it will be.
pub(crate) const MOST_WAITING: usize = 256;
/// For how long a delivery waits at most.
const PATIENCE: Duration = Duration::from_secs(25);
/// How long to wait until the next look at the run: at first, and later.
const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_millis(250);

/// What became of a delivery.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = HookDelivered)]
pub(crate) struct DeliveredView {
    /// The run that it fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    run: Option<Uuid>,
    /// True when a delivery of this name came before, and fired one then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    duplicate: Option<bool>,
}

/// Deliver to a webhook
///
/// For other servers: the address is all they need, unless the webhook asks for signatures. Of any content type; JSON is
/// parsed, any other text is taken as it is, and what is no text as `{"base64": …}`. The delivery is stored before it is
/// answered. One that is named, by `webhook-id` or `idempotency-key`, fires once, however often it is sent; a repeat gets
/// 202 with `duplicate`. A webhook that lets its flow answer (`respond: node`) answers with what a `respond` node of the
/// flow says, status, headers and body: 204 when the run ends well without saying anything, 500 when it ends otherwise.
/// Where that takes longer than 25 seconds, it answers 202 as any other one does.
#[utoipa::path(
    post, path = "/hooks/{token}", operation_id = "deliverHook", tag = "hooks", security(()),
    params(
        ("token" = String, Path, description = "The secret of the address."),
        ("webhook-id" = Option<String>, Header, description = "How the sender names this delivery: 1 to 255 visible \
            ASCII characters."),
        ("idempotency-key" = Option<String>, Header, description = "The same, where there is no `webhook-id`."),
    ),
    request_body(content = ref("#/components/schemas/HookBody"), content_type = "application/json"),
    responses(
        (status = 202, description = "The delivery is stored, or was stored before under its name.", body = DeliveredView),
        (status = 204, description = "The flow was to answer, and its run has ended well without saying anything."),
        (status = 401, description = "`unauthenticated`: the webhook asks for a signature that holds."),
        (status = 404, description = "`not_found`: no automation that is active has this address."),
        (status = 413, description = "`too_large`: what a run would get of it, headers, escapes and base64 included, is more \
            than 1 MiB of JSON, in which each fraction counts 24 bytes, or nests deeper than 64 levels."),
        (status = "default", description = "What the flow says, where it answers."),
    )
)]
pub(crate) async fn deliver(
    api: Api,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let token = Redacted::new(request.match_info().query("token").to_owned());
    rate_limit::charge_delivery(&request, &api, &token)?;
    let bytes = body::read_raw(&request, &mut payload.into_inner()).await?;
    let delivery = delivery(&request, token.clone(), &bytes, api.settings())?;
    let delivered = api.run(async move |studio: Studio| studio.firings().deliver(delivery).await).await;
    match &delivered {
        Ok(_) => rate_limit::learn_hook(&request, &api, &token),
        Err(problem) if problem.code() == Code::NotFound => rate_limit::forget_hook(&api, &token),
        Err(_) => {}
    }
    answer(&api, delivered?).await
}

/// Any body, as an operation documents it.
pub(crate) struct AnyBody;

impl PartialSchema for AnyBody {
    #[expect(deprecated, reason = "all other schemas have their example there")]
    fn schema() -> RefOr<Schema> {
        let body = ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("Any body."));
        body.example(Some(json!({"event": "order.paid", "order": 17}))).into()
    }
}

impl ToSchema for AnyBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("HookBody")
    }
}

async fn answer(api: &Api, delivered: Delivered) -> Result<HttpResponse, Problem> {
    let Some(run) = delivered.run else {
        return Ok(send(taken_in(&DeliveredView { duplicate: Some(true), ..DeliveredView::default() })));
    };
    trace::fired(run);
    let said = match delivered.respond {
        RespondWith::Acceptance => None,
        RespondWith::Node => said(api, run).await?,
    };
    match said {
        None => Ok(send(taken_in(&DeliveredView { run: Some(run.uuid()), ..DeliveredView::default() }))),
        Some(HookAnswer::Silent) => Ok(HttpResponse::NoContent().finish()),
        Some(HookAnswer::Failed) => {
            Err(Problem::new(Code::RunFailed, "the run that was to answer this delivery has failed"))
        }
        Some(HookAnswer::Said { status, headers, body }) => Ok(reply(status, &headers, &body)),
    }
}

/// Waits for what a run says, for as long as may be.
async fn said(api: &Api, run: RunId) -> Result<Option<HookAnswer>, Problem> {
    let Ok(_place) = api.waiting().try_acquire() else { return Ok(None) };
    let until = Instant::now() + patience(api.settings());
    let mut pause = SHORT;
    loop {
        let said = api.run(move |studio| async move { studio.firings().answer(run).await }).await;
        match said {
            Ok(Some(answer)) => return Ok(Some(answer)),
            Ok(None) => {}
            // The delivery is stored: whatever cannot be found out now, it is run.
            Err(problem) if problem.code() == Code::Busy => pause = LONG,
            Err(problem) => return Err(problem),
        }
        if Instant::now() + pause > until {
            return Ok(None);
        }
        tokio::select! {
            biased;
            () = api.tasks().winding_down() => return Ok(None),
            () = sleep(pause) => pause = (pause * 3 / 2).min(LONG),
        }
    }
}

/// Less than a request may take, so that there is time to say where the run is.
fn patience(settings: &Settings) -> Duration {
    PATIENCE.min(settings.request_timeout * 5 / 6)
}
