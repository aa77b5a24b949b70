//! JSON that carries structure of its own, held to the few rules the schema sets.

use std::fmt;

use serde_json::{Map, Value};

/// Why a JSON value was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonIssue {
    /// The field takes an object.
    #[error("must be an object")]
    NotAnObject,
    /// The field takes an array of blocks or an object.
    #[error("must be an array or an object")]
    NotContent,
    /// The value is larger than the field may be.
    #[error("must have at most {max} bytes as JSON")]
    TooLarge {
        /// The bound, in bytes.
        max: usize,
    },
    /// U+0000 in a text or key, which PostgreSQL cannot store.
    #[error("must not contain U+0000")]
    NullCharacter,
    /// A key that names personal data, which belongs into typed columns.
    #[error("must not hold personal data: `{key}` has a field of its own or does not belong here")]
    PersonalData {
        /// The key as given.
        key: String,
    },
}

impl JsonIssue {
    /// The stable word of this issue, part of the public API.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject => "not_an_object",
            Self::NotContent => "not_content",
            Self::TooLarge { .. } => "too_large",
            Self::NullCharacter => "control_character",
            Self::PersonalData { .. } => "personal_data",
        }
    }
}

/// Keys that name personal data, without case and separators; the seed keeps PII in typed columns.
const PERSONAL_KEYS: &[&str] = &[
    "email",
    "emailaddress",
    "mail",
    "phone",
    "phonenumber",
    "mobile",
    "telephone",
    "password",
    "passwd",
    "secret",
    "ssn",
    "socialsecuritynumber",
    "passport",
    "taxid",
    "iban",
    "creditcard",
    "cardnumber",
    "cvv",
    "dateofbirth",
    "birthdate",
    "birthday",
    "dob",
    "firstname",
    "lastname",
    "fullname",
    "address",
    "streetaddress",
];

/// A free JSON object without personal data, at most 16 KiB.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata(Map<String, Value>);

impl Metadata {
    /// The most bytes it may have as JSON.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Checks a JSON value.
    ///
    /// # Errors
    /// [`JsonIssue`] when it is no object, too large or holds personal data.
    pub fn parse(value: Value) -> Result<Self, JsonIssue> {
        bounded(&value, Self::MAX_BYTES)?;
        if let Some(key) = personal_key(&value) {
            return Err(JsonIssue::PersonalData { key: key.to_owned() });
        }
        object(value).map(Self)
    }

    /// Takes what a store holds: only the shape is looked at. Only adapters call this.
    ///
    /// # Errors
    /// [`JsonIssue::NotAnObject`] for anything but an object.
    pub fn restore(value: Value) -> Result<Self, JsonIssue> {
        object(value).map(Self)
    }

    /// The object.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The object as a JSON value.
    pub fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

/// Editable content of a page: an array of typed blocks or an object, at most 1 MiB.
#[derive(Clone, PartialEq)]
pub struct Content(Value);

impl Content {
    /// The most bytes it may have as JSON.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// Checks a JSON value.
    ///
    /// # Errors
    /// [`JsonIssue`] when it is a bare scalar or too large.
    pub fn parse(value: Value) -> Result<Self, JsonIssue> {
        if !(value.is_array() || value.is_object()) {
            return Err(JsonIssue::NotContent);
        }
        bounded(&value, Self::MAX_BYTES)?;
        Ok(Self(value))
    }

    /// Takes what a store holds, as it is. Only adapters call this.
    pub const fn restore(value: Value) -> Self {
        Self(value)
    }

