use chrono::{DateTime, Utc};
use kairo_domain::{FieldKind, FieldValue};
use uuid::Uuid;

use crate::path::parse_id;

type Refusal = (&'static str, String);

/// The most characters of a value: longer than any field that lists filter by.
const MAX: usize = 300;

/// Reads a value as its field writes it.
pub(super) fn parse(kind: FieldKind, given: &str) -> Result<FieldValue, Refusal> {
    match kind {
        FieldKind::Text | FieldKind::Caseless => text(given).map(FieldValue::Text),
        FieldKind::Word(words) => word(words, given).map(FieldValue::Text),
        FieldKind::Time => time(given).map(FieldValue::Time),
        FieldKind::Number => number(given).map(FieldValue::Number),
        FieldKind::Flag => flag(given).map(FieldValue::Flag),
        FieldKind::Id => id(given).map(FieldValue::Id),
    }
}

pub(super) fn text(given: &str) -> Result<String, Refusal> {
    if given.is_empty() {
        return Err(("empty", "must not be empty".to_owned()));
    }
    if given.chars().any(char::is_control) {
        return Err(("control_character", "must not contain control characters".to_owned()));
    }
    if given.chars().count() > MAX {
        return Err(("too_long", format!("must have at most {MAX} characters")));
    }
    Ok(given.to_owned())
}

pub(super) fn flag(given: &str) -> Result<bool, Refusal> {
    given.parse().map_err(|_| ("unknown_word", "must be true or false".to_owned()))
}

fn word(words: &[&str], given: &str) -> Result<String, Refusal> {
    let known = words.contains(&given).then(|| given.to_owned());
    known.ok_or_else(|| ("unknown_word", format!("must be one of {}", words.join(", "))))
}

fn time(given: &str) -> Result<DateTime<Utc>, Refusal> {
    let no_time = |_| {
        let message = "must be a time such as 2026-01-31T12:00:00Z (write `+` as `%2B`)";
        ("not_a_time", message.to_owned())
    };
    DateTime::parse_from_rfc3339(given).map(|time| time.to_utc()).map_err(no_time)
}

fn number(given: &str) -> Result<i64, Refusal> {
    given.parse().map_err(|_| ("not_a_number", "must be a whole number".to_owned()))
}

fn id(given: &str) -> Result<Uuid, Refusal> {
    parse_id(given).ok_or_else(|| ("not_an_id", "must be an id as answers write it".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_answers_write_it() {
        let id = Uuid::from_u128(0xabc);
        for text in [id.to_string(), id.to_string().to_uppercase()] {
            assert_eq!(parse(FieldKind::Id, &text), Ok(FieldValue::Id(id)), "{text}");
        }
        for text in ["", "7", "nonsense", &id.simple().to_string(), &id.braced().to_string()] {
            assert_eq!(parse(FieldKind::Id, text).unwrap_err().0, "not_an_id", "{text}");
        }
    }
}
