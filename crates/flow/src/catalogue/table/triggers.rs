use super::{OUT, optional, required};
use crate::TriggerKind;
use crate::bounds;
use crate::catalogue::shape::{Entry, Shape};
use crate::kind::NodeKind;

/// What starts runs.
pub(super) const TRIGGERS: &[Entry] = &[
    Entry {
        kind: NodeKind::Manual,
        word: "trigger.manual",
        title: "By hand",
        summary: "Starts a run when a person asks for it.",
        group: "triggers",
        ports: OUT,
        fields: &[],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Webhook,
        word: "trigger.webhook",
        title: "Webhook",
        summary: "Starts a run for each request to a secret address.",
        group: "triggers",
        ports: OUT,
        fields: &[
            optional("respond", Shape::Word(&["immediately", "node"]), "who answers: at once by default"),
            optional(
                "signature",
                Shape::Nested(&[
                    required(
                        "scheme",
                        Shape::Word(&["hmac-sha256", "standard-webhooks"]),
                        "the way it is signed",
                    ),
                    required("credential", Shape::Name, "the credential that holds the key"),
                    optional("header", Shape::Name, "the header with the signature"),
                    optional("timestampHeader", Shape::Name, "the header with the time of signing"),
                    optional(
                        "toleranceSeconds",
                        Shape::Int(bounds::TOLERANCE_SECONDS),
                        "how old it may be: 300 by default",
                    ),
                ]),
                "how the request proves its sender",
            ),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Schedule,
        word: "trigger.schedule",
        title: "Schedule",
        summary: "Starts a run at each planned instant.",
        group: "triggers",
        ports: OUT,
        fields: &[
            required("cron", Shape::Name, "when, as a cron expression"),
            optional("timezone", Shape::Name, "the time zone of that: UTC by default"),
            optional(
                "missed",
                Shape::Word(&["skip", "once", "all"]),
                "what becomes of missed instants: once by default",
            ),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Event,
        word: "trigger.event",
        title: "Event",
        summary: "Starts a run when something happens in the studio.",
        group: "triggers",
        ports: OUT,
        fields: &[
            required(
                "event",
                Shape::Word(TriggerKind::EVENTS),
                "what happens; these are the events that are recorded so far",
            ),
            optional("filter", Shape::Expr, "which of them count"),
        ],
        rules: &[],
    },
];
