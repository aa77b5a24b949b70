#[cfg(test)]
mod agreement;
mod schema;
mod shape;
mod table;

use std::sync::LazyLock;

use serde_json::Value;

pub(crate) use shape::{Entry, Field, Ports, Rule, Shape};
#[cfg(test)]
pub(crate) use table::entries;

/// A kind of node, as an editor shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSpec {
    /// The word that a document has as `type`.
    pub kind: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The shelf it is found on.
    pub group: &'static str,
    /// The ports it is left through; a `switch` has one for each of its cases besides.
    pub ports: &'static [&'static str],
    /// Whether its parameters add ports.
    pub has_dynamic_ports: bool,
    /// Whether it starts runs.
    pub is_trigger: bool,
    /// Whether its `data.timeoutSeconds` bounds an attempt; a node of any other kind has none.
    pub takes_timeout: bool,
    /// The JSON Schema (2020-12) of its `data.params`.
    pub params_schema: Value,
}

/// Every kind of node there is, in the order an editor shows them.
pub fn catalogue() -> &'static [NodeSpec] {
    static SPECS: LazyLock<Vec<NodeSpec>> = LazyLock::new(|| table::entries().map(spec).collect());
    &SPECS
}

/// What the engine knows of a kind.
pub(crate) fn entry(kind: &str) -> Option<&'static Entry> {
    table::entries().find(|entry| entry.word == kind)
}

fn spec(entry: &Entry) -> NodeSpec {
    let (ports, has_dynamic_ports) = match entry.ports {
        Ports::Fixed(ports) => (ports, false),
        Ports::Cases(ports) => (ports, true),
    };
    NodeSpec {
        kind: entry.word,
        title: entry.title,
        summary: entry.summary,
        group: entry.group,
        ports,
        has_dynamic_ports,
        is_trigger: entry.kind.is_trigger(),
        takes_timeout: entry.kind.takes_timeout(),
        params_schema: schema::of(entry),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::is_known_kind;

    #[test]
    fn every_kind_has_its_own_word_and_a_schema() {
        let words: HashSet<_> = catalogue().iter().map(|spec| spec.kind).collect();
        assert_eq!(words.len(), catalogue().len());
        for spec in catalogue() {
            assert!(is_known_kind(spec.kind));
            assert!(!spec.title.is_empty() && spec.summary.ends_with('.'), "{}", spec.kind);
            assert_eq!(spec.params_schema["type"], "object", "{}", spec.kind);
            assert_eq!(spec.is_trigger, spec.kind.starts_with("trigger."));
            let reaches_out = matches!(spec.kind, "http.request" | "email.send" | "subflow");
            assert_eq!(spec.takes_timeout, reaches_out, "{}", spec.kind);
        }
        assert!(!is_known_kind("approval"));
    }
}
