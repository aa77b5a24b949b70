use minijinja::value::ValueKind;

use super::convert::{MAX_DEPTH, MAX_JSON, descend, not_json, spend};
use super::meter::too_costly;
use crate::StepError;

/// How much of a value is walked over, compared or written for one unit.
const STRIDE: u64 = 256;
/// How much of that each value is besides its text.
const VALUE: u64 = 16;

/// What a float takes that is written out with all its zeros.
const LONG_FLOAT: usize = 340;

/// How much a value of an expression is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    /// How many values are in it, with itself.
    pub(super) values: u64,
    /// About how long it is when it is written.
    pub(super) bytes: u64,
}

impl Weight {
    /// Weighs a value, and gives up at the bounds rather than behind them.
    ///
    /// # Errors
    /// [`StepError`] when it is larger or deeper than a value may be, or would cost more than this much fuel.
    pub(super) fn of(view: &minijinja::Value, fuel: u64) -> Result<Self, StepError> {
        let mut scale = Scale { left: MAX_JSON, values: 0, most: fuel.saturating_mul(STRIDE) };
        scale.put(view, MAX_DEPTH)?;
        Ok(scale.weight())
    }

    /// That of several together.
    ///
    /// # Errors
    /// [`StepError`] when one of them is larger or deeper than a value may be, or all would cost more than this much
    /// fuel.
    pub(super) fn of_all(views: &[minijinja::Value], fuel: u64) -> Result<Self, StepError> {
        views.iter().try_fold(Self::default(), |sum, view| {
            let weight = Self::of(view, fuel.saturating_sub(sum.fuel()))?;
            Ok(Self { values: sum.values + weight.values, bytes: sum.bytes + weight.bytes })
        })
    }

    /// What it costs to walk over this much.
    pub(super) const fn fuel(self) -> u64 {
        self.strides() / STRIDE
    }

    const fn strides(self) -> u64 {
        self.values * VALUE + self.bytes
    }
}

/// What was put on it so far.
struct Scale {
    left: usize,
    values: u64,
    /// The most strides that are paid for.
    most: u64,
}

impl Scale {
    const fn weight(&self) -> Weight {
        Weight { values: self.values, bytes: (MAX_JSON - self.left) as u64 }
    }

    fn put(&mut self, view: &minijinja::Value, levels: usize) -> Result<(), StepError> {
        self.values += 1;
        if self.weight().strides() > self.most {
            return Err(too_costly());
        }
        match view.kind() {
            ValueKind::String | ValueKind::Bytes => {
                spend(&mut self.left, view.as_str().map_or(0, str::len) + 2)
            }
            ValueKind::Number => spend(&mut self.left, length(view)),
            ValueKind::Seq | ValueKind::Iterable => self.put_items(view, descend(levels)?),
            ValueKind::Map => self.put_fields(view, descend(levels)?),
            // Whoever binds one of those may never use it.
            _ => spend(&mut self.left, 4),
        }
    }

    fn put_items(&mut self, view: &minijinja::Value, levels: usize) -> Result<(), StepError> {
        for item in view.try_iter().map_err(|_| not_json("this sequence"))? {
            spend(&mut self.left, 1)?;
            self.put(&item, levels)?;
        }
        Ok(())
    }

    fn put_fields(&mut self, view: &minijinja::Value, levels: usize) -> Result<(), StepError> {
        let pairs = view.as_object().and_then(|object| object.try_iter_pairs());
        for (key, value) in pairs.ok_or_else(|| not_json("this mapping"))? {
            self.put(&key, levels)?;
            self.put(&value, levels)?;
        }
        Ok(())
    }
}

/// The language writes a float without an exponent, however far its digits are from the point.
fn length(number: &minijinja::Value) -> usize {
    let size = f64::try_from(number.clone()).unwrap_or(0.0).abs();
    if number.is_integer() || size == 0.0 || (1e-16..1e16).contains(&size) { 4 } else { LONG_FLOAT }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use minijinja::Value;

    use super::*;

    #[test]
    fn what_cannot_be_paid_for_is_not_weighed_to_its_end() {
        static LOOKED_AT: AtomicUsize = AtomicUsize::new(0);
        let item = |number: u32| {
            LOOKED_AT.fetch_add(1, Ordering::Relaxed);
            Value::from(number)
        };
        let list = Value::make_iterable(move || (0..50).map(item));
        let weight = Weight::of_all(&vec![list; 1_000], 100);
        assert_eq!(weight.unwrap_err().code, "expression_too_costly");
        let looked_at = LOOKED_AT.load(Ordering::Relaxed);
        assert!((500..1_500).contains(&looked_at), "{looked_at}");
    }
}
