use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Execution;
use super::budget::Busy;
use crate::expression::{Given, Meter, Room};
use crate::plan::{Case, CaseTest, MergeMode, Step};
use crate::{StepError, StepState};

impl Execution {
    /// Does a step that needs nobody else.
    pub(super) fn compute(&mut self, frame: usize, node: usize) -> Result<StepState, Busy> {
        let state = self.attempt(|run, meter| run.evaluate(frame, node, meter))?;
        Ok(state.unwrap_or_else(|error| self.failure(node, error)))
    }

    fn evaluate(&self, frame: usize, node: usize, meter: &Arc<Meter>) -> Result<StepState, StepError> {
        let templates = &self.plan.templates;
        let given = &self.given(frame, node, meter);
        Ok(match &self.plan.nodes[node].step {
            Step::Transform(value) => through("out", value.render(templates, given)?),
            Step::Compute(expression) => through("out", expression.json(given)?),
            Step::If(condition) => {
                let holds = condition.holds(given)?;
                through(if holds { "true" } else { "false" }, Value::Bool(holds))
            }
            Step::Filter(condition) => {
                let holds = condition.holds(given)?;
                through(if holds { "out" } else { "" }, Value::Bool(holds))
            }
            Step::Switch { value, cases } => {
                let value = value.json(given)?;
                through(self.fitting(given, &value, cases)?, value)
            }
            Step::Merge(mode) => through("out", self.merged(frame, node, *mode, meter)?),
            Step::Fail { message } => {
                let message = as_text(&message.render(templates, given)?);
                StepState::Failed { error: StepError::permanent("failed_by_flow", message), port: None }
            }
            Step::Stop { message, output } => {
                let message = message.as_ref().map(|message| message.render(templates, given)).transpose()?;
                let message = message.map(|message| as_text(&message));
                let output = output.as_ref().map(|output| output.render(templates, given)).transpose()?;
                through("", json!({"message": message, "output": output}))
            }
            Step::Trigger { .. } | Step::Effect { .. } | Step::ForEach { .. } | Step::Drawing => {
                through("", Value::Null)
            }
        })
    }

    fn fitting<'a>(&self, given: &Given, value: &Value, cases: &'a [Case]) -> Result<&'a str, StepError> {
        for case in cases {
            let fits = match &case.test {
                CaseTest::Condition(condition) => condition.holds(given)?,
                CaseTest::Equals(other) => is_same(value, &other.render(&self.plan.templates, given)?),
            };
            if fits {
                return Ok(&case.port);
            }
        }
        Ok("default")
    }

    /// Brings together what came along the edges. It may be far more than a value may hold, which is found out before
    /// it is there.
    fn merged(&self, frame: usize, node: usize, mode: MergeMode, meter: &Meter) -> Result<Value, StepError> {
        let here = self.frames.get(frame);
        let arrivals = here.arrivals(self.plan.nodes[node].slot);
        let in_order = || self.plan.nodes[node].entering.iter().filter(|edge| arrivals.contains(edge));
        let mut room = Room::new();
        Ok(match mode {
            MergeMode::Any => match arrivals.first() {
                Some(edge) => taken(self.brought(frame, *edge), meter)?,
                None => Value::Null,
            },
            MergeMode::All => {
                let mut outputs = Map::new();
                for edge in in_order() {
                    let from = &self.plan.nodes[self.plan.edges[*edge].from].id;
                    if !outputs.contains_key(from) {
                        let output = self.brought(frame, *edge);
                        room.take(output)?;
                        outputs.insert(from.clone(), taken(output, meter)?);
                    }
                }
                Value::Object(outputs)
            }
            MergeMode::Append => {
                let mut list = Vec::new();
                for edge in in_order() {
                    let output = self.brought(frame, *edge);
                    room.take_parts(output)?;
                    match taken(output, meter)? {
                        Value::Array(items) => list.extend(items),
                        single => list.push(single),
                    }
                }
                Value::Array(list)
            }
        })
    }

    /// What comes along an edge: the output of the step it leaves.
    fn brought(&self, frame: usize, edge: usize) -> &Value {
        let edge = &self.plan.edges[edge];
        let row = &self.frames.get(frame).row;
        let output = if edge.enters_body {
            row.item.as_ref().map(super::names::Item::json)
        } else {
            row.output(self.plan.nodes[edge.from].slot)
        };
        output.unwrap_or(&Value::Null)
    }
}

fn taken(value: &Value, meter: &Meter) -> Result<Value, StepError> {
    meter.handle_value(value)?;
    Ok(value.clone())
}

fn through(port: &str, output: Value) -> StepState {
    StepState::Done { port: port.to_owned(), output }
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Numbers are the same when they are equal, however they are written.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(left), Some(right)) => one == other || (one.is_f64() != other.is_f64() && left == right),
        _ => one == other,
    }
}
