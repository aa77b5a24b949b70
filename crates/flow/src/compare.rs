use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value, json};

use crate::FlowDocument;
use crate::pointer::Place;

/// The keys of nodes and edges that say how an editor shows them just now.
const TRANSIENT: [&str; 4] = ["selected", "dragging", "measured", "resizing"];

/// How one flow differs from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowChanges {
    /// The nodes.
    pub nodes: EntryChanges,
    /// The edges.
    pub edges: EntryChanges,
    /// Pointers to what else has changed in the document.
    pub rest: Vec<String>,
}

/// How the entries of one list differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryChanges {
    /// The ids that are new.
    pub added: Vec<String>,
    /// The ids that are gone.
    pub removed: Vec<String>,
    /// The entries that were there before and are different now.
    pub changed: Vec<EntryChange>,
}

/// How one entry differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryChange {
    /// Its id.
    pub id: String,
    /// Pointers to what has changed, into the newer document.
    pub pointers: Vec<String>,
}

impl FlowChanges {
    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The changes as they are shown.
    pub fn to_json(&self) -> Value {
        json!({"nodes": self.nodes.to_json(), "edges": self.edges.to_json(), "rest": self.rest})
    }
}

impl EntryChanges {
    fn to_json(&self) -> Value {
        let changed = self.changed.iter().map(|change| json!({"id": change.id, "pointers": change.pointers}));
        json!({"added": self.added, "removed": self.removed, "changed": changed.collect::<Value>()})
    }
}

impl FlowDocument {
    /// Whether two documents are the same but for how an editor shows them just now.
    pub fn is_same_flow(&self, other: &Self) -> bool {
        let (one, other) = (self.as_json(), other.as_json());
        let lists = ["nodes", "edges"];
        without(one, &lists).eq(without(other, &lists))
            && lists.iter().all(|list| {
                let (one, other) = (entries(one, list), entries(other, list));
                let same = |(one, other)| without(one, &TRANSIENT).eq(without(other, &TRANSIENT));
                one.len() == other.len() && one.iter().zip(other).all(same)
            })
    }
}

/// Tells how a flow differs from an earlier one; how an editor shows them just now does not count, and neither does
/// the order of nodes and edges.
pub fn compare(from: &FlowDocument, to: &FlowDocument) -> FlowChanges {
    let (from, to) = (from.as_json(), to.as_json());
    let mut rest = Vec::new();
    for key in keys(from, to).filter(|key| !matches!(*key, "nodes" | "edges")) {
        differences(from.get(key), to.get(key), Place::root(key), &mut rest);
    }
    FlowChanges { nodes: changes(from, to, "nodes"), edges: changes(from, to, "edges"), rest }
}

fn changes(from: &Value, to: &Value, list: &str) -> EntryChanges {
    let (from, to) = (entries(from, list), entries(to, list));
    // A draft may use an id twice: then the first is compared with the first.
    let mut earlier: HashMap<&str, VecDeque<&Value>> = HashMap::new();
    for entry in from {
        earlier.entry(id(entry)).or_default().push_back(entry);
    }
    let mut changes = EntryChanges::default();
    let place = Place::root(list);
    for (at, entry) in to.iter().enumerate() {
        let Some(before) = earlier.get_mut(id(entry)).and_then(VecDeque::pop_front) else {
            changes.added.push(id(entry).to_owned());
            continue;
        };
        let mut pointers = Vec::new();
        let place = place.index(at);
        for key in keys(before, entry).filter(|key| !TRANSIENT.contains(key)) {
            differences(before.get(key), entry.get(key), place.key(key), &mut pointers);
        }
        if !pointers.is_empty() {
            changes.changed.push(EntryChange { id: id(entry).to_owned(), pointers });
        }
    }
    let removed =
        from.iter().map(id).filter(|id| earlier.get_mut(id).is_some_and(|left| left.pop_front().is_some()));
    changes.removed = removed.map(str::to_owned).collect();
    changes
}

