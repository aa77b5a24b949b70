//! Automations that are drawn, activated and run in memory, with a worker that is driven by hand.

use kairo_domain::{
    Actor, Automation, AutomationId, AutomationSettings, AutomationStatus, NewAutomation, Run, RunId,
    RunPhase, RunState, Seen, Step, Title,
};
use kairo_flow::{FlowDocument, StepState};
use kairo_use_cases::{MoveAutomation, Outcome, StartRun, Studio};
use serde_json::{Value, json};

use crate::world::World;

mod computing;
mod outside;
mod told;
mod turns;

/// A flow of nodes `(id, kind, params)` and edges such as `a>b` or `a:error>b`.
pub(crate) fn flow(nodes: &[(&str, &str, Value)], edges: &[&str]) -> FlowDocument {
    let nodes: Vec<_> = nodes
        .iter()
        .map(|(id, kind, params)| {
            let position = json!({"x": 0, "y": 0});
            let mut node = json!({"id": id, "type": kind, "position": position, "data": {"params": params}});
            if let Some(more) = params.get("$data") {
                let mut params = params.clone();
                params.as_object_mut().unwrap().remove("$data");
                node["data"] = more.clone();
                node["data"]["params"] = params;
            }
            node
        })
        .collect();
    let edges: Vec<_> = edges
        .iter()
        .enumerate()
        .map(|(at, edge)| {
            let (from, target) = edge.split_once('>').unwrap();
            let (source, port) = from.split_once('/').map_or((from, None), |(node, port)| (node, Some(port)));
            json!({"id": format!("e{at}"), "source": source, "sourceHandle": port, "target": target})
        })
        .collect();
    FlowDocument::parse(json!({"nodes": nodes, "edges": edges})).unwrap()
}

/// An automation that is to be made, with the default settings.
pub(crate) fn new(title: &str, flow: FlowDocument) -> NewAutomation {
    let settings = AutomationSettings::default();
    NewAutomation { title: Title::parse(title).unwrap(), description: None, flow, settings }
}

pub(crate) fn done<T>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(value) => value,
        Outcome::Replayed(_) => panic!("nothing was done before"),
    }
}

/// Does every job that is due until there is none, as a worker of this studio.
pub(crate) async fn work(world: &World, studio: &Studio) {
    loop {
        let jobs = world.store.take_due_jobs(world.now());
        if jobs.is_empty() {
            return;
        }
        for job in jobs {
            studio.jobs().perform(&job).await.unwrap();
        }
    }
}

impl World {
    pub(crate) async fn draft(&self, actor: &Actor, new: NewAutomation) -> Automation {
        done(self.studio.automations().create(actor, new, None).await.unwrap())
    }

    pub(crate) async fn set(&self, actor: &Actor, id: AutomationId, to: AutomationStatus) -> Automation {
        let order = MoveAutomation { automation: id, to, seen: Seen::Anything };
        done(self.studio.automations().move_to(actor, order, None).await.unwrap())
    }

    pub(crate) async fn active(&self, actor: &Actor, flow: FlowDocument) -> Automation {
        let automation = self.draft(actor, new("Flow", flow)).await;
        self.set(actor, automation.id, AutomationStatus::Active).await
    }

    /// Fires an automation by hand; nothing is done yet.
    pub(crate) async fn fire(&self, actor: &Actor, automation: AutomationId, input: Value) -> RunId {
        let order = StartRun { automation, trigger: None, input };
        done(self.studio.runs().start(actor, order, None).await.unwrap()).id
    }

    /// Does whatever is due.
    pub(crate) async fn work(&self) {
        work(self, &self.studio).await;
    }

    pub(crate) async fn run(&self, id: RunId) -> Run {
        self.studio.runs().get(&Actor::System, id).await.unwrap()
    }

    pub(crate) async fn phase(&self, id: RunId) -> RunPhase {
        self.run(id).await.phase()
    }

    pub(crate) async fn steps(&self, id: RunId) -> Vec<Step> {
        self.studio.runs().steps(&Actor::System, id, 0, 1_000).await.unwrap().1
    }

    /// What the run came to, and the code of its error if it failed.
    pub(crate) async fn outcome(&self, id: RunId) -> Result<Value, String> {
        match self.run(id).await.state.clone() {
            RunState::Success { output, .. } => Ok(output),
            RunState::Failed { failure, .. } => Err(failure.code),
            open => panic!("the run has not ended: {open:?}"),
        }
    }

    /// The steps that came to an end, as `node` or `node:iteration`, in order.
    pub(crate) async fn done_steps(&self, id: RunId) -> Vec<String> {
        let steps = self.steps(id).await;
        let ended = steps.iter().filter(|step| matches!(step.record.state, StepState::Done { .. }));
        ended.map(|step| step.record.key.to_string().trim_end_matches(':').to_owned()).collect()
    }
}