    /// The content as JSON.
    pub fn as_json(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Results of a project: an object such as `{"conversion": "+38 %"}`, at most 16 KiB.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics(Map<String, Value>);

impl Metrics {
    /// The most bytes it may have as JSON.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Checks a JSON value.
    ///
    /// # Errors
    /// [`JsonIssue`] when it is no object or too large.
    pub fn parse(value: Value) -> Result<Self, JsonIssue> {
        bounded(&value, Self::MAX_BYTES)?;
        object(value).map(Self)
    }

    /// Takes what a store holds: only the shape is looked at. Only adapters call this.
    ///
    /// # Errors
    /// [`JsonIssue::NotAnObject`] for anything but an object.
    pub fn restore(value: Value) -> Result<Self, JsonIssue> {
        object(value).map(Self)
    }

    /// The object.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

fn object(value: Value) -> Result<Map<String, Value>, JsonIssue> {
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(JsonIssue::NotAnObject),
    }
}

fn bounded(value: &Value, max: usize) -> Result<(), JsonIssue> {
    if stored_len(value) > max {
        return Err(JsonIssue::TooLarge { max });
    }
    if has_null_character(value) { Err(JsonIssue::NullCharacter) } else { Ok(()) }
}

/// How many bytes PostgreSQL writes for the value: it writes numbers out, so `1e300` has 301 digits.
fn stored_len(value: &Value) -> usize {
    let separators = |entries: usize| 2 + 2 * entries;
    match value {
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or(0, |float| float.to_string().len())
        }
        Value::Array(items) => separators(items.len()) + items.iter().map(stored_len).sum::<usize>(),
        Value::Object(map) => {
            let entry = |(key, item): (&String, &Value)| key.len() + 4 + stored_len(item);
            separators(map.len()) + map.iter().map(entry).sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string().len(),
    }
}

/// Whether a text or key has U+0000, which PostgreSQL stores in no `text` or `jsonb`.
pub fn has_null_character(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_null_character),
        Value::Object(map) => map.iter().any(|(key, item)| key.contains('\0') || has_null_character(item)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn personal_key(value: &Value) -> Option<&str> {
    match value {
        Value::Object(map) => map
            .iter()
            .find_map(|(key, item)| if is_personal(key) { Some(key.as_str()) } else { personal_key(item) }),
        Value::Array(items) => items.iter().find_map(personal_key),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn is_personal(key: &str) -> bool {
    let folded: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    PERSONAL_KEYS.iter().any(|known| folded.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_is_an_object_without_personal_data() {
        assert!(Metadata::parse(json!({"page": "/contact", "visit": {"seconds": 40}})).is_ok());
        assert_eq!(Metadata::parse(json!([])), Err(JsonIssue::NotAnObject));
        let nested = Metadata::parse(json!({"form": [{"E-Mail": "x"}]}));
        assert_eq!(nested, Err(JsonIssue::PersonalData { key: "E-Mail".into() }));
    }

    #[test]
    fn what_postgres_cannot_store_is_refused() {
        assert_eq!(Metadata::parse(json!({"a": "x\0"})), Err(JsonIssue::NullCharacter));
        assert_eq!(Content::parse(json!([{"x\0": 1}])), Err(JsonIssue::NullCharacter));
    }

    #[test]
    fn content_is_never_a_bare_scalar() {
        assert_eq!(Content::parse(json!("text")), Err(JsonIssue::NotContent));
        assert!(Content::parse(json!([{"type": "text"}])).is_ok());
        assert!(Content::parse(json!({"blocks": []})).is_ok());
    }

    #[test]
    fn numbers_count_as_they_are_written_out() {
        let numbers = vec![json!(1e18); 2_000];
        let value = json!({"a": numbers});
        assert!(value.to_string().len() < Metadata::MAX_BYTES);
        assert!(matches!(Metadata::parse(value.clone()), Err(JsonIssue::TooLarge { .. })));
        assert!(Metadata::restore(value).is_ok());
    }

    #[test]
    fn a_large_object_is_refused_with_its_bound() {
        let value = json!({"a": "x".repeat(Metadata::MAX_BYTES)});
        assert_eq!(Metadata::parse(value), Err(JsonIssue::TooLarge { max: Metadata::MAX_BYTES }));
    }
}
