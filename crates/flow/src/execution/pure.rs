use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Execution;
use crate::params::Template;
use crate::plan::{Case, CaseTest, MergeMode, Step};
use crate::{StepError, StepState};

impl Execution {
    /// Does a step that needs nobody else.
    pub(super) fn compute(&self, frame: usize, node: usize) -> StepState {
        self.evaluate(frame, node).unwrap_or_else(|error| self.failure(node, error))
    }

    fn evaluate(&self, frame: usize, node: usize) -> Result<StepState, StepError> {
        let plan = Arc::clone(&self.plan);
        let render = |template: &Template| template.render(&plan.templates, &self.names(frame, node));
        Ok(match &plan.nodes[node].step {
            Step::Transform(value) => through("out", render(value)?),
            Step::Compute(expression) => through("out", expression.json(self.names(frame, node))?),
            Step::If(condition) => {
                let holds = condition.holds(self.names(frame, node))?;
                through(if holds { "true" } else { "false" }, Value::Bool(holds))
            }
            Step::Filter(condition) => {
                let holds = condition.holds(self.names(frame, node))?;
                through(if holds { "out" } else { "" }, Value::Bool(holds))
            }
            Step::Switch { value, cases } => {
                let value = value.json(self.names(frame, node))?;
                through(self.fitting((frame, node), &value, cases)?, value)
            }
            Step::Merge(mode) => through("out", self.merged(frame, node, *mode)),
            Step::Fail { message } => {
                let error = StepError::permanent("failed_by_flow", as_text(&render(message)?));
                StepState::Failed { error, port: None }
            }
            Step::Stop { message, output } => {
                let message = message.as_ref().map(&render).transpose()?.map(|message| as_text(&message));
                let output = output.as_ref().map(&render).transpose()?;
                through("", json!({"message": message, "output": output}))
            }
            Step::Trigger { .. } | Step::Effect { .. } | Step::ForEach { .. } | Step::Drawing => {
                through("", Value::Null)
            }
        })
    }

    fn fitting<'a>(
        &self,
        (frame, node): (usize, usize),
        value: &Value,
        cases: &'a [Case],
    ) -> Result<&'a str, StepError> {
        for case in cases {
            let fits = match &case.test {
                CaseTest::Condition(condition) => condition.holds(self.names(frame, node))?,
                CaseTest::Equals(other) => {
                    is_same(value, &other.render(&self.plan.templates, &self.names(frame, node))?)
                }
            };
            if fits {
                return Ok(&case.port);
            }
        }
        Ok("default")
    }

    fn merged(&self, frame: usize, node: usize, mode: MergeMode) -> Value {
        let here = self.frames.get(frame);
        let arrivals = here.arrivals(self.plan.nodes[node].slot);
        let in_order = || self.plan.nodes[node].entering.iter().filter(|edge| arrivals.contains(edge));
        match mode {
            MergeMode::Any => arrivals.first().map_or(Value::Null, |edge| self.brought(frame, *edge).clone()),
            MergeMode::All => {
                let outputs = in_order().map(|edge| {
                    let from = self.plan.edges[*edge].from;
                    (self.plan.nodes[from].id.clone(), self.brought(frame, *edge).clone())
                });
                Value::Object(outputs.collect::<Map<_, _>>())
            }
            MergeMode::Append => {
                let mut list = Vec::new();
                for edge in in_order() {
                    match self.brought(frame, *edge) {
                        Value::Array(items) => list.extend_from_slice(items),
                        single => list.push(single.clone()),
                    }
                }
                Value::Array(list)
            }
        }
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
