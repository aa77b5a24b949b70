//! How long it takes to check the largest flow: 1,000 nodes, nearly 4,000 edges, an expression in each node. Beside it,
//! parsing the same document as JSON.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a script ends where a step fails, and its output is what it is for"
)]

use std::hint::black_box;
use std::time::Instant;

use clap::Parser;
use kairo_bench::{Figures, report};
use kairo_flow::{FlowDocument, MAX_NODES, check};
use serde_json::{Value, json};

/// How long it takes to check a large flow, beside parsing it.
#[derive(Parser)]
struct Args {
    /// How many nodes the flow has
    #[arg(long, default_value_t = MAX_NODES)]
    nodes: usize,
    /// How often it is checked
    #[arg(long, default_value_t = 200)]
    times: u32,
}

fn main() {
    let Args { nodes, times } = Args::parse();
    let text = drawn(nodes).to_string();
    let flow = FlowDocument::parse(serde_json::from_str(&text).unwrap()).unwrap();
    assert_eq!(check(&flow), [], "the flow has no fault: all rules are gone through");
    let [drawn, joined] = ["nodes", "edges"].map(|list| flow.as_json()[list].as_array().map_or(0, Vec::len));
    println!("{drawn} nodes, {joined} edges, {} bytes", text.len());
    let (mut checks, mut parses) = (Figures::default(), Figures::default());
    // In turn, so that whatever else the machine does meets both.
    for _ in 0..times {
        checks.add(timed(|| check(black_box(&flow))));
        parses.add(timed(|| serde_json::from_str::<Value>(black_box(&text))));
    }
    report("checking the flow", &checks, "parsing it as JSON", &parses);
}

fn timed<T>(work: impl FnOnce() -> T) -> std::time::Duration {
    let begun = Instant::now();
    let done = work();
    let took = begun.elapsed();
    // Freeing it is not part of the work.
    black_box(done);
    took
}

/// Each node greets by an expression, and hangs on up to four others before it.
fn drawn(nodes: usize) -> Value {
    let node = |at: usize| {
        let (kind, data) = match at {
            0 => ("trigger.manual", json!({})),
            _ => {
                let value =
                    format!("Hello {{{{ trigger.name }}}}, number {{% if {at} > 1 %}}{at}{{% endif %}}");
                ("transform", json!({"params": {"value": value}}))
            }
        };
        json!({"id": format!("n{at}"), "type": kind, "position": {"x": at, "y": 10}, "data": data})
    };
    let before = |at: usize| [0, at / 2, at / 3, at - 1].map(|from| (from, at));
    let edge = |(id, (from, to)): (usize, (usize, usize))| json!({"id": format!("e{id}"), "source": format!("n{from}"), "target": format!("n{to}")});
    let edges: Vec<_> = (1..nodes).flat_map(before).enumerate().map(edge).collect();
    json!({"nodes": (0..nodes).map(node).collect::<Vec<_>>(), "edges": edges})
}
