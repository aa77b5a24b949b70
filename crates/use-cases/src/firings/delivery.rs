use std::sync::Arc;

use chrono::{DateTime, Utc};
use kairo_domain::{Actor, ArmedTrigger, Firing, Redacted, RunId};
use kairo_flow::{Execution, Plan, RespondWith, Scope, Signature, TriggerKind};
use serde_json::{Map, Value, json};

use super::Firings;
use super::signed::check_signature;
use crate::Error;
use crate::engine::tell_fired;
use crate::retry::retry;

/// A request to the secret address of a webhook.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The token of the address.
    pub token: Redacted<String>,
    /// The method.
    pub method: String,
    /// The headers, names in lower case; those with credentials left out.
    pub headers: Map<String, Value>,
    /// The parameters of the query.
    pub query: Map<String, Value>,
    /// The body as it came, for its signature.
    pub raw: Vec<u8>,
    /// The body: what JSON says, else a text.
    pub body: Value,
    /// How the sender names this delivery, when it does.
    pub name: Option<String>,
}

/// What became of a delivery. It is stored: whatever happens now, it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The run; `None` when a delivery of this name came before.
    pub run: Option<RunId>,
    /// Who answers the request.
    pub respond: RespondWith,
}

impl Firings {
    /// Takes a delivery in. It is stored when this returns.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no automation that fires has this address, [`Error::Unauthenticated`] when it is to be
    /// signed and is not, [`Error::TooLarge`] when no run could begin with it; those of the store, and then the sender has
    /// to try again.
    pub async fn deliver(&self, delivery: Delivery) -> Result<Delivered, Error> {
        let desk = &self.desk;
        let digest = &desk.ports.tokens.digest(delivery.token.expose());
        let name = delivery.name.clone().unwrap_or_else(|| desk.ports.ids.next().to_string());
        let (delivery, name) = (&delivery, name.as_str());
        retry(|| async move {
            let mut work = desk.begin(&Actor::System).await?;
            let found = work.triggers().find_hook(digest).await?;
            let armed = found.ok_or(Error::NotFound { what: "webhook" })?;
            let plan = desk.plans.get(&mut *work, armed.automation, armed.flow_number).await?;
            let (respond, signature) = hook(&plan, &armed)?;
            if let Some(signature) = signature {
                check_signature(desk, &mut *work, armed.owner.id, signature, delivery).await?;
            }
            let firing = Firing::webhook(&armed.node, name);
            let input = seen(delivery, desk.now());
            refuse_unless_startable(plan, &armed.node, &input)?;
            let run = self.fire_within(&mut *work, &Actor::System, &armed, firing, input).await?;
            work.commit().await?;
            if let Some(run) = run {
                tell_fired(run, "webhook");
            }
            Ok(Delivered { run, respond })
        })
        .await
    }
}

/// What expressions know as `trigger`.
fn seen(delivery: &Delivery, at: DateTime<Utc>) -> Value {
    json!({
        "method": delivery.method,
        "headers": delivery.headers,
        "query": delivery.query,
        "body": delivery.body,
        "receivedAt": at,
    })
}

/// A run that cannot begin with what fired it fails, and then the sender was told that all is well. So it is measured here
/// as it will be there: by beginning.
fn refuse_unless_startable(plan: Arc<Plan>, node: &str, input: &Value) -> Result<(), Error> {
    let scope = Scope { trigger: input.clone(), vars: Value::Null, run: Value::Null };
    let begun = Execution::start(plan, node, scope);
    begun.map(drop).map_err(|error| Error::TooLarge { what: "the delivery", why: error.message })
}

/// How the flow wants this webhook to be treated.
fn hook<'a>(plan: &'a Plan, armed: &ArmedTrigger) -> Result<(RespondWith, Option<&'a Signature>), Error> {
    let trigger = plan.triggers().iter().find(|trigger| trigger.node == armed.node);
    match trigger.map(|trigger| &trigger.kind) {
        Some(TriggerKind::Webhook { respond, signature }) => Ok((*respond, signature.as_ref())),
        _ => Err(Error::NotFound { what: "webhook" }),
    }
}
