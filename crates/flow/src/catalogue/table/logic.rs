use super::{ACTION, OUT, optional, required};
use crate::bounds;
use crate::bounds::LONGEST_WAIT_DAYS;
use crate::catalogue::shape::{Entry, Ports, Rule, Shape};
use crate::kind::NodeKind;

/// What decides, computes and waits.
pub(super) const LOGIC: &[Entry] = &[
    Entry {
        kind: NodeKind::Transform,
        word: "transform",
        title: "Transform",
        summary: "Makes a value out of others.",
        group: "logic",
        ports: ACTION,
        fields: &[
            optional("value", Shape::Json, "the value, with templates in it"),
            optional("expression", Shape::Expr, "an expression for the value"),
        ],
        rules: &[Rule::ExactlyOne(&["value", "expression"])],
    },
    Entry {
        kind: NodeKind::If,
        word: "if",
        title: "If",
        summary: "Goes one of two ways.",
        group: "logic",
        ports: Ports::Fixed(&["true", "false"]),
        fields: &[required("condition", Shape::Expr, "what decides")],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Switch,
        word: "switch",
        title: "Switch",
        summary: "Goes the way of the first case that fits.",
        group: "logic",
        ports: Ports::Cases(&["default"]),
        fields: &[
            required("value", Shape::Expr, "what the cases are compared with"),
            required(
                "cases",
                Shape::List(
                    &[
                        required("key", Shape::Key, "the name of its port, behind `case:`"),
                        optional("equals", Shape::Json, "the value that fits"),
                        optional("condition", Shape::Expr, "an expression that holds when it fits"),
                    ],
                    &[Rule::ExactlyOne(&["equals", "condition"])],
                    100,
                ),
                "the cases",
            ),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Filter,
        word: "filter",
        title: "Filter",
        summary: "Goes on only if a condition holds.",
        group: "logic",
        ports: OUT,
        fields: &[required("condition", Shape::Expr, "what decides")],
        rules: &[],
    },
    Entry {
        kind: NodeKind::ForEach,
        word: "forEach",
        title: "For each",
        summary: "Runs its body once for each item of a list.",
        group: "logic",
        ports: Ports::Fixed(&["item", "done"]),
        fields: &[
            required("items", Shape::Expr, "the list"),
            optional("concurrency", Shape::Int(bounds::CONCURRENCY), "how many at once: one by default"),
            optional(
                "result",
                Shape::Expr,
                "what an iteration yields: the output of its last node by default",
            ),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Merge,
        word: "merge",
        title: "Merge",
        summary: "Brings branches together.",
        group: "logic",
        ports: OUT,
        fields: &[optional(
            "mode",
            Shape::Word(&["all", "any", "append"]),
            "which it waits for: all by default",
        )],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Wait,
        word: "wait",
        title: "Wait",
        summary: "Goes on later.",
        group: "logic",
        ports: OUT,
        fields: &[
            optional("seconds", Shape::Amount(LONGEST_WAIT_DAYS * 86_400), "how long"),
            optional("minutes", Shape::Amount(LONGEST_WAIT_DAYS * 1_440), "how long"),
            optional("hours", Shape::Amount(LONGEST_WAIT_DAYS * 24), "how long"),
            optional("days", Shape::Amount(LONGEST_WAIT_DAYS), "how long"),
            optional("until", Shape::Text, "until when, as RFC 3339"),
        ],
        rules: &[Rule::ExactlyOne(&["seconds", "minutes", "hours", "days", "until"])],
    },
];
