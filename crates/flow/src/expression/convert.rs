use minijinja::value::ValueKind;
use serde_json::{Map, Number, Value};

use super::meter::Meter;
use crate::StepError;

/// The longest value that an expression or an effect may yield, as JSON.
pub(crate) const MAX_JSON: usize = 1024 * 1024;
/// The deepest value that an expression or an effect may yield.
pub(crate) const MAX_DEPTH: usize = 64;

/// The value as expressions see it.
pub(crate) fn to_view(json: &Value) -> minijinja::Value {
    match json {
        Value::Null => minijinja::Value::from(()),
        Value::Bool(flag) => minijinja::Value::from(*flag),
        Value::Number(number) => number_view(number),
        Value::String(text) => minijinja::Value::from(text.as_str()),
        Value::Array(items) => items.iter().map(to_view).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            minijinja::Value::from_pairs(fields.iter().map(|(key, value)| (key.as_str(), to_view(value))))
        }
    }
}

fn number_view(number: &Number) -> minijinja::Value {
    if let Some(number) = number.as_i64() {
        minijinja::Value::from(number)
    } else if let Some(number) = number.as_u64() {
        minijinja::Value::from(number)
    } else {
        minijinja::Value::from(number.as_f64().unwrap_or(f64::NAN))
    }
}

/// What an expression yielded, as JSON.
///
/// # Errors
/// [`StepError`] when it is not JSON, or larger or deeper than a value may be; also when its step takes too long.
pub(super) fn to_json(view: &minijinja::Value, meter: &Meter) -> Result<Value, StepError> {
    Writer { left: MAX_JSON, meter }.value(view, MAX_DEPTH)
}

/// Makes JSON of a value, and gives up at a bound rather than behind it.
struct Writer<'a> {
    left: usize,
    meter: &'a Meter,
}

impl Writer<'_> {
    fn value(&mut self, view: &minijinja::Value, levels: usize) -> Result<Value, StepError> {
        match view.kind() {
            ValueKind::None => self.spend(4, PLAIN).map(|()| Value::Null),
            ValueKind::Bool => self.spend(5, PLAIN).map(|()| Value::Bool(view.is_true())),
            ValueKind::Number => self.spend(8, PLAIN).and_then(|()| number_of(view)),
            ValueKind::String | ValueKind::Bytes => self.text(view),
            ValueKind::Seq | ValueKind::Iterable => self.list(view, descend(levels)?),
            ValueKind::Map => self.map(view, descend(levels)?),
            ValueKind::Undefined => Err(not_json("an undefined value")),
            kind => Err(not_json(&format!("a value of the kind {kind}"))),
        }
    }

    fn text(&mut self, view: &minijinja::Value) -> Result<Value, StepError> {
        let text = view.as_str().ok_or_else(|| not_json("a sequence of bytes"))?;
        self.spend(text.len() + 2, written(text))?;
        Ok(Value::String(text.to_owned()))
    }

    fn list(&mut self, view: &minijinja::Value, levels: usize) -> Result<Value, StepError> {
        let mut list = Vec::new();
        self.spend(0, NESTED)?;
        for item in view.try_iter().map_err(|_| not_json("this sequence"))? {
            self.spend(1, 0)?;
            list.push(self.value(&item, levels)?);
        }
        Ok(Value::Array(list))
    }

    fn map(&mut self, view: &minijinja::Value, levels: usize) -> Result<Value, StepError> {
        let pairs = view.as_object().and_then(|object| object.try_iter_pairs());
        let mut map = Map::new();
        self.spend(0, NESTED)?;
        for (key, value) in pairs.ok_or_else(|| not_json("this mapping"))? {
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            self.spend(key.len() + 4, written(&key))?;
            map.insert(key, self.value(&value, levels)?);
        }
        Ok(Value::Object(map))
    }

    fn spend(&mut self, bytes: usize, grains: u64) -> Result<(), StepError> {
        spend(&mut self.left, bytes)?;
        self.meter.handle(grains)
    }
}

/// What it takes to handle a number, or what is as short.
const PLAIN: u64 = 4;
/// What it takes to handle a list or an object besides what is in it.
const NESTED: u64 = 8;

/// What it takes to handle a text: most of it is the memory, whatever the length.
const fn written(text: &str) -> u64 {
    24 + text.len() as u64 / 16
}

/// What it takes to handle a value: to take it over, to show it to expressions or to keep it. It is counted up to a
/// bound, and then a bit more than that. A grain is a sixty-fourth of a unit of fuel.
pub(super) fn handling(json: &Value, bound: u64) -> u64 {
    match json {
        Value::Null | Value::Bool(_) | Value::Number(_) => PLAIN,
        Value::String(text) => written(text),
        Value::Array(items) => items.iter().fold(NESTED, |sum, item| up_to(bound, sum, item)),
        Value::Object(fields) => fields.iter().fold(NESTED, |sum, (key, field)| {
            let sum = sum.saturating_add(written(key));
            up_to(bound, sum, field)
        }),
    }
}

fn up_to(bound: u64, sum: u64, more: &Value) -> u64 {
    if sum > bound { sum } else { sum.saturating_add(handling(more, bound - sum)) }
}

fn number_of(view: &minijinja::Value) -> Result<Value, StepError> {
    if view.is_integer() {
        if let Ok(number) = i64::try_from(view.clone()) {
            return Ok(Value::from(number));
        }
        if let Ok(number) = u64::try_from(view.clone()) {
            return Ok(Value::from(number));
        }
    }
    let number = f64::try_from(view.clone()).ok().and_then(Number::from_f64);
    number.map(Value::Number).ok_or_else(|| not_json("this number"))
}

