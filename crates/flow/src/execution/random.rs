use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::{Effect, EffectKind, Effort, FlowDocument};

/// Numbers that look random and come again from the same seed.
#[derive(Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// A number below the bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = Dice::new(self.0).0;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }
}

/// Which flows are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawing {
    /// Any.
    Any,
    /// Those whose outcome depends on no order: nothing ends them early, and no merge takes the first.
    Confluent,
}

/// A flow that has no fault, drawn by dice.
pub(super) fn flow(dice: &mut Dice, drawing: Drawing) -> Arc<Plan> {
    let mut artist = Artist { dice, drawing, nodes: Vec::new(), edges: Vec::new() };
    artist.node("start", "trigger.manual", json!({}), json!({}));
    artist.block(0, &[("start".into(), "out".into())]);
    let flow = FlowDocument::parse(json!({"nodes": artist.nodes, "edges": artist.edges})).unwrap();
    Arc::new(Plan::compile(&flow).unwrap_or_else(|faults| panic!("{faults:?}\n{}", flow.as_json())))
}

struct Artist<'a> {
    dice: &'a mut Dice,
    drawing: Drawing,
    nodes: Vec<Value>,
    edges: Vec<Value>,
}

impl Artist<'_> {
    fn node(&mut self, id: &str, kind: &str, params: Value, mut data: Value) {
        data["params"] = params;
        self.nodes.push(json!({"id": id, "type": kind, "data": data}));
    }

    /// Draws nodes that hang on the open ports, which all lie in one body.
    fn block(&mut self, depth: usize, entry: &[(String, String)]) {
        let mut open = entry.to_vec();
        for _ in 0..1 + self.dice.below(if depth == 0 { 9 } else { 4 }) {
            let id = format!("n{}", self.nodes.len());
            for edge in 0..1 + self.dice.below(3) {
                let (source, port) = open[self.dice.below(open.len())].clone();
                let edge = format!("{id}-{edge}");
                self.edges.push(json!({"id": edge, "source": source, "sourceHandle": port, "target": id}));
            }
            open.extend(self.draw(&id, depth).into_iter().map(|port| (id.clone(), port.to_owned())));
        }
    }

    /// Draws one node, and gives its ports.
    fn draw(&mut self, id: &str, depth: usize) -> Vec<&'static str> {
        let mut data = json!({"disabled": self.dice.one_in(8)});
        let (kind, params, ports): (_, _, &[&'static str]) = match self.dice.below(15) {
            0 => ("if", json!({"condition": self.coin()}), &["true", "false"]),
            1 => ("filter", json!({"condition": self.coin()}), &["out"]),
            2 => {
                let cases = json!([{"key": "a", "condition": self.coin()}, {"key": "b", "equals": 1}]);
                ("switch", json!({"value": "1", "cases": cases}), &["case:a", "case:b", "default"])
            }
            3 | 4 => ("merge", json!({"mode": self.mode()}), &["out"]),
            5 | 6 if depth < 3 => return self.draw_loop(id, depth),
            7 => (
                "transform",
                json!({"value": {"at": "{{ index | default(none) }}", "trigger": "{{ trigger }}"}}),
                &["out", "error"],
            ),
            8 if self.drawing == Drawing::Any && self.dice.one_in(3) => ("stop", json!({"output": id}), &[]),
            9 if self.drawing == Drawing::Any && self.dice.one_in(3) => ("fail", json!({"message": id}), &[]),
            10 => ("wait", json!({"seconds": 1}), &["out"]),
            11 => (
                "transform",
                json!({"value": ["{{ range(40) | list | length }}", "{{ trigger }}s"]}),
                &["out"],
            ),
            12 => {
                data["onError"] = json!("continue");
                ("transform", json!({"value": ["{{ range(9) | list }}", "{{ nobody }}"]}), &["out"])
            }
            _ => return self.draw_request(id),
        };
        self.node(id, kind, params, data);
        ports.to_vec()
    }

    fn draw_loop(&mut self, id: &str, depth: usize) -> Vec<&'static str> {
        let mut params = json!({
            "items": format!("range({})", self.dice.below(4)),
            "concurrency": 1 + self.dice.below(3),
        });
        if self.dice.one_in(2) {
            params["result"] = json!("[index, steps]");
        }
        let data = json!({"disabled": self.dice.one_in(8)});
        self.node(id, "forEach", params, data);
        if !self.dice.one_in(4) {
            self.block(depth + 1, &[(id.to_owned(), "item".to_owned())]);
        }
        vec!["done"]
    }

    fn draw_request(&mut self, id: &str) -> Vec<&'static str> {
        let ways = ["branch", "continue", "fail"];
        let way = ways[self.dice.below(if self.drawing == Drawing::Any { 3 } else { 2 })];
        let urls = ["https://a.example/{{ index | default(0) }}", "{{ range(30) | join }}", "{{ nobody }}"];
        let params = json!({"method": "GET", "url": urls[self.dice.below(3)]});
        self.node(id, "http.request", params, json!({"onError": way}));
        vec!["out", "error"]
    }

    fn coin(&mut self) -> &'static str {
        ["true", "false", "index is defined and index is odd"][self.dice.below(3)]
    }

    fn mode(&mut self) -> &'static str {
        let modes = if self.drawing == Drawing::Any { 3 } else { 2 };
        ["all", "append", "any"][self.dice.below(modes)]
    }
}

