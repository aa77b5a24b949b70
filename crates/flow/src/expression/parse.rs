use std::cell::Cell;
use std::fmt;

use minijinja::Value;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::convert::{MAX_DEPTH, MAX_JSON, too_deep, too_large};
use super::meter::too_costly;
use crate::StepError;

/// The most values in a text of JSON: in memory each takes far more than its few bytes of text.
const MAX_VALUES: u64 = 100_000;

/// The value that a text of JSON says, and how many values are in it. So many values are paid for.
///
/// # Errors
/// [`StepError`] when the text is no JSON, or says more than it may.
pub(super) fn json(text: &str, paid: u64) -> Result<(Value, u64), StepError> {
    if text.len() > MAX_JSON {
        return Err(too_large());
    }
    let bounds = Bounds { paid, ..Bounds::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Reading { bounds: &bounds, levels: MAX_DEPTH }.deserialize(&mut reader);
    match read.and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok((value, bounds.count.get())),
        Err(error) => Err(bounds.exceeded.take().unwrap_or_else(|| {
            StepError::permanent("expression_failed", format!("the text is not JSON: {error}"))
        })),
    }
}

/// What was read so far, and the bound that ended it.
#[derive(Default)]
struct Bounds {
    paid: u64,
    count: Cell<u64>,
    exceeded: Cell<Option<StepError>>,
}

impl Bounds {
    fn exceed<E: Error>(&self, error: StepError) -> E {
        let message = E::custom(&error);
        self.exceeded.set(Some(error));
        message
    }
}

/// Reads one value, and gives up at a bound rather than behind it.
#[derive(Clone, Copy)]
struct Reading<'a> {
    bounds: &'a Bounds,
    /// How many levels may follow.
    levels: usize,
}

impl Reading<'_> {
    fn inside<E: Error>(self) -> Result<Self, E> {
        let levels = self.levels.checked_sub(1).ok_or_else(|| self.bounds.exceed(too_deep()))?;
        Ok(Self { levels, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let count = self.bounds.count.get() + 1;
        if count > MAX_VALUES {
            return Err(self.bounds.exceed(too_many()));
        }
        if count > self.bounds.paid {
            return Err(self.bounds.exceed(too_costly()));
        }
        self.bounds.count.set(count);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::from(()))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::from(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Value::from(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut pairs = Vec::new();
        while let Some(key) = fields.next_key::<String>()? {
            pairs.push((key, fields.next_value_seed(inside)?));
        }
        Ok(Value::from_pairs(pairs))
    }
}

fn too_many() -> StepError {
    StepError::permanent("value_too_large", format!("a text of JSON has at most {MAX_VALUES} values"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::expression::convert::to_json;
    use crate::expression::meter::Meter;
    use crate::testing::any_json;

    fn read(text: &str) -> Result<(Value, u64), StepError> {
        super::json(text, u64::MAX)
    }

    fn said(text: &str) -> serde_json::Value {
        to_json(&read(text).unwrap().0, &Meter::full()).unwrap()
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().code
    }

    #[test]
    fn a_text_says_no_more_than_it_may() {
        let zeros = |count: usize| format!("[{}]", vec!["0"; count].join(","));
        assert_eq!(read(&zeros(99_999)).unwrap().1, MAX_VALUES);
        assert_eq!(super::json(&zeros(9), 9).unwrap_err().code, "expression_too_costly");
        assert_eq!(super::json(&zeros(9), 10).unwrap().1, 10);
        assert_eq!(refusal(&zeros(100_000)), "value_too_large");
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(refusal(&nested(MAX_DEPTH + 1)), "value_too_large");
        assert_eq!(refusal(&" ".repeat(MAX_JSON + 1)), "value_too_large");
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "1 2", "{1: 2}", "nul", "\u{0}", "'a'", "NaN"] {
            assert_eq!(refusal(text), "expression_failed", "{text}");
        }
    }

    #[test]
    fn fractions_are_kept() {
        assert_eq!(said("[0.1, 1e3, -2]"), json!([0.1, 1000.0, -2]));
    }

    proptest! {
        #[test]
        fn a_text_says_what_was_written(value in any_json()) {
            prop_assert_eq!(said(&value.to_string()), value);
        }
    }
}