pub(super) fn descend(levels: usize) -> Result<usize, StepError> {
    levels.checked_sub(1).ok_or_else(too_deep)
}

pub(super) fn spend(left: &mut usize, bytes: usize) -> Result<(), StepError> {
    *left = left.checked_sub(bytes).ok_or_else(too_large)?;
    Ok(())
}

pub(super) fn not_json(what: &str) -> StepError {
    StepError::permanent("expression_failed", format!("{what} cannot be written as JSON"))
}

/// The error of a value that is too long.
pub(super) fn too_large() -> StepError {
    StepError::permanent("value_too_large", format!("a value has at most {MAX_JSON} bytes as JSON"))
}

pub(super) fn too_deep() -> StepError {
    StepError::permanent("value_too_large", format!("a value has at most {MAX_DEPTH} levels"))
}

/// The length of a value as JSON.
///
/// # Errors
/// [`StepError`] when it is larger or deeper than a value may be.
pub(crate) fn measure(json: &Value) -> Result<usize, StepError> {
    let mut left = MAX_JSON;
    walk(json, &mut left, MAX_DEPTH)?;
    Ok(MAX_JSON - left)
}

/// What may still be added to a value that is put together; it is full rather than more than full.
pub(crate) struct Room(usize);

impl Room {
    /// That of a value of which there is nothing yet.
    pub(crate) const fn new() -> Self {
        Self(MAX_JSON)
    }

    /// Takes the room of a part.
    ///
    /// # Errors
    /// [`StepError`] when there is not that much.
    pub(crate) fn take(&mut self, part: &Value) -> Result<(), StepError> {
        spend(&mut self.0, measure(part)?)
    }

    /// Takes the room of a part that a list is made longer by: of its items, if it is a list itself.
    ///
    /// # Errors
    /// [`StepError`] when there is not that much.
    pub(crate) fn take_parts(&mut self, part: &Value) -> Result<(), StepError> {
        let brackets = if part.is_array() { 2 } else { 0 };
        spend(&mut self.0, measure(part)? - brackets)
    }
}

fn walk(json: &Value, left: &mut usize, levels: usize) -> Result<(), StepError> {
    match json {
        Value::Null | Value::Bool(true) => spend(left, 4),
        Value::Bool(false) => spend(left, 5),
        // No number is longer; most are shorter, and not worth writing out to know.
        Value::Number(number) if number.is_f64() => spend(left, 24),
        Value::Number(number) => spend(left, digits(number)),
        Value::String(text) => spend(left, quoted(text)),
        Value::Array(items) => {
            let levels = descend(levels)?;
            spend(left, 2 + items.len().saturating_sub(1))?;
            items.iter().try_for_each(|item| walk(item, left, levels))
        }
        Value::Object(fields) => {
            let levels = descend(levels)?;
            spend(left, 2 + fields.len().saturating_sub(1))?;
            fields.iter().try_for_each(|(key, value)| {
                spend(left, quoted(key) + 1)?;
                walk(value, left, levels)
            })
        }
    }
}

fn digits(number: &Number) -> usize {
    let negative = usize::from(number.as_i64().is_some_and(i64::is_negative));
    let size = number.as_i64().map_or_else(|| number.as_u64().unwrap_or(0), i64::unsigned_abs);
    negative + size.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn quoted(text: &str) -> usize {
    let escapes: usize = text
        .bytes()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
            0..0x20 => 5,
            _ => 0,
        })
        .sum();
    text.len() + 2 + escapes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::any_json;

    #[test]
    fn what_is_too_deep_or_too_long_is_refused() {
        let deep = (0..=MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(measure(&deep).unwrap_err().code, "value_too_large");
        assert_eq!(to_json(&to_view(&deep), &Meter::full()).unwrap_err().code, "value_too_large");
        let long = json!("x".repeat(MAX_JSON));
        assert_eq!(measure(&long).unwrap_err().code, "value_too_large");
        assert_eq!(to_json(&to_view(&long), &Meter::full()).unwrap_err().code, "value_too_large");
    }

    #[test]
    fn a_value_that_takes_too_long_is_given_up_on_the_way() {
        let rows = json!(vec![json!({"id": 1}); 100_000]);
        let meter = Meter::light(10);
        assert_eq!(meter.handle_value(&rows).unwrap_err().code, "expression_too_costly");
        let meter = Meter::light(10);
        assert_eq!(to_json(&to_view(&rows), &meter).unwrap_err().code, "expression_too_costly");
        assert!((10..=12).contains(&meter.spent()), "{}", meter.spent());
        assert!((640..=700).contains(&handling(&rows, 640)));
    }

    proptest! {
        #[test]
        fn json_comes_back_from_an_expression_as_it_went_in(json in any_json()) {
            prop_assert_eq!(to_json(&to_view(&json), &Meter::full()).unwrap(), json);
        }

        #[test]
        fn a_value_takes_as_much_to_come_in_as_to_go_out(json in any_json()) {
            let meter = Meter::full();
            to_json(&to_view(&json), &meter).unwrap();
            prop_assert_eq!(meter.spent(), handling(&json, u64::MAX).div_ceil(64));
        }

        #[test]
        fn a_value_without_fractions_is_measured_exactly(json in any_json()) {
            prop_assert_eq!(measure(&json).unwrap(), json.to_string().len());
        }
    }
}
