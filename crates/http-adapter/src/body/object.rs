use deserr::{Deserr, IntoValue, Value as Given, ValuePointerRef};
use serde_json::{Map, Value};

use super::Faults;

/// An object whose members are the sender's choice.
#[derive(Clone, Debug, Default)]
pub(crate) struct JsonObject(pub(crate) Map<String, Value>);

impl Deserr<Faults> for JsonObject {
    fn deserialize_from_value<V: IntoValue>(value: Given<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        match <Value as Deserr<Faults>>::deserialize_from_value(value, place)? {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(Faults::at(place, "wrong_type", "must be an object")),
        }
    }
}
