use minijinja::value::ValueKind;
use serde_json::{Map, Number, Value};

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
/// [`StepError`] when it is not JSON, or larger or deeper than a value may be.
pub(super) fn to_json(view: &minijinja::Value) -> Result<Value, StepError> {
    let mut left = MAX_JSON;
    json_of(view, &mut left, MAX_DEPTH)
}

fn json_of(view: &minijinja::Value, left: &mut usize, levels: usize) -> Result<Value, StepError> {
    match view.kind() {
        ValueKind::None => spend(left, 4).map(|()| Value::Null),
        ValueKind::Bool => spend(left, 5).map(|()| Value::Bool(view.is_true())),
        ValueKind::Number => spend(left, 8).and_then(|()| number_of(view)),
        ValueKind::String | ValueKind::Bytes => text_of(view, left),
        ValueKind::Seq | ValueKind::Iterable => list_of(view, left, levels),
        ValueKind::Map => map_of(view, left, levels),
        ValueKind::Undefined => Err(not_json("an undefined value")),
        kind => Err(not_json(&format!("a value of the kind {kind}"))),
    }
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

fn text_of(view: &minijinja::Value, left: &mut usize) -> Result<Value, StepError> {
    let text = view.as_str().ok_or_else(|| not_json("a sequence of bytes"))?;
    spend(left, text.len() + 2)?;
    Ok(Value::String(text.to_owned()))
}

fn list_of(view: &minijinja::Value, left: &mut usize, levels: usize) -> Result<Value, StepError> {
    let levels = descend(levels)?;
    let mut list = Vec::new();
    for item in view.try_iter().map_err(|_| not_json("this sequence"))? {
        spend(left, 1)?;
        list.push(json_of(&item, left, levels)?);
    }
    Ok(Value::Array(list))
}

fn map_of(view: &minijinja::Value, left: &mut usize, levels: usize) -> Result<Value, StepError> {
    let levels = descend(levels)?;
    let pairs = view.as_object().and_then(|object| object.try_iter_pairs());
    let mut map = Map::new();
    for (key, value) in pairs.ok_or_else(|| not_json("this mapping"))? {
        let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        spend(left, key.len() + 4)?;
        map.insert(key, json_of(&value, left, levels)?);
    }
    Ok(Value::Object(map))
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
        assert_eq!(to_json(&to_view(&deep)).unwrap_err().code, "value_too_large");
        let long = json!("x".repeat(MAX_JSON));
        assert_eq!(measure(&long).unwrap_err().code, "value_too_large");
        assert_eq!(to_json(&to_view(&long)).unwrap_err().code, "value_too_large");
    }

    proptest! {
        #[test]
        fn json_comes_back_from_an_expression_as_it_went_in(json in any_json()) {
            prop_assert_eq!(to_json(&to_view(&json)).unwrap(), json);
        }

        #[test]
        fn a_value_without_fractions_is_measured_exactly(json in any_json()) {
            prop_assert_eq!(measure(&json).unwrap(), json.to_string().len());
        }
    }
}
