use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::{Fault, Problem, escaped};

/// Parses JSON strictly: bounded depth, and no key twice in one object (serde_json keeps the last).
pub(crate) fn parse(bytes: &[u8], depth_limit: usize) -> Result<Value, Problem> {
    let place = Place::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let seed = Strict { place: &place, depth_left: depth_limit, depth_limit };
    let parsed = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    parsed.map_err(|error| {
        let faults = place.fault.into_inner().into_iter().collect();
        Problem::malformed(format!("the body cannot be read: {error}"), faults)
    })
}

/// Where the parser stands, and what it found there.
#[derive(Default)]
struct Place {
    path: RefCell<Vec<String>>,
    fault: RefCell<Option<Fault>>,
}

impl Place {
    fn refuse<E: de::Error>(&self, code: &'static str, message: String) -> E {
        let pointer = self.path.borrow().iter().map(|part| format!("/{part}")).collect::<String>();
        let error = E::custom(&message);
        self.fault.borrow_mut().get_or_insert(Fault::new(pointer, code, message));
        error
    }
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    place: &'a Place,
    depth_left: usize,
    depth_limit: usize,
}

impl Strict<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left, ..self }),
            None => {
                let message = format!("nests deeper than {} levels", self.depth_limit);
                Err(self.place.refuse("too_deep", message))
            }
        }
    }

    fn inside<T>(self, part: &str, read: impl FnOnce(Self) -> T) -> T {
        self.place.path.borrow_mut().push(escaped(part));
        let value = read(self);
        // An error leaves the path where it happened; it has been reported by then.
        self.place.path.borrow_mut().pop();
        value
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) =
            deeper.inside(&array.len().to_string(), |seed| items.next_element_seed(seed))?
        {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = deeper.inside(&key, |seed| {
                if object.contains_key(&key) {
                    return Err(seed.place.refuse("duplicate_key", "an object has a key twice".to_owned()));
                }
                entries.next_value_seed(seed)
            })?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::body::MessageBody;
    use serde_json::json;

    use super::*;

    fn refusal(text: &str) -> (String, Value) {
        let problem = parse(text.as_bytes(), 64).unwrap_err();
        let bytes = problem.error_response().into_body().try_into_bytes().unwrap();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        (body["detail"].as_str().unwrap().to_owned(), body["errors"].clone())
    }

    #[test]
    fn json_is_read_as_it_is() {
        let text = r#"{"a": [1, -2, 1.5, "x", true, null], "b": {"c": {}}}"#;
        assert_eq!(parse(text.as_bytes(), 64).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        let deep = format!("{}{}", "[".repeat(64), "]".repeat(64));
        assert!(parse(deep.as_bytes(), 64).is_ok());
    }

    #[test]
    fn a_duplicate_key_is_pointed_at() {
        let (detail, errors) = refusal(r#"{"a": [{"b/c": 1, "b/c": 2}]}"#);
        assert!(detail.contains("line 1 column"), "{detail}");
        assert_eq!(
            errors,
            json!([{"pointer": "/a/0/b~1c", "code": "duplicate_key", "message": "an object has a key twice"}])
        );
    }

    #[test]
    fn depth_is_bounded() {
        for depth in [65, 128, 1_000, 100_000] {
            let (_, errors) = refusal(&"[".repeat(depth));
            assert_eq!(errors[0]["code"], "too_deep", "{depth}");
        }
        let (_, errors) = refusal(&"{\"a\":".repeat(1_000));
        assert_eq!(errors[0]["code"], "too_deep");
    }

    #[test]
    fn what_is_no_json_says_where() {
        for text in ["", "{", "{\"a\": 1} x", "nope", "{'a': 1}", "\"\\ud800\"", "1e999"] {
            let (detail, _) = refusal(text);
            assert!(detail.contains("line 1 column"), "{text}: {detail}");
        }
        assert!(parse(b"\"\xff\"", 64).is_err());
    }
}
