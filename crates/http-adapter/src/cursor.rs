use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use kairo_domain::{FieldValue, Position};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::PurposeKey;

/// Makes and reads the cursors of one list: opaque texts, signed, and good for this very query only.
///
/// A cursor is not encrypted: it carries the sort values and the id of a row that its holder has just seen.
#[derive(Clone, Debug)]
pub(crate) struct Cursors {
    key: PurposeKey,
    /// What the list is: its resource, sort order, filter and search.
    list: [u8; 32],
}

const TAG: usize = 16;

#[derive(Serialize, Deserialize)]
struct Wire(Vec<WireValue>, Uuid);

#[derive(Serialize, Deserialize)]
enum WireValue {
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "d")]
    Time(DateTime<Utc>),
    #[serde(rename = "n")]
    Number(i64),
    #[serde(rename = "f")]
    Flag(bool),
    #[serde(rename = "i")]
    Id(Uuid),
}

impl Cursors {
    pub(crate) const fn new(key: PurposeKey, list: [u8; 32]) -> Self {
        Self { key, list }
    }

    pub(crate) fn seal(&self, position: &Position) -> String {
        let wire = Wire(position.values.iter().map(WireValue::from).collect(), position.id);
        let payload = serde_json::to_vec(&wire).unwrap_or_default();
        let mut sealed = self.key.sign(&[&self.list, &payload])[..TAG].to_vec();
        sealed.extend(payload);
        BASE64_URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The position in a cursor of this list; `None` for any other text.
    pub(crate) fn open(&self, text: &str) -> Option<Position> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (tag, payload) = sealed.split_at_checked(TAG)?;
        if !self.key.verify(&[&self.list, payload], tag) {
            return None;
        }
        let Wire(values, id) = serde_json::from_slice(payload).ok()?;
        Some(Position { values: values.into_iter().map(FieldValue::from).collect(), id })
    }
}

impl From<&FieldValue> for WireValue {
    fn from(value: &FieldValue) -> Self {
        match value {
            FieldValue::Text(text) => Self::Text(text.clone()),
            FieldValue::Time(time) => Self::Time(*time),
            FieldValue::Number(number) => Self::Number(*number),
            FieldValue::Flag(flag) => Self::Flag(*flag),
            FieldValue::Id(id) => Self::Id(*id),
        }
    }
}

impl From<WireValue> for FieldValue {
    fn from(value: WireValue) -> Self {
        match value {
            WireValue::Text(text) => Self::Text(text),
            WireValue::Time(time) => Self::Time(time),
            WireValue::Number(number) => Self::Number(number),
            WireValue::Flag(flag) => Self::Flag(flag),
            WireValue::Id(id) => Self::Id(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use kairo_domain::Redacted;
    use proptest::prelude::*;

    use super::*;

    fn cursors(list: u8) -> Cursors {
        Cursors::new(PurposeKey::derive(&Redacted::new([1; 32]), "cursor"), [list; 32])
    }

    fn value() -> impl Strategy<Value = FieldValue> {
        prop_oneof![
            any::<String>().prop_map(FieldValue::Text),
            (0..4_102_444_800_000_000_000_i64)
                .prop_map(|nanos| FieldValue::Time(DateTime::from_timestamp_nanos(nanos))),
            any::<i64>().prop_map(FieldValue::Number),
            any::<bool>().prop_map(FieldValue::Flag),
            any::<u128>().prop_map(|id| FieldValue::Id(Uuid::from_u128(id))),
        ]
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_whole_and_only_to_its_list(
            values in prop::collection::vec(value(), 1..4),
            id in any::<u128>(),
            flip in any::<prop::sample::Index>(),
        ) {
            let position = Position { values, id: Uuid::from_u128(id) };
            let text = cursors(1).seal(&position);
            prop_assert_eq!(cursors(2).open(&text), None);
            let mut other = text.clone().into_bytes();
            let at = flip.index(other.len() - 1);
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            prop_assert_eq!(cursors(1).open(&String::from_utf8(other).unwrap()), None);
            prop_assert_eq!(cursors(1).open(&text), Some(position));
        }

        #[test]
        fn any_other_text_is_no_cursor(text in any::<String>()) {
            prop_assert_eq!(cursors(1).open(&text), None);
        }
    }
}
