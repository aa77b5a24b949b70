use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde_json::{Map, Value};

use crate::text::SECRET_MIN;

/// Texts that must not be seen, and how to take them out of whatever is written down.
///
/// Each is known as it is and in the spellings in which it comes back from elsewhere: within JSON, and in URLs with
/// either spelling of a space and either case of the digits. What was transformed in another way (hashed, reversed,
/// encoded twice) is not recognized.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretTexts(Vec<String>);

impl SecretTexts {
    /// What stands in the place of a secret.
    pub const MARK: &str = kairo_flow::REDACTED;
    /// The fewest characters of a text that is looked for; a shorter one would be found in harmless words. No secret of
    /// a credential is that short.
    pub const MIN: usize = SECRET_MIN;

    /// Adds a text with its spellings. One that is too short is left out.
    pub fn add(&mut self, text: &str) {
        if text.chars().count() < Self::MIN {
            return;
        }
        for spelling in spellings(text) {
            if !self.0.contains(&spelling) {
                self.0.push(spelling);
            }
        }
    }

    /// Adds all of the others.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether there is nothing to take out.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text without the secrets that occur in it.
    pub fn redact_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.occurrences(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
        for Range { start, end } in found {
            // Two that overlap are one: what sticks out of the first is part of a secret as well.
            if start >= at {
                shown.push_str(&text[at..start]);
                shown.push_str(Self::MARK);
            }
            at = at.max(end);
        }
        shown.push_str(&text[at..]);
        Cow::Owned(shown)
    }

    /// Takes the secrets out of a JSON value: out of texts, keys, and numbers that are one. Of keys that look alike
    /// afterwards, the last one stays.
    pub fn redact(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(shown) = self.redact_text(text) {
                    *text = shown;
                }
            }
            Value::Number(number) => {
                if let Cow::Owned(shown) = self.redact_text(&number.to_string()) {
                    *value = Value::String(shown);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact(item)),
            Value::Object(members) => self.redact_members(members),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn redact_members(&self, members: &mut Map<String, Value>) {
        members.values_mut().for_each(|member| self.redact(member));
        if members.keys().any(|key| !self.occurrences(key).is_empty()) {
            let all = std::mem::take(members).into_iter();
            *members = all.map(|(key, member)| (self.redact_text(&key).into_owned(), member)).collect();
        }
    }

    /// Where secrets occur, the first one first.
    fn occurrences(&self, text: &str) -> Vec<Range<usize>> {
        let of = |secret: &'_ String| {
            text.match_indices(secret.as_str()).map(|(at, met)| at..at + met.len()).collect::<Vec<_>>()
        };
        let mut found: Vec<_> = self.0.iter().flat_map(of).collect();
        found.sort_by_key(|range| range.start);
        found
    }
}

/// The ways in which a text is written elsewhere. Some write JSON with `\\/`, or in ASCII alone.
fn spellings(text: &str) -> [String; 9] {
    let quoted = Value::from(text).to_string();
    let in_json = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let in_ascii = in_ascii(in_json);
    let of_form = |hex| escaped(text, |b| b.is_ascii_alphanumeric() || b"*-._".contains(&b), "+", hex);
    let of_url = |hex| escaped(text, |b| b.is_ascii_alphanumeric() || b"-._~".contains(&b), "%20", hex);
    let (upper, lower) = (b"0123456789ABCDEF", b"0123456789abcdef");
    [
        text.to_owned(),
        in_json.to_owned(),
        in_json.replace('/', "\\/"),
        in_ascii.replace('/', "\\/"),
        in_ascii,
        of_form(upper),
        of_form(lower),
        of_url(upper),
        of_url(lower),
    ]
}

/// A text as JSON has it, with everything beyond ASCII escaped.
fn in_ascii(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => written.push(char::from(byte)),
            _ => written.push_str(&format!("\\u{unit:04x}")),
        }
    }
    written
}

/// A text as URLs have it, with everything escaped that is not kept.
fn escaped(text: &str, is_kept: impl Fn(u8) -> bool, space: &str, digits: &[u8; 16]) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_kept(byte) {
            written.push(char::from(byte));
        } else if byte == b' ' {
            written.push_str(space);
        } else {
            written.push('%');
            written.push(char::from(digits[usize::from(byte >> 4)]));
            written.push(char::from(digits[usize::from(byte & 15)]));
        }
    }
    written
}

