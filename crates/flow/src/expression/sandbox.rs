use std::error::Error;
use std::io;
use std::sync::LazyLock;

use minijinja::{Environment, ErrorKind, Expression, Output, State, UndefinedBehavior, escape_formatter};
use serde_json::Value;

use super::convert::{MAX_JSON, to_json, too_large};
use super::meter::{self, FUEL, Given, Meter, too_costly};
use super::weight::Weight;
use super::{parse, priced, scan};
use crate::StepError;

/// What a value costs that comes out of a text of JSON; most of it is the memory.
const FUEL_TO_PARSE: u64 = 2;
/// How deep one evaluation may call itself.
const RECURSION: usize = 40;

static SANDBOX: LazyLock<Environment<'static>> = LazyLock::new(sandbox);

/// The environment of every expression: no loader, no host function, nothing that outlives an evaluation.
fn sandbox() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION);
    // An error names what is undefined only in this mode.
    environment.set_debug(true);
    // A namespace could nest values without a bound; `debug` shows the insides of the engine.
    environment.remove_global("namespace");
    environment.remove_global("debug");
    // The language's own would indent by any number of spaces, which no fuel is charged for.
    environment.add_filter("tojson", as_json);
    environment.remove_filter("pprint");
    priced::add(&mut environment);
    meter::add(&mut environment);
    environment.add_filter("fromjson", from_json);
    // What the statements of a template bind goes through it.
    environment.add_filter("kept", kept);
    environment.set_formatter(format);
    environment
}

/// Writes a value into a text: what is no text itself is written as JSON.
fn format(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &minijinja::Value,
) -> Result<(), minijinja::Error> {
    if let Some(text) = value.as_str() {
        // Escaped, it is six times as long, and what takes it in may be a name.
        return if text.len() > MAX_JSON {
            Err(refused(too_large()))
        } else {
            escape_formatter(out, state, value)
        };
    }
    escape_formatter(out, state, &minijinja::Value::from(as_json(state, value)?))
}

fn as_json(state: &State<'_, '_>, value: &minijinja::Value) -> Result<String, minijinja::Error> {
    let meter = Meter::of(state).unwrap_or_else(Meter::full);
    to_json(value, &meter).map(|json| json.to_string()).map_err(refused)
}

fn from_json(state: &State<'_, '_>, text: &str) -> Result<minijinja::Value, minijinja::Error> {
    let (value, count) = parse::json(text, left(state) / FUEL_TO_PARSE).map_err(refused)?;
    state.consume_fuel(count.saturating_mul(FUEL_TO_PARSE))?;
    Ok(value)
}

/// Refuses what a step could not keep either; anything else may have a name.
fn kept(state: &State<'_, '_>, value: minijinja::Value) -> Result<minijinja::Value, minijinja::Error> {
    let weight = Weight::of(&value, left(state)).map_err(refused)?;
    state.consume_fuel(weight.values)?;
    Ok(value)
}

/// The fuel that an evaluation has left.
pub(super) fn left(state: &State<'_, '_>) -> u64 {
    state.fuel_levels().map_or(u64::MAX, |(_, left)| left)
}

/// An error that an evaluation ends with as it is.
pub(crate) fn refused(error: StepError) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, error.message.clone()).with_source(error)
}

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Expr {
    code: Expression<'static, 'static>,
    source: Box<str>,
}

impl Expr {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, for the person who wrote it.
    pub(crate) fn compile(source: &str) -> Result<Self, String> {
        let bounded = meter::metered_expression(&scan::expression(source)?);
        let code = SANDBOX.compile_expression_owned(bounded).map_err(|error| explain(&error))?;
        Ok(Self { code, source: source.trim().into() })
    }

    /// What it yields, as JSON.
    ///
    /// # Errors
    /// [`StepError`] when it fails, or yields nothing that a step may keep.
    pub(crate) fn json(&self, given: &Given) -> Result<Value, StepError> {
        to_json(&self.eval(given)?, &given.meter)
    }

    /// Whether what it yields counts as true.
    ///
    /// # Errors
    /// [`StepError`] when it fails.
    pub(crate) fn holds(&self, given: &Given) -> Result<bool, StepError> {
        Ok(self.eval(given)?.is_true())
    }

    fn eval(&self, given: &Given) -> Result<minijinja::Value, StepError> {
        let value = self.code.eval(given.names.clone()).map_err(|error| failed(&error))?;
        if value.is_undefined() {
            let source: String = self.source.chars().take(100).collect();
            return Err(StepError::permanent("expression_failed", format!("`{source}` is undefined")));
        }
        Ok(value)
    }
}

/// The compiled templates of a flow.
#[derive(Debug)]
pub(crate) struct Templates {
    environment: Environment<'static>,
    count: usize,
}

impl Templates {
    pub(crate) fn new() -> Self {
        Self { environment: SANDBOX.clone(), count: 0 }
    }

    /// Reads a template and gives the name to render it by.
    ///
    /// # Errors
    /// What is wrong with it, for the person who wrote it.
    pub(crate) fn add(&mut self, source: &str, escape: Escape) -> Result<String, String> {
        let source = meter::metered_template(&scan::template(source)?);
        let name = format!("{}{}", self.count, escape.extension());
        self.environment.add_template_owned(name.clone(), source).map_err(|error| explain(&error))?;
        self.count += 1;
        Ok(name)
    }

    /// Renders a template.
    ///
    /// # Errors
    /// [`StepError`] when it fails or gets too long.
    pub(crate) fn render(&self, name: &str, given: &Given) -> Result<String, StepError> {
        let template = self.environment.get_template(name).map_err(|error| failed(&error))?;
        let mut text = Bounded::default();
        match template.render_captured_to(given.names.clone(), &mut text) {
            _ if text.overflowed => return Err(too_large()),
            Err(error) => return Err(failed(&error)),
            Ok(rendered) => Meter::end(rendered.state())?,
        }
        String::from_utf8(text.bytes)
            .map_err(|_| StepError::permanent("expression_failed", "the text is not UTF-8"))
    }
}

/// What happens to markup in the values of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    Nothing,
    Html,
}

impl Escape {
    const fn extension(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Html => ".html",
        }
    }
}

/// Takes in no more than a value may hold.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    overflowed: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_JSON {
            self.overflowed = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn explain(error: &minijinja::Error) -> String {
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    error.line().filter(|line| *line > 1).map_or(detail.clone(), |line| format!("{detail} (line {line})"))
}

fn failed(error: &minijinja::Error) -> StepError {
    if let Some(own) = error.source().and_then(|source| source.downcast_ref::<StepError>()) {
        return own.clone();
    }
    if error.kind() == ErrorKind::OutOfFuel {
        return too_costly();
    }
    StepError::permanent("expression_failed", explain(error))
}
