use std::sync::{Arc, OnceLock};

use minijinja::value::{Enumerator, Object};
use serde_json::Value;

use crate::Scope;
use crate::expression::{Given, Meter, refused, to_view};
use crate::plan::Plan;

/// A value that expressions may want to see: it is translated for them once, and only if one does.
#[derive(Debug)]
pub(crate) struct Kept {
    json: Value,
    view: OnceLock<minijinja::Value>,
}

impl Kept {
    pub(super) const fn new(json: Value) -> Self {
        Self { json, view: OnceLock::new() }
    }

    pub(super) const fn json(&self) -> &Value {
        &self.json
    }

    fn view(&self, meter: &Meter) -> minijinja::Value {
        view(&self.view, &self.json, meter)
    }
}

/// Shows a value. It may be so large that it takes too long, and then whoever looks at it finds the error.
fn view(shown: &OnceLock<minijinja::Value>, json: &Value, meter: &Meter) -> minijinja::Value {
    if shown.get().is_none()
        && let Err(error) = meter.handle_value(json)
    {
        return refused(error).into();
    }
    shown.get_or_init(|| to_view(json)).clone()
}

/// What is the same for all expressions of a run.
#[derive(Debug)]
pub(super) struct Background {
    pub(super) trigger: Kept,
    vars: Kept,
    run: Kept,
}

impl Background {
    pub(super) fn new(scope: Scope) -> Self {
        Self { trigger: Kept::new(scope.trigger), vars: Kept::new(scope.vars), run: Kept::new(scope.run) }
    }
}

/// What the steps of a row left: the outermost row, or that of one iteration.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) plan: Arc<Plan>,
    /// The row around it.
    pub(super) outer: Option<Arc<Self>>,
    /// The loop that it is an iteration of.
    pub(super) owner: Option<usize>,
    pub(super) item: Option<Item>,
    outputs: Vec<OnceLock<Kept>>,
}

/// What an iteration is about.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) items: Arc<Vec<Value>>,
    pub(super) index: usize,
    view: OnceLock<minijinja::Value>,
}

impl Item {
    pub(super) const fn new(items: Arc<Vec<Value>>, index: usize) -> Self {
        Self { items, index, view: OnceLock::new() }
    }

    pub(super) fn json(&self) -> &Value {
        &self.items[self.index]
    }

    fn view(&self, meter: &Meter) -> minijinja::Value {
        view(&self.view, self.json(), meter)
    }
}

impl Row {
    pub(super) fn new(
        plan: Arc<Plan>,
        outer: Option<Arc<Self>>,
        owner: Option<usize>,
        item: Option<Item>,
    ) -> Self {
        let outputs = plan.members(owner).nodes.iter().map(|_| OnceLock::new()).collect();
        Self { plan, outer, owner, item, outputs }
    }

    /// Keeps what a step left; a step leaves something once.
    pub(super) fn keep(&self, slot: usize, output: Value) {
        // Setting fails only for a step that was kept already, and then the first value stands.
        let _ = self.outputs[slot].set(Kept::new(output));
    }

    pub(super) fn output(&self, slot: usize) -> Option<&Value> {
        self.outputs[slot].get().map(Kept::json)
    }

    fn lookup(&self, viewer: usize, id: &str, meter: &Meter) -> Option<minijinja::Value> {
        let at = *self.plan.index.get(id).filter(|at| self.sees(viewer, **at))?;
        let node = &self.plan.nodes[at];
        let mut row = Some(self);
        while let Some(here) = row {
            if here.owner == node.around {
                return here.outputs[node.slot].get().map(|output| output.view(meter));
            }
            row = here.outer.as_deref();
        }
        None
    }

    /// A node sees what lies before it, and nothing that merely happened to be quicker: so it sees the same whatever
    /// the order. A loop that ends an iteration sees what is in its body besides.
    fn sees(&self, viewer: usize, node: usize) -> bool {
        self.plan.is_before(node, viewer)
            || (self.owner == Some(viewer) && self.plan.nodes[node].around == Some(viewer))
    }

    /// The ids of the steps that left something, the innermost row first.
    fn ids(&self, viewer: usize) -> Vec<minijinja::Value> {
        let mut ids = Vec::new();
        let mut row = Some(self);
        while let Some(here) = row {
            let members = &here.plan.members(here.owner).nodes;
            let done = members
                .iter()
                .zip(&here.outputs)
                .filter(|(at, output)| output.get().is_some() && self.sees(viewer, **at));
            ids.extend(done.map(|(at, _)| minijinja::Value::from(here.plan.nodes[*at].id.as_str())));
            row = here.outer.as_deref();
        }
        ids
    }
}

/// The names that an expression may use.
#[derive(Debug)]
pub(crate) struct Names {
    background: Arc<Background>,
    /// The row, and the node in it that asks.
    place: Option<(Arc<Row>, usize)>,
    now: Arc<str>,
    meter: Arc<Meter>,
}

impl Names {
    pub(super) fn inside(
        background: &Arc<Background>,
        row: &Arc<Row>,
        node: usize,
        now: &Arc<str>,
        meter: &Arc<Meter>,
    ) -> Given {
        Self {
            background: Arc::clone(background),
            place: Some((Arc::clone(row), node)),
            now: Arc::clone(now),
            meter: Arc::clone(meter),
        }
        .given()
    }

    /// The names before a run has begun.
    pub(crate) fn outside(scope: Scope, now: &str, meter: &Arc<Meter>) -> Given {
        let (background, meter) = (Arc::new(Background::new(scope)), Arc::clone(meter));
        Self { background, place: None, now: now.into(), meter }.given()
    }

    fn given(self) -> Given {
        let meter = Arc::clone(&self.meter);
        Given { names: minijinja::Value::from_object(self), meter }
    }

    fn item(&self) -> Option<&Item> {
        self.place.as_ref()?.0.item.as_ref()
    }
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &minijinja::Value) -> Option<minijinja::Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<minijinja::Value> {
        match key {
            "trigger" => Some(self.background.trigger.view(&self.meter)),
            "vars" => Some(self.background.vars.view(&self.meter)),
            "run" => Some(self.background.run.view(&self.meter)),
            "steps" => {
                let (row, viewer) = self.place.as_ref()?;
                let (row, meter) = (Arc::clone(row), Arc::clone(&self.meter));
                Some(minijinja::Value::from_object(Steps { row, viewer: *viewer, meter }))
            }
            "item" => Some(self.item()?.view(&self.meter)),
            "index" => Some(minijinja::Value::from(self.item()?.index)),
            "now" => Some(minijinja::Value::from(Arc::clone(&self.now))),
            other => self.meter.named(other),
        }
    }
}

/// What expressions see as `steps`.
#[derive(Debug)]
struct Steps {
    row: Arc<Row>,
    viewer: usize,
    meter: Arc<Meter>,
}

impl Object for Steps {
    fn get_value(self: &Arc<Self>, key: &minijinja::Value) -> Option<minijinja::Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<minijinja::Value> {
        self.row.lookup(self.viewer, key, &self.meter)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.row.ids(self.viewer))
    }
}
