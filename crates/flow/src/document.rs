use serde_json::{Value, json};

/// A flow as its editor stores it; unknown keys are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowDocument {
    json: Value,
}

/// Why a JSON value is not a flow document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAFlow {
    /// The document is not an object.
    #[error("a flow is an object with `nodes` and `edges`")]
    NotAnObject,
    /// `nodes` or `edges` is absent or not an array.
    #[error("`{key}` of a flow is an array")]
    NotAnArray {
        /// The key that was looked for.
        key: &'static str,
    },
    /// An entry of `nodes` or `edges` lacks a text that names it.
    #[error("{pointer} of a flow is a text")]
    NotAText {
        /// Where in the document the text was looked for.
        pointer: String,
    },
}

/// One node, as far as the structure of a flow needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeRef<'a> {
    /// The node's id, unique within the document.
    pub id: &'a str,
    /// The node kind, such as `trigger.event`.
    pub kind: &'a str,
}

/// One edge, as far as the structure of a flow needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeRef<'a> {
    /// The edge's id, unique within the document.
    pub id: &'a str,
    /// The id of the node it leaves.
    pub source: &'a str,
    /// The id of the node it enters.
    pub target: &'a str,
    /// The port it leaves through; nothing means `out`.
    pub source_handle: Option<&'a str>,
}

impl FlowDocument {
    /// The longest document that may run, as JSON.
    pub const MAX_BYTES: usize = 2_000_000;
    /// The deepest document that may run.
    pub const MAX_LEVELS: usize = 64;

    /// The flow without nodes: a valid draft.
    pub fn empty() -> Self {
        Self { json: json!({"nodes": [], "edges": []}) }
    }

    /// Takes a document whose nodes and edges can be told apart; anything else in it is kept as it is.
    ///
    /// # Errors
    /// [`NotAFlow`] names the first place that has the wrong shape.
    pub fn parse(json: Value) -> Result<Self, NotAFlow> {
        if !json.is_object() {
            return Err(NotAFlow::NotAnObject);
        }
        require_texts(&json, "nodes", &["id", "type"])?;
        require_texts(&json, "edges", &["id", "source", "target"])?;
        Ok(Self { json })
    }

    /// Takes what a store kept, whoever wrote it: what has no name has an empty one, and will not run.
    pub const fn restore(json: Value) -> Self {
        Self { json }
    }

    /// The document, equal as JSON to what was parsed.
    pub fn as_json(&self) -> &Value {
        &self.json
    }

    /// The nodes in document order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeRef<'_>> {
        entries(&self.json, "nodes").map(|node| NodeRef { id: text(node, "id"), kind: text(node, "type") })
    }

    /// The edges in document order.
    pub fn edges(&self) -> impl Iterator<Item = EdgeRef<'_>> {
        entries(&self.json, "edges").map(|edge| EdgeRef {
            id: text(edge, "id"),
            source: text(edge, "source"),
            target: text(edge, "target"),
            source_handle: edge.get("sourceHandle").and_then(Value::as_str),
        })
    }

    /// The nodes as they were drawn, in document order.
    pub(crate) fn drawn_nodes(&self) -> impl Iterator<Item = &Value> {
        entries(&self.json, "nodes")
    }

    /// The edges as they were drawn, in document order.
    pub(crate) fn drawn_edges(&self) -> impl Iterator<Item = &Value> {
        entries(&self.json, "edges")
    }
}

fn entries<'a>(json: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    json.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn require_texts(json: &Value, list: &'static str, keys: &[&str]) -> Result<(), NotAFlow> {
    let entries = json.get(list).and_then(Value::as_array).ok_or(NotAFlow::NotAnArray { key: list })?;
    for (index, entry) in entries.iter().enumerate() {
        for key in keys {
            if entry.get(key).and_then(Value::as_str).is_none() {
                return Err(NotAFlow::NotAText { pointer: format!("/{list}/{index}/{key}") });
            }
        }
    }
    Ok(())
}
