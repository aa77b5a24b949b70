//! Runs that compute for long.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kairo_domain::{Actor, Job, RunId, RunPhase};
use kairo_memory::MemoryStore;
use kairo_ports::{Compute, Store};
use kairo_use_cases::Ports;
use serde_json::json;

use super::flow;
use crate::runs::{lead, notes};
use crate::world::World;

/// Notes how many steps of a run are kept whenever something is computed.
struct Watching {
    store: Arc<MemoryStore>,
    run: RunId,
    kept: Arc<Mutex<Vec<usize>>>,
}

#[async_trait]
impl Compute for Watching {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) {
        let mut unit = self.store.begin_read(&Actor::System).await.unwrap();
        let steps = unit.runs().steps(self.run, 0, u16::MAX).await.unwrap().len();
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(steps);
        work();
    }
}

#[tokio::test]
async fn a_run_that_computes_for_long_is_kept_piece_by_piece() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let costly = "{{ range(0, 2000) | sum }}";
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("note", "lead.note", json!({"lead": lead, "text": "once"})),
        ("each", "forEach", json!({"items": "range(0, 300)"})),
        ("sum", "transform", json!({"value": costly})),
        ("end", "transform", json!({"value": "done"})),
    ];
    let edges = ["t>note", "note>each", "each/item>sum", "each/done>end"];
    let automation = world.active(&world.as_team(), flow(&nodes, &edges)).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let compute = Watching { store: Arc::clone(&world.store), run, kept: Arc::clone(&kept) };
    let studio = world.process(|ports| Ports { compute: Arc::new(compute), ..ports });
    studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
    assert_eq!(world.phase(run).await, RunPhase::Success);
    assert_eq!(notes(&world, &lead).await, ["once"]);
    let kept = kept.lock().unwrap().clone();
    assert!(kept.len() > 3 && kept[0] >= 1, "{kept:?}");
    assert!(kept.is_sorted_by(|before, after| before < after), "{kept:?}");
}