/// Points to the innermost values that differ. What is nested deeper than a flow may be counts as one value.
fn differences(from: Option<&Value>, to: Option<&Value>, place: Place<'_>, found: &mut Vec<String>) {
    if from == to {
        return;
    }
    match (from, to) {
        (Some(one @ Value::Object(_)), Some(other @ Value::Object(_)))
            if place.depth() < FlowDocument::MAX_LEVELS =>
        {
            for key in keys(one, other) {
                differences(one.get(key), other.get(key), place.key(key), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                differences(Some(one), Some(other), place.index(at), found);
            }
        }
        _ => found.push(place.to_string()),
    }
}

fn entries<'a>(json: &'a Value, list: &str) -> &'a [Value] {
    json.get(list).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn id(entry: &Value) -> &str {
    entry.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn fields(json: &Value) -> impl Iterator<Item = (&String, &Value)> {
    json.as_object().into_iter().flat_map(Map::iter)
}

fn without<'a>(json: &'a Value, keys: &'a [&str]) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let mut fields: Vec<_> = fields(json).filter(|(key, _)| !keys.contains(&key.as_str())).collect();
    fields.sort_unstable_by_key(|(key, _)| *key);
    fields.into_iter()
}

/// The keys of either, each once.
fn keys<'a>(one: &'a Value, other: &'a Value) -> impl Iterator<Item = &'a str> {
    let new = fields(other).filter(|(key, _)| one.get(key.as_str()).is_none());
    fields(one).chain(new).map(|(key, _)| key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(json: Value) -> FlowDocument {
        FlowDocument::parse(json).unwrap()
    }

    #[test]
    fn how_an_editor_shows_a_flow_does_not_count() {
        let one =
            flow(json!({"nodes": [{"id": "a", "type": "if", "selected": true}], "edges": [], "viewport": 1}));
        let moved = flow(
            json!({"nodes": [{"id": "a", "type": "if", "measured": {"width": 1}}], "edges": [], "viewport": 1}),
        );
        assert!(one.is_same_flow(&moved) && compare(&one, &moved).is_empty());
        for other in [
            json!({"nodes": [{"id": "a", "type": "if", "position": 1}], "edges": [], "viewport": 1}),
            json!({"nodes": [{"id": "a", "type": "if"}], "edges": [], "viewport": 2}),
            json!({"nodes": [{"id": "a", "type": "if"}], "edges": []}),
            json!({"nodes": [], "edges": [], "viewport": 1}),
        ] {
            let other = flow(other);
            assert!(!one.is_same_flow(&other) && !other.is_same_flow(&one));
            assert!(!compare(&one, &other).is_empty());
        }
    }

    #[test]
    fn changes_are_listed_by_id_with_pointers_into_the_newer_flow() {
        let from = flow(json!({
            "nodes": [
                {"id": "gone", "type": "if"},
                {"id": "a", "type": "http.request", "data": {"params": {"url": "x", "headers": {"a": "1"}}}},
                {"id": "same", "type": "if"},
            ],
            "edges": [{"id": "e", "source": "a", "target": "same"}],
        }));
        let to = flow(json!({
            "nodes": [
                {"id": "same", "type": "if"},
                {"id": "a", "type": "http.request", "data": {"params": {"url": "y", "headers": {"b": "1"}}}},
                {"id": "new", "type": "if"},
            ],
            "edges": [{"id": "e", "source": "a", "target": "new"}],
            "viewport": {"x": 1},
        }));
        let changes = compare(&from, &to).to_json();
        assert_eq!(changes["nodes"]["added"], json!(["new"]));
        assert_eq!(changes["nodes"]["removed"], json!(["gone"]));
        assert_eq!(changes["edges"]["changed"], json!([{"id": "e", "pointers": ["/edges/0/target"]}]));
        assert_eq!(changes["rest"], json!(["/viewport"]));
        let pointers = changes["nodes"]["changed"][0]["pointers"].as_array().unwrap();
        for pointer in ["url", "headers/a", "headers/b"] {
            assert!(pointers.contains(&json!(format!("/nodes/1/data/params/{pointer}"))), "{pointer}");
        }
        assert_eq!(pointers.len(), 3);
    }
}
