use minijinja::value::ValueKind;

use super::convert::{MAX_DEPTH, MAX_JSON, descend, not_json, spend};
use crate::StepError;

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
    /// Weighs a value, and gives up at the bound rather than behind it.
    ///
    /// # Errors
    /// [`StepError`] when it is larger or deeper than a value may be.
    pub(super) fn of(view: &minijinja::Value) -> Result<Self, StepError> {
        let mut scale = Scale { left: MAX_JSON, values: 0 };
        scale.put(view, MAX_DEPTH)?;
        Ok(Self { values: scale.values, bytes: (MAX_JSON - scale.left) as u64 })
    }

    /// That of several together.
    ///
    /// # Errors
    /// [`StepError`] when one of them is larger or deeper than a value may be.
    pub(super) fn of_all(views: &[minijinja::Value]) -> Result<Self, StepError> {
        views.iter().try_fold(Self::default(), |sum, view| {
            let weight = Self::of(view)?;
            Ok(Self { values: sum.values + weight.values, bytes: sum.bytes + weight.bytes })
        })
    }
}

/// What was put on it so far.
struct Scale {
    left: usize,
    values: u64,
}

impl Scale {
    fn put(&mut self, view: &minijinja::Value, levels: usize) -> Result<(), StepError> {
        self.values += 1;
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
