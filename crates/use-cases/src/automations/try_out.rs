use kairo_domain::{Actor, AutomationId};
use kairo_flow::{FlowDocument, Now, Plan, Scope, Simulation, StepError, simulate};
use serde_json::{Map, Value, json};

use super::Automations;
use crate::Error;

/// A flow to be run without any effect.
#[derive(Clone, Debug, PartialEq)]
pub struct TryOut {
    /// The automation it belongs to.
    pub automation: AutomationId,
    /// The flow, when it is not the one the automation has.
    pub flow: Option<FlowDocument>,
    /// The trigger's node; the first trigger unless told.
    pub trigger: Option<String>,
    /// What expressions are to know as `trigger`.
    pub input: Value,
    /// What effects come to, by node.
    pub mocks: Map<String, Value>,
}

impl Automations {
    /// Runs a flow on paper: shows what each node would do, and does nothing. Effects come to what the order says, or to
    /// something likely; waits are over at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the automation is not there or not within the actor's reach,
    /// [`Error::FlowNotRunnable`] for a flow with faults, [`Error::Invalid`] at `/trigger` for a node that is no
    /// trigger.
    pub async fn try_out(&self, actor: &Actor, order: TryOut) -> Result<Simulation, Error> {
        let automation = self.get(actor, order.automation).await?;
        let plan =
            Plan::compile(order.flow.as_ref().unwrap_or(&automation.flow)).map_err(Error::FlowNotRunnable)?;
        let node = chosen(&plan, order.trigger.as_deref())?;
        let scope = Scope {
            trigger: order.input,
            vars: Value::Object(automation.settings.vars.clone()),
            run: json!({"automation": automation.id, "test": true}),
        };
        let (now, mocks) = (self.desk.now(), order.mocks);
        let simulation = self.desk.compute(move || {
            let text = now.to_rfc3339();
            let now = Now { ms: now.timestamp_millis(), text: &text };
            simulate(plan.into(), &node, scope, now, &mocks)
        });
        let refused = |error: StepError| Error::invalid("/trigger", "not_a_trigger", error.message);
        simulation.await?.map_err(refused)
    }
}

/// The trigger that was asked for, or the first one.
pub(crate) fn chosen(plan: &Plan, asked: Option<&str>) -> Result<String, Error> {
    let mut triggers = plan.triggers().iter();
    let found = match asked {
        Some(node) => triggers.find(|trigger| trigger.node == node),
        None => triggers.next(),
    };
    let message = "must name a trigger of the flow";
    found
        .map(|trigger| trigger.node.clone())
        .ok_or_else(|| Error::invalid("/trigger", "not_a_trigger", message))
}
