//! What the evaluations of one step have used, and what they still may.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use minijinja::value::{DynObject, Object};
use minijinja::{Environment, Error, State, Value};

use super::convert::handling;
use super::sandbox::refused;
use crate::StepError;

/// What the evaluations of one step may cost together: enough to read and write a value of the largest size.
pub(crate) const FUEL: u64 = 400_000;
/// The code of the error that an evaluation ends with that has no fuel any more.
pub(crate) const TOO_COSTLY: &str = "expression_too_costly";
/// How finely the handling of values is counted: so many grains are a unit of fuel.
const GRAINS: u64 = 64;
/// The name under which expressions find the meter; no source can spell it.
const NAME: &str = " meter";

/// Counts what a step evaluates.
///
/// Two things are counted apart. Fuel is what expressions cost: it is the same whenever a step is evaluated, so it
/// alone decides whether an evaluation is too costly. Handling is what it takes to bring values into expressions and
/// out of them: less the second time, so it decides nothing but when a call ends.
#[derive(Debug)]
pub(crate) struct Meter {
    /// What there was at first.
    full: u64,
    /// How many grains may be spent; without a bound, the most there are.
    bound: u64,
    fuel: AtomicU64,
    handled: AtomicU64,
    /// The fuel before the evaluation that is under way, and what that may take of it.
    before: AtomicU64,
    allowed: AtomicU64,
}

impl Object for Meter {}

impl Meter {
    /// For a step that may use all that a step may, however long it takes.
    pub(crate) fn full() -> Arc<Self> {
        Arc::new(Self::new(FUEL, u64::MAX))
    }

    /// For a step that is given up if it takes more than these units.
    pub(crate) fn light(units: u64) -> Arc<Self> {
        Arc::new(Self::new(units.min(FUEL), units.saturating_mul(GRAINS)))
    }

    const fn new(fuel: u64, bound: u64) -> Self {
        Self {
            full: fuel,
            bound,
            fuel: AtomicU64::new(fuel),
            handled: AtomicU64::new(0),
            before: AtomicU64::new(fuel),
            allowed: AtomicU64::new(fuel),
        }
    }

    /// The units that were spent, begun ones included.
    pub(crate) fn spent(&self) -> u64 {
        self.grains().div_ceil(GRAINS)
    }

    /// The units that were spent if all fuel is gone.
    pub(crate) fn spent_at_most(&self) -> u64 {
        (get(&self.handled) / GRAINS).saturating_add(self.full)
    }

    fn grains(&self) -> u64 {
        let burnt = self.full.saturating_sub(get(&self.fuel)).saturating_mul(GRAINS);
        burnt.saturating_add(get(&self.handled))
    }

    /// Counts what it takes to handle something.
    ///
    /// # Errors
    /// [`StepError`] when the step takes too long.
    pub(super) fn handle(&self, grains: u64) -> Result<(), StepError> {
        set(&self.handled, get(&self.handled).saturating_add(grains));
        if self.grains() > self.bound { Err(too_costly()) } else { Ok(()) }
    }

    /// Counts what it takes to handle a value, and gives up at the bound rather than behind it.
    ///
    /// # Errors
    /// [`StepError`] when the step takes too long.
    pub(crate) fn handle_value(&self, json: &serde_json::Value) -> Result<(), StepError> {
        let left = self.bound.saturating_sub(self.grains());
        self.handle(handling(json, left))
    }

    /// How the names of an expression give the meter of their step.
    pub(crate) fn named(self: &Arc<Self>, name: &str) -> Option<Value> {
        (name == NAME).then(|| Value::from_dyn_object(DynObject::new(Arc::clone(self))))
    }

    /// That of the step in which an evaluation is under way; without one, nothing is counted.
    pub(super) fn of(state: &State<'_, '_>) -> Option<Arc<Self>> {
        state.lookup(NAME)?.downcast_object()
    }

    /// Begins an evaluation: what it may not use is taken from it at once.
    pub(super) fn begin(state: &State<'_, '_>) -> Result<(), Error> {
        let Some(meter) = Self::of(state) else { return Ok(()) };
        let (fuel, left) = (get(&meter.fuel), meter.bound.saturating_sub(meter.grains()) / GRAINS);
        set(&meter.before, fuel);
        set(&meter.allowed, fuel.min(left));
        state.consume_fuel(FUEL - fuel.min(left))
    }

    /// Counts what an evaluation has used, as it stands at its end.
    pub(super) fn end(state: &State<'_, '_>) -> Result<(), StepError> {
        let Some(meter) = Self::of(state) else { return Ok(()) };
        let (_, left) = state.fuel_levels().unwrap_or_default();
        let used = get(&meter.allowed).saturating_sub(left);
        set(&meter.fuel, get(&meter.before).saturating_sub(used));
        if left == 0 || meter.grains() > meter.bound { Err(too_costly()) } else { Ok(()) }
    }
}

// A step is evaluated by one thread at a time.
fn get(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

fn set(count: &AtomicU64, value: u64) {
    count.store(value, Ordering::Relaxed);
}

/// What an evaluation sees, and what counts it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) names: Value,
    pub(crate) meter: Arc<Meter>,
}

/// Lets the sources that [`metered_expression`] and [`metered_template`] make begin and end what they count.
pub(super) fn add(to: &mut Environment<'static>) {
    to.add_filter("begun", |state: &State<'_, '_>, value: Value| Meter::begin(state).map(|()| value));
    to.add_filter("ended", |state: &State<'_, '_>, value: Value| {
        Meter::end(state).map(|()| value).map_err(refused)
    });
}

/// An expression that is counted; it stays whole, whatever operators it has.
pub(super) fn metered_expression(source: &str) -> String {
    format!("(none if false|begun else {source})|ended")
}

/// A template that is counted, but for its end.
pub(super) fn metered_template(source: &str) -> String {
    format!("{{% if false|begun %}}{{% endif %}}{source}")
}

pub(super) fn too_costly() -> StepError {
    StepError::permanent(TOO_COSTLY, "the expression takes more work than one may")
}
