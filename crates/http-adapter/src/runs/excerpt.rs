use serde_json::{Value, json};

/// The most bytes of a value, as JSON, that are shown.
const MOST: usize = 64 * 1024;
/// The most bytes of the start of a larger one.
const START: usize = 4 * 1024;

/// A value as it is shown: whole, or `{"truncated": true, "bytes": …, "start": …}` with the start of its JSON as a text.
pub(super) fn excerpt(value: &Value) -> Value {
    let text = value.to_string();
    if text.len() <= MOST {
        return value.clone();
    }
    let end = (0..=START).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    json!({"truncated": true, "bytes": text.len(), "start": text[..end]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_is_shown_whole() {
        let value = json!({"a": "x".repeat(MOST - 8)});
        assert_eq!(value.to_string().len(), MOST);
        assert_eq!(excerpt(&value), value);
    }

    #[test]
    fn what_is_large_says_how_large_and_how_it_begins() {
        let value = json!({"a": "ü".repeat(MOST)});
        let shown = excerpt(&value);
        assert_eq!(shown["truncated"], true);
        assert_eq!(shown["bytes"], value.to_string().len());
        let start = shown["start"].as_str().unwrap();
        assert!(start.starts_with("{\"a\":\"üü") && value.to_string().starts_with(start), "{start}");
        assert!(start.len() > START - 4 && start.len() <= START);
    }
}
