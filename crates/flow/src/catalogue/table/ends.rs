use super::{NO_PORT, optional, required};
use crate::catalogue::shape::{Entry, Shape};
use crate::kind::NodeKind;

/// What ends a run.
pub(super) const ENDS: &[Entry] = &[
    Entry {
        kind: NodeKind::Fail,
        word: "fail",
        title: "Fail",
        summary: "Ends the run as failed.",
        group: "ends",
        ports: NO_PORT,
        fields: &[required("message", Shape::Text, "why")],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Stop,
        word: "stop",
        title: "Stop",
        summary: "Ends the run as succeeded.",
        group: "ends",
        ports: NO_PORT,
        fields: &[
            optional("message", Shape::Text, "why"),
            optional("output", Shape::Json, "what the run leaves"),
        ],
        rules: &[],
    },
];

/// What only people read.
pub(super) const DRAWING: &[Entry] = &[
    Entry {
        kind: NodeKind::Note,
        word: "note",
        title: "Note",
        summary: "Says something to the reader of the drawing.",
        group: "drawing",
        ports: NO_PORT,
        fields: &[],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Group,
        word: "group",
        title: "Group",
        summary: "Holds nodes of the drawing together.",
        group: "drawing",
        ports: NO_PORT,
        fields: &[],
        rules: &[],
    },
];