impl fmt::Debug for SecretTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::MARK)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn texts(all: &[&str]) -> SecretTexts {
        let mut texts = SecretTexts::default();
        all.iter().for_each(|text| texts.add(text));
        texts
    }

    #[test]
    fn every_occurrence_goes_and_the_rest_stays() {
        let secrets = texts(&["abcd1234"]);
        for (text, shown) in [
            ("abcd1234", "[redacted]"),
            ("abcd1234abcd1234", "[redacted][redacted]"),
            ("x=abcd1234&y=abcd1234.", "x=[redacted]&y=[redacted]."),
            ("ABCD1234 abcd123", "ABCD1234 abcd123"),
            ("", ""),
        ] {
            assert_eq!(secrets.redact_text(text), shown);
        }
        assert_eq!(SecretTexts::default().redact_text("abcd1234"), "abcd1234");
    }

    #[test]
    fn a_secret_in_another_goes_as_a_whole() {
        let secrets = texts(&["token-token", "my token-token of old"]);
        assert_eq!(secrets.redact_text("it is my token-token of old!"), "it is [redacted]!");
        let overlapping = texts(&["abcdefgh", "efghijkl"]);
        assert_eq!(overlapping.redact_text("<abcdefghijkl>"), "<[redacted]>");
    }

    #[test]
    fn a_secret_is_known_in_json_and_in_urls() {
        let secrets = texts(&["pä\"ss w\\rd&+/"]);
        for text in [
            r#"{"got": "pä\"ss w\\rd&+/"}"#,
            r#"{"got": "pä\"ss w\\rd&+\/"}"#,
            r#"{"got": "p\u00e4\"ss w\\rd&+/"}"#,
            r#"{"got": "p\u00e4\"ss w\\rd&+\/"}"#,
            "https://x.example/?key=p%C3%A4%22ss+w%5Crd%26%2B%2F",
            "https://x.example/?key=p%C3%A4%22ss%20w%5Crd%26%2B%2F",
            "https://x.example/?key=p%c3%a4%22ss%20w%5crd%26%2b%2f",
        ] {
            let shown = secrets.redact_text(text).into_owned();
            assert!(shown.contains("[redacted]") && !shown.contains("ss"), "{shown}");
        }
        let quoted = texts(&["\"in quotes\""]);
        assert_eq!(quoted.redact_text(r#"[\"in quotes\"]"#), "[[redacted]]");
    }

    #[test]
    fn json_keeps_its_shape() {
        let mut value = json!({
            "ok": true, "none": null, "count": 3, "list": ["a abcd1234", {"deep": "12345678"}],
            "key abcd1234": 12_345_678, "other": 123_456_780, "text": "nothing"
        });
        texts(&["abcd1234", "12345678"]).redact(&mut value);
        let shown = json!({
            "ok": true, "none": null, "count": 3, "list": ["a [redacted]", {"deep": "[redacted]"}],
            "key [redacted]": "[redacted]", "other": "[redacted]0", "text": "nothing"
        });
        assert_eq!(value, shown);
    }

    #[test]
    fn what_is_too_short_is_not_looked_for() {
        let secrets = texts(&["seven77", ""]);
        assert!(secrets.is_empty());
        assert_eq!(secrets.redact_text("seven77"), "seven77");
    }

    #[test]
    fn sets_of_secrets_are_looked_for_together() {
        let mut secrets = texts(&["abcd1234"]);
        secrets.extend(texts(&["efgh5678"]));
        assert_eq!(secrets.redact_text("abcd1234 efgh5678"), "[redacted] [redacted]");
        assert_eq!(format!("{secrets:?}"), "[redacted]");
    }

    proptest! {
        #[test]
        fn no_secret_is_left_whatever_is_around_it(
            secret in "[^\\[\\]\"\\p{Cc}]{8,40}", before in "\\PC{0,20}", after in "\\PC{0,20}"
        ) {
            let secrets = texts(&[&secret]);
            let text = format!("{before}{secret}{after}");
            let whole = json!({ text.clone(): [text.clone(), {"it": text.clone()}] });
            prop_assert!(!secrets.redact_text(&text).contains(&secret));
            let mut value = whole.clone();
            secrets.redact(&mut value);
            let written = Value::from(secret.as_str()).to_string();
            prop_assert!(!value.to_string().contains(written.trim_matches('"')));
            let mut nested = Value::from(whole.to_string());
            secrets.redact(&mut nested);
            prop_assert!(nested.as_str().is_some_and(|text| text.contains(SecretTexts::MARK)));
        }
    }
}
