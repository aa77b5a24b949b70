use minijinja::value::ValueKind;

use super::convert::{MAX_DEPTH, MAX_JSON, descend, not_json, spend};
use crate::StepError;

/// How many values a value of an expression holds.
///
/// # Errors
/// [`StepError`] when it is larger or deeper than a value may be.
pub(super) fn count(view: &minijinja::Value) -> Result<u64, StepError> {
    let mut scale = Scale { left: MAX_JSON, count: 0 };
    scale.put(view, MAX_DEPTH)?;
    Ok(scale.count)
}

/// What was put on it so far.
struct Scale {
    left: usize,
    count: u64,
}

impl Scale {
    fn put(&mut self, view: &minijinja::Value, levels: usize) -> Result<(), StepError> {
        self.count += 1;
        match view.kind() {
            ValueKind::String | ValueKind::Bytes => {
                spend(&mut self.left, view.as_str().map_or(0, str::len) + 2)
            }
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
