use std::sync::Arc;
use std::time::{Duration, Instant};

use kairo_flow::{Effort, Execution, FlowDocument, Next, Now, Outcome, Plan, Scope, StepError};
use serde_json::{Value, json};

/// In which every answer comes, also from a slow build on a busy machine.
const SOON: Duration = Duration::from_secs(30);

pub(crate) fn flow_with(kind: &str, params: &Value) -> Value {
    json!({
        "nodes": [
            {"id": "start", "type": "trigger.manual"},
            {"id": "n", "type": kind, "data": {"params": params}},
        ],
        "edges": [{"id": "e", "source": "start", "target": "n"}],
    })
}

/// How a flow ends whose only node has these parameters.
pub(crate) fn end_of(kind: &str, params: &Value) -> Result<Value, String> {
    let flow = FlowDocument::parse(flow_with(kind, params)).map_err(|error| error.to_string())?;
    let plan = Plan::compile(&flow).map_err(|faults| format!("{}: {}", faults[0].code, faults[0].message))?;
    let trigger = json!({"text": "x".repeat(100_000), "list": (0..10_000).collect::<Vec<_>>()});
    let scope = Scope { trigger, vars: json!({}), run: json!({}) };
    let now = Now { ms: 0, text: "2026-01-01T00:00:00Z" };
    let said = |error: StepError| format!("{}: {}", error.code, error.message);
    let mut execution = Execution::start(Arc::new(plan), "start", scope).map_err(said)?;
    let mut next = Next::Busy;
    while next == Next::Busy {
        next = execution.next(now, 1, Effort::Full);
    }
    match next {
        Next::Act(effects) => Ok(effects[0].input.clone()),
        Next::Idle { .. } | Next::Busy => panic!("nothing is due"),
        Next::Done(Outcome::Succeeded { output, .. }) => Ok(output),
        Next::Done(Outcome::Failed { error, .. }) => Err(said(error)),
    }
}

pub(crate) fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    assert!(begun.elapsed() < SOON, "{name} took {:?}", begun.elapsed());
    result
}
