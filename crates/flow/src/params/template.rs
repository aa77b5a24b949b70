use serde_json::{Map, Value};

use crate::StepError;
use crate::expression::{Escape, Expr, Given, Room, Templates, is_plain};

/// A JSON value whose texts may be templates.
#[derive(Debug)]
pub(crate) enum Template {
    /// Nothing to render.
    Constant(Value),
    /// A text that is one expression: it yields the value of that.
    Value(Expr),
    /// A text with something to fill in, by its name among the flow's templates.
    Text(String),
    Array(Vec<Template>),
    Object(Vec<(String, Template)>),
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with it, for the person who wrote it.
    pub(crate) fn text(source: &str, templates: &mut Templates, escape: Escape) -> Result<Self, String> {
        if is_plain(source) {
            return Ok(Self::Constant(Value::String(source.to_owned())));
        }
        // As a value, nothing could be escaped.
        if let Some(code) = only_expression(source).filter(|_| escape == Escape::Nothing)
            && let Ok(expr) = Expr::compile(code)
        {
            return Ok(Self::Value(expr));
        }
        templates.add(source, escape).map(Self::Text)
    }

    pub(super) fn into_constant(self) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(value),
            Self::Value(_) | Self::Text(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// Fills in.
    ///
    /// # Errors
    /// The [`StepError`] of the first expression that fails.
    pub(crate) fn render(&self, templates: &Templates, given: &Given) -> Result<Value, StepError> {
        self.fill(templates, given, &mut Room::new())
    }

    fn fill(&self, templates: &Templates, given: &Given, room: &mut Room) -> Result<Value, StepError> {
        let value = match self {
            Self::Constant(value) => given.meter.handle_value(value).map(|()| value.clone()),
            Self::Value(expr) => expr.json(given),
            Self::Text(name) => templates.render(name, given).map(Value::String),
            Self::Array(items) => {
                return items.iter().map(|item| item.fill(templates, given, room)).collect();
            }
            Self::Object(fields) => {
                let mut object = Map::new();
                for (key, field) in fields {
                    let value = field.fill(templates, given, room);
                    object.insert(key.clone(), value.map_err(|error| at(key, error))?);
                }
                return Ok(Value::Object(object));
            }
        }?;
        // Each may be as large as all together.
        room.take(&value)?;
        Ok(value)
    }
}

/// Says in which parameter an error arose.
fn at(key: &str, error: StepError) -> StepError {
    StepError { message: format!("{key}: {}", error.message), ..error }
}

/// The code of a text that looks like nothing but one expression.
fn only_expression(source: &str) -> Option<&str> {
    let code = source.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let code = code.strip_prefix(['-', '+']).unwrap_or(code);
    Some(code.strip_suffix(['-', '+']).unwrap_or(code))
}
