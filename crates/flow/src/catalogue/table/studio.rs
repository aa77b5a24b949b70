use super::{ACTION, optional, required};
use crate::catalogue::shape::{Entry, Shape};
use crate::kind::NodeKind;

/// What changes things of the studio.
pub(super) const STUDIO: &[Entry] = &[
    Entry {
        kind: NodeKind::LeadCreate,
        word: "lead.create",
        title: "Create a lead",
        summary: "Takes a lead in.",
        group: "studio",
        ports: ACTION,
        fields: &[
            required("name", Shape::Text, "who it is"),
            required("email", Shape::Text, "the address"),
            required("message", Shape::Text, "what was asked"),
            optional("phone", Shape::Text, "the telephone number"),
            optional("company", Shape::Text, "the company"),
            optional("source", Shape::Text, "where it came from"),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::LeadMove,
        word: "lead.move",
        title: "Move a lead",
        summary: "Changes the status of a lead.",
        group: "studio",
        ports: ACTION,
        fields: &[
            required("lead", Shape::Text, "which"),
            required("to", Shape::Text, "the status it gets"),
            optional("reason", Shape::Text, "why"),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::LeadNote,
        word: "lead.note",
        title: "Note on a lead",
        summary: "Adds a note to a lead.",
        group: "studio",
        ports: ACTION,
        fields: &[required("lead", Shape::Text, "which"), required("text", Shape::Text, "what it says")],
        rules: &[],
    },
    Entry {
        kind: NodeKind::CompanyCreate,
        word: "company.create",
        title: "Create a company",
        summary: "Takes a company in.",
        group: "studio",
        ports: ACTION,
        fields: &[
            required("name", Shape::Text, "its name"),
            optional("website", Shape::Text, "its address on the web"),
            optional("industry", Shape::Text, "what it does"),
        ],
        rules: &[],
    },
];
