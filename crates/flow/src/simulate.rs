use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::execution::Limits;
use crate::{EffectKind, Execution, Next, Now, Outcome, Plan, Scope, StepError, StepRecord};

/// What a dry run showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// What happened, in order.
    pub records: Vec<StepRecord>,
    /// How the run ended.
    pub outcome: Outcome,
}

/// How much a dry run may do, in units of fuel. With the last step, which may take as much as any, it takes a second.
const UNITS: u64 = 100_000;

/// Runs a plan without doing anything: each effect leaves what `mocks` has for its node, or else what an effect of
/// its kind could leave. No time passes.
///
/// It takes a second at most, on a thread that may block. It ends as failed, with the code `dry_run_too_large`, where it
/// would take longer, have more than 2,000 steps or record more than 4 MiB.
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
    let mut execution = Execution::begin_within(Limits::DRY_RUN, plan, trigger_node, scope)?;
    execution.may_do(UNITS);
    loop {
        let outcome = match execution.go_on(now, 1) {
            Next::Act(effects) => {
                for effect in effects {
                    let mocked = mocks.get(&effect.key.node).cloned();
                    execution.learned(&effect.key, Ok(mocked.unwrap_or_else(|| plausible(&effect.kind))));
                }
                continue;
            }
            Next::Done(outcome) => outcome,
            Next::Busy => {
                let error = Limits::DRY_RUN.exceeded("computes for a second at most");
                Outcome::Failed { node: None, error }
            }
            Next::Idle { .. } => {
                return Err(StepError::permanent("stuck", "the run waits for something that never comes"));
            }
        };
        return Ok(Simulation { records: execution.take_records(), outcome });
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

    /// A dry run of a loop over so many items, whose body is this node.
    fn dry_run(items: u32, kind: &str, params: &Value, mock: Value) -> Simulation {
        let flow = FlowDocument::parse(json!({
            "nodes": [
                {"id": "start", "type": "trigger.manual"},
                {"id": "each", "type": "forEach", "data": {"params": {"items": format!("range({items})")}}},
                {"id": "n", "type": kind, "data": {"params": params, "onError": "continue"}},
            ],
            "edges": [
                {"id": "1", "source": "start", "target": "each"},
                {"id": "2", "source": "each", "sourceHandle": "item", "target": "n"},
            ],
        }));
        let plan = Arc::new(Plan::compile(&flow.unwrap()).unwrap());
        let scope = Scope { trigger: json!("x".repeat(100_000)), vars: Value::Null, run: Value::Null };
        let mocks = Map::from_iter([("n".to_owned(), mock)]);
        simulate(plan, "start", scope, Now { ms: 0, text: "" }, &mocks).unwrap()
    }

    fn said(simulation: &Simulation) -> &str {
        match &simulation.outcome {
            Outcome::Succeeded { .. } => "",
            Outcome::Failed { error, .. } => {
                assert_eq!(error.code, "dry_run_too_large");
                &error.message
            }
        }
    }

    #[test]
    fn a_dry_run_ends_after_a_number_of_steps() {
        let few = dry_run(1_998, "transform", &json!({"value": 1}), Value::Null);
        assert_eq!((said(&few), few.records.len()), ("", 2_000));
        let many = dry_run(10_000, "transform", &json!({"value": 1}), Value::Null);
        assert_eq!((said(&many), many.records.len()), ("a dry run has at most 2000 steps", 2_001));
    }

    #[test]
    fn a_dry_run_ends_before_it_has_recorded_much() {
        let request = json!({"method": "GET", "url": "https://a"});
        let long = dry_run(10_000, "http.request", &request, json!("x".repeat(100_000)));
        assert_eq!(said(&long), "a dry run leaves at most 4194304 bytes at its steps");
        let request = json!({"method": "POST", "url": "https://a", "body": "{{ trigger }}"});
        let long = dry_run(10_000, "http.request", &request, Value::Null);
        assert!(said(&long).starts_with("a dry run records at most 4194304 bytes"));
        assert!(long.records.len() < 50);
    }

    #[test]
    fn a_dry_run_ends_before_it_has_computed_much() {
        let costly = "{{ range(30000) | map('string') | list | length }}";
        for value in [costly.to_owned(), format!("{costly}{{{{ nobody }}}}")] {
            let costly = dry_run(10_000, "transform", &json!({"value": value}), Value::Null);
            assert_eq!(said(&costly), "a dry run computes for a second at most");
            assert!((2..20).contains(&costly.records.len()), "{}", costly.records.len());
        }
    }
}