/// Does what a run needs, by dice; what comes of an effect depends on the effect alone.
pub(super) struct Driver {
    pub(super) dice: Dice,
    /// Whether effects are done one at a time, in the order they are offered.
    pub(super) in_order: bool,
    pub(super) now_ms: i64,
    /// Cuts the run into calls that may do next to nothing.
    knife: Option<Dice>,
    /// What was offered, in that order.
    pub(super) offered: Vec<(StepKey, u32)>,
    under_way: Vec<Effect>,
}

/// So little that a call does a few tasks at most, and gives up many evaluations on the way.
fn slice(knife: &mut Dice) -> Budget {
    match knife.one_in(2) {
        true => Budget::new(Effort::Light, knife.below(60) as u64),
        false => Budget::new(Effort::Full, 1 + knife.below(4) as u64),
    }
}

/// How a run went: its records with the times they were taken at, and how it ended.
pub(super) type Course = (Vec<(i64, StepRecord)>, Outcome);

impl Driver {
    pub(super) fn new(dice: Dice, in_order: bool, now_ms: i64) -> Self {
        Self { dice, in_order, now_ms, knife: None, offered: Vec::new(), under_way: Vec::new() }
    }

    /// The same, but in many calls.
    pub(super) fn in_slices(self, knife: Dice) -> Self {
        Self { knife: Some(knife), ..self }
    }

    /// Drives a run to its end.
    pub(super) fn drive(&mut self, execution: &mut Execution) -> Course {
        let mut course = Vec::new();
        for _ in 0..20_000 {
            let limit = if self.in_order { 1 } else { 1 + self.dice.below(4) };
            let next = self.next(execution, limit, &mut course);
            match next {
                Next::Done(outcome) => return (course, outcome),
                Next::Act(effects) => {
                    self.offered.extend(effects.iter().map(|effect| (effect.key.clone(), effect.attempt)));
                    self.under_way.extend(effects);
                    while self.in_order && !self.under_way.is_empty()
                        || self.dice.one_in(2) && !self.under_way.is_empty()
                    {
                        self.act(execution);
                    }
                }
                Next::Busy => unreachable!("it was gone on with"),
                Next::Idle { .. } if !self.under_way.is_empty() => self.act(execution),
                Next::Idle { until_ms } => self.now_ms = until_ms.expect("something wakes the run"),
            }
            self.gather(execution, &mut course);
        }
        panic!("the run does not end");
    }

    /// Calls until there is something to do. What is under way may end in between, unless it is done in order.
    fn next(&mut self, execution: &mut Execution, limit: usize, course: &mut Vec<(i64, StepRecord)>) -> Next {
        let now = Now { ms: self.now_ms, text: "2026-01-01T00:00:00Z" };
        loop {
            execution.budget = self.knife.as_mut().map_or(Budget::new(Effort::Full, u64::MAX), slice);
            let next = execution.go_on(now, limit);
            self.gather(execution, course);
            if next != Next::Busy {
                return next;
            }
            if !self.in_order && !self.under_way.is_empty() && self.dice.one_in(4) {
                self.act(execution);
                self.gather(execution, course);
            }
        }
    }

    fn gather(&self, execution: &mut Execution, course: &mut Vec<(i64, StepRecord)>) {
        course.extend(execution.take_records().into_iter().map(|record| (self.now_ms, record)));
    }

    fn act(&mut self, execution: &mut Execution) {
        let at = if self.in_order { 0 } else { self.dice.below(self.under_way.len()) };
        let effect = self.under_way.remove(at);
        let mut fate = Dice::new(&effect.key);
        let holds = fate.below(3);
        if usize::try_from(effect.attempt).unwrap() <= holds {
            let until = self.now_ms + i64::try_from(fate.below(3)).unwrap();
            execution.hold(&effect.key, Some(until), json!({"attempt": effect.attempt}));
        } else if matches!(effect.kind, EffectKind::Http(_)) && fate.one_in(3) {
            execution.learned(&effect.key, Err(StepError::permanent("no", effect.key.to_string())));
        } else {
            execution
                .learned(&effect.key, Ok(json!({"of": effect.key.to_string(), "number": fate.below(9)})));
        }
    }
}
