//! How values of the domain are read from JSON. What is read exists only valid.

use chrono::{DateTime, Utc};
use deserr::{
    DeserializeError, Deserr, ErrorKind, IntoValue, Value, ValueKind, ValuePointerRef, take_cf_content,
};
use kairo_domain::{
    Change, Entity, Id, JsonIssue, LeadSource, LeadStatus, Metadata, NewPassword, PasswordIssue, Patch,
    Redacted, Role, Scope, Text, TextIssue, TextKind, has_null_character,
};
use kairo_flow::{FlowDocument, NotAFlow};

use super::Faults;
use crate::path::parse_id;

/// Why a value was refused: a stable word and a sentence.
struct Refusal {
    code: &'static str,
    message: String,
}

impl From<TextIssue> for Refusal {
    fn from(issue: TextIssue) -> Self {
        Self { code: issue.code(), message: issue.to_string() }
    }
}

impl From<PasswordIssue> for Refusal {
    fn from(issue: PasswordIssue) -> Self {
        Self { code: issue.code(), message: issue.to_string() }
    }
}

impl From<JsonIssue> for Refusal {
    fn from(issue: JsonIssue) -> Self {
        Self { code: issue.code(), message: issue.to_string() }
    }
}

fn wrong_type<V: IntoValue>(value: Value<V>, accepted: &[ValueKind], place: ValuePointerRef) -> Faults {
    take_cf_content(Faults::error(None, ErrorKind::IncorrectValueKind { actual: value, accepted }, place))
}

fn string<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<String, Faults> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(other, &[ValueKind::String], place)),
    }
}

fn text<V: IntoValue, T, I: Into<Refusal>>(
    value: Value<V>,
    place: ValuePointerRef,
    parse: impl FnOnce(&str) -> Result<T, I>,
) -> Result<T, Faults> {
    parse(&string(value, place)?).map_err(|issue| {
        let Refusal { code, message } = issue.into();
        Faults::at(place, code, message)
    })
}

fn word<V: IntoValue, T>(
    value: Value<V>,
    place: ValuePointerRef,
    words: &'static [&'static str],
    named: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Faults> {
    let refusal =
        || Refusal { code: "unknown_word", message: format!("must be one of {}", words.join(", ")) };
    text(value, place, |word| named(word).ok_or_else(refusal))
}

impl<K: TextKind> Deserr<Faults> for Text<K> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        text(value, place, Self::parse)
    }
}

impl Deserr<Faults> for LeadSource {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        word(value, place, &Self::WORDS, Self::named)
    }
}

impl Deserr<Faults> for LeadStatus {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        word(value, place, &Self::WORDS, Self::named)
    }
}

impl Deserr<Faults> for Role {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        word(value, place, &Self::WORDS, Self::named)
    }
}

impl Deserr<Faults> for Scope {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        word(value, place, &Self::WORDS, Self::named)
    }
}

impl Deserr<Faults> for NewPassword {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        text(value, place, Self::parse)
    }
}

impl Deserr<Faults> for DateTime<Utc> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        let refusal = |_| {
            let message = "must be a time such as 2026-01-31T12:00:00Z";
            Refusal { code: "not_a_time", message: message.to_owned() }
        };
        text(value, place, |time| {
            DateTime::parse_from_rfc3339(time).map(|time| time.to_utc()).map_err(refusal)
        })
    }
}

impl<E: Entity> Deserr<Faults> for Id<E> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        let refusal =
            || Refusal { code: "not_an_id", message: "must be an id: a UUID with hyphens".to_owned() };
        text(value, place, |id| parse_id(id).map(Self::from_uuid).ok_or_else(refusal))
    }
}

/// A secret is taken as it is: what is wrong with it is not told.
impl Deserr<Faults> for Redacted<String> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        string(value, place).map(Self::new)
    }
}

impl Deserr<Faults> for Metadata {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        let json = <serde_json::Value as Deserr<Faults>>::deserialize_from_value(value, place)?;
        Self::parse(json).map_err(|issue| {
            let Refusal { code, message } = issue.into();
            Faults::at(place, code, message)
        })
    }
}

/// A flow: its nodes and edges can be told apart, the rest of it is kept as it is.
impl Deserr<Faults> for FlowDocument {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        let json = <serde_json::Value as Deserr<Faults>>::deserialize_from_value(value, place)?;
        storable(&json, place)?;
        Self::parse(json).map_err(|issue| {
            let inside = match &issue {
                NotAFlow::NotAnObject => String::new(),
                NotAFlow::NotAnArray { key } => format!("/{key}"),
                NotAFlow::NotAText { pointer } => pointer.clone(),
            };
            Faults::below(place, &inside, "not_a_flow", issue.to_string())
        })
    }
}

/// Refuses U+0000 in a text or key, which the store cannot keep.
pub(crate) fn storable(json: &serde_json::Value, place: ValuePointerRef) -> Result<(), Faults> {
    if has_null_character(json) {
        let Refusal { code, message } = JsonIssue::NullCharacter.into();
        return Err(Faults::at(place, code, message));
    }
    Ok(())
}

/// A field of a patch that may be left out, and not emptied.
impl<T: Deserr<Faults>> Deserr<Faults> for Change<T> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        T::deserialize_from_value(value, place).map(Self::Set)
    }
}

/// A field of a patch with its three states: left out, `null`, a value.
impl<T: Deserr<Faults>> Deserr<Faults> for Patch<T> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        match value {
            Value::Null => Ok(Self::Clear),
            value => T::deserialize_from_value(value, place).map(Self::Set),
        }
    }
}
