use kairo_domain::{Actor, Firing, Redacted, RunId};
use kairo_flow::{Plan, RespondWith, Signature, TriggerKind};
use serde_json::{Map, Value, json};

use super::signed::check_signature;
use super::{Armed, Firings};
use crate::Error;

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
    /// signed and is not; those of the store, and then the sender has to try again.
    pub async fn deliver(&self, delivery: Delivery) -> Result<Delivered, Error> {
        let armed = self.addressed(&delivery.token).await?;
        let plan = self.desk.plan(armed.automation.id, armed.automation.flow_number).await?;
        let (respond, signature) = hook(&plan, &armed)?;
        if let Some(signature) = signature {
            check_signature(&self.desk, &armed.automation, signature, &delivery).await?;
        }
        let name = delivery.name.unwrap_or_else(|| self.desk.ports.ids.next().to_string());
        let firing = Firing::webhook(&armed.trigger.node, &name);
        let input = json!({
            "method": delivery.method,
            "headers": delivery.headers,
            "query": delivery.query,
            "body": delivery.body,
            "receivedAt": self.desk.now(),
        });
        let run = self.fire(&armed, &firing, &input).await?;
        Ok(Delivered { run, respond })
    }

    async fn addressed(&self, token: &Redacted<String>) -> Result<Armed, Error> {
        let unknown = || Error::NotFound { what: "webhook" };
        let digest = self.desk.ports.tokens.digest(token.expose());
        let mut work = self.desk.begin_read(&Actor::System).await?;
        let trigger = work.triggers().find_hook(&digest).await?.ok_or_else(unknown)?;
        self.arm(&mut *work, trigger).await?.ok_or_else(unknown)
    }
}

/// How the flow wants this webhook to be treated.
fn hook<'a>(plan: &'a Plan, armed: &Armed) -> Result<(RespondWith, Option<&'a Signature>), Error> {
    let trigger = plan.triggers().iter().find(|trigger| trigger.node == armed.trigger.node);
    match trigger.map(|trigger| &trigger.kind) {
        Some(TriggerKind::Webhook { respond, signature }) => Ok((*respond, signature.as_ref())),
        _ => Err(Error::NotFound { what: "webhook" }),
    }
}
