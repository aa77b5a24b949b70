use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use kairo_flow::{Effort, Execution, FlowDocument, Next, Now, Outcome, Plan, Scope, StepError};
use serde_json::{Value, json};

/// What a thread of the server has.
const STACK: usize = 2 * 1024 * 1024;
/// In which every answer comes, also from a slow build on a busy machine: a test that waits longer would never end.
const SOON: Duration = Duration::from_secs(30);
/// What one may use, in kB: a value is written at most six times as long as it is, into a text that grows by doubling.
const MEMORY: u64 = 48 * 1024;

/// What is used is that of the process, so there is one evaluation at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// How an evaluation ended.
pub(crate) type End = Result<Value, String>;

/// Evaluates an expression where it can do no harm, and says what is wrong with what it used.
pub(crate) fn run(param: &str, source: &str) -> Result<End, String> {
    let flow = flow(param, source);
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = memory("VmRSS:");
    // The peak is counted from here on.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (said, heard) = mpsc::channel();
    let work = thread::Builder::new().stack_size(STACK).spawn(move || said.send(end_of(flow)));
    let end = heard.recv_timeout(SOON).map_err(|_| "did not end".to_owned())?;
    let _ = work.unwrap().join();
    let used = memory("VmHWM:").saturating_sub(before);
    if used > MEMORY { Err(format!("took {used} kB")) } else { Ok(end) }
}

fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
    line.and_then(|size| size.parse().ok()).unwrap_or(0)
}

fn flow(param: &str, source: &str) -> Value {
    json!({
        "nodes": [
            {"id": "start", "type": "trigger.manual"},
            {"id": "n", "type": "transform", "data": {"params": {param: source}}},
        ],
        "edges": [{"id": "e", "source": "start", "target": "n"}],
    })
}

fn end_of(flow: Value) -> End {
    let flow = FlowDocument::parse(flow).map_err(|error| error.to_string())?;
    let plan = Plan::compile(&flow).map_err(|faults| format!("{}: {}", faults[0].code, faults[0].message))?;
    let scope = Scope { trigger: trigger(), vars: json!({}), run: json!({}) };
    let said = |error: StepError| format!("{}: {}", error.code, error.message);
    let mut execution = Execution::start(Arc::new(plan), "start", scope).map_err(said)?;
    let now = Now { ms: 0, text: "2026-01-01T00:00:00Z" };
    let mut next = Next::Busy;
    while next == Next::Busy {
        next = execution.next(now, 1, Effort::Full);
    }
    match next {
        Next::Done(Outcome::Succeeded { output, .. }) => Ok(output),
        Next::Done(Outcome::Failed { error, .. }) => Err(said(error)),
        other => Err(format!("{other:?}")),
    }
}

/// As much as a run may start with, in several shapes.
fn trigger() -> Value {
    let row = |n: u32| json!({"id": n, "name": format!("Name {n}"), "status": "open"});
    json!({
        "text": "x".repeat(200_000),
        "other": "y".repeat(100_000),
        "quotes": "\"".repeat(100_000),
        "numbers": (0..20_000).collect::<Vec<_>>(),
        "nested": [[vec![1; 20_000]]],
        "again": [[vec![1; 20_000]]],
        "lists": vec![vec![1; 200]; 100],
        "rows": (0..1_000).map(row).collect::<Vec<_>>(),
        "huge": vec![1e300; 2_000],
        "map": {"a": 1, "b": [1, 2]},
        "name": "Ada",
        "n": 7,
    })
}
