use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::{EffectKind, Execution, Next, Now, Outcome, Plan, Scope, StepError, StepRecord};

/// What a dry run showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// What happened, in order.
    pub records: Vec<StepRecord>,
    /// How the run ended.
    pub outcome: Outcome,
}

/// Runs a plan without doing anything: each effect leaves what `mocks` has for its node, or else what an effect of
/// its kind could leave. No time passes.
///
/// # Errors
/// [`StepError`] when there is no such trigger, or when what the run is about is too large.
pub fn simulate(
    plan: Arc<Plan>,
    trigger_node: &str,
    scope: Scope,
    now: Now<'_>,
    mocks: &Map<String, Value>,
) -> Result<Simulation, StepError> {
    let mut execution = Execution::start(plan, trigger_node, scope)?;
    loop {
        match execution.next(now, 1) {
            Next::Act(effects) => {
                for effect in effects {
                    let mocked = mocks.get(&effect.key.node).cloned();
                    execution.learned(&effect.key, Ok(mocked.unwrap_or_else(|| plausible(&effect.kind))));
                }
            }
            Next::Done(outcome) => return Ok(Simulation { records: execution.take_records(), outcome }),
            Next::Idle { .. } => {
                return Err(StepError::permanent("stuck", "the run waits for something that never comes"));
            }
        }
    }
}

/// An id of nothing.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn plausible(kind: &EffectKind) -> Value {
    match kind {
        EffectKind::Http(_) => json!({"status": 200, "headers": {}, "body": {}}),
        EffectKind::Email(email) => json!({"to": email.to, "subject": email.subject}),
        EffectKind::Wait(_) => json!({}),
        EffectKind::Subflow { .. } => json!({}),
        EffectKind::Respond(answer) => json!({"status": answer.status}),
        EffectKind::LeadCreate(fields) | EffectKind::CompanyCreate(fields) => with_id(fields),
        EffectKind::LeadMove { lead, to, .. } => json!({"id": lead, "status": to}),
        EffectKind::LeadNote { lead, text } => json!({"id": NOBODY, "lead": lead, "text": text}),
    }
}

fn with_id(fields: &Value) -> Value {
    let mut created = fields.clone();
    created["id"] = json!(NOBODY);
    created
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FlowDocument;

    #[test]
    fn a_dry_run_passes_waits_and_uses_the_mocks() {
        let node =
            |id: &str, kind: &str, params: Value| json!({"id": id, "type": kind, "data": {"params": params}});
        let value = "{{ steps.h.body }}/{{ steps.l.name }}/{{ steps.l.id | length }}";
        let flow = FlowDocument::parse(json!({
            "nodes": [
                node("start", "trigger.manual", json!({})),
                node("w", "wait", json!({"days": 30})),
                node("h", "http.request", json!({"method": "GET", "url": "https://a"})),
                node("l", "lead.create", json!({"name": "Ada", "email": "a@b.example", "message": "Hi"})),
                node("t", "transform", json!({"value": value})),
            ],
            "edges": [
                {"id": "1", "source": "start", "target": "w"},
                {"id": "2", "source": "w", "target": "h"},
                {"id": "3", "source": "h", "target": "l"},
                {"id": "4", "source": "l", "target": "t"},
            ],
        }));
        let plan = Arc::new(Plan::compile(&flow.unwrap()).unwrap());
        let scope = Scope { trigger: Value::Null, vars: Value::Null, run: Value::Null };
        let mocks = Map::from_iter([("h".to_owned(), json!({"body": "mocked"}))]);
        let now = Now { ms: 0, text: "1970-01-01T00:00:00Z" };
        let simulation = simulate(Arc::clone(&plan), "start", scope.clone(), now, &mocks).unwrap();
        assert_eq!(simulation.outcome, Outcome::Succeeded { output: json!("mocked/Ada/36"), message: None });
        assert_eq!(simulation.records.len(), 4);
        assert_eq!(simulate(plan, "w", scope, now, &mocks).unwrap_err().code, "unknown_trigger");
    }
}
