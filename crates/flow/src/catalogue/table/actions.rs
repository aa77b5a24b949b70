use super::{ACTION, OUT, optional, required};
use crate::bounds;
use crate::catalogue::shape::{Entry, Shape};
use crate::kind::NodeKind;

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// What reaches beyond the run.
pub(super) const ACTIONS: &[Entry] = &[
    Entry {
        kind: NodeKind::HttpRequest,
        word: "http.request",
        title: "HTTP request",
        summary: "Sends a request and waits for the answer.",
        group: "actions",
        ports: ACTION,
        fields: &[
            required("method", Shape::Word(METHODS), "the method"),
            required("url", Shape::Text, "where to"),
            optional("headers", Shape::TextMap, "the headers"),
            optional("query", Shape::TextMap, "what is added to the query"),
            optional("body", Shape::Json, "the body: a text as it is, anything else as JSON"),
            optional("credential", Shape::Name, "the credential to send along"),
            optional(
                "timeoutSeconds",
                Shape::Int(bounds::REQUEST_SECONDS),
                "how long to wait for the answer: as long as the node may take, or else 10",
            ),
            optional(
                "maxResponseBytes",
                Shape::Int(bounds::RESPONSE_BYTES),
                "the most to read of the answer: 1 MiB by default",
            ),
            optional("failOnStatus", Shape::Flag, "whether a status from 400 is an error: yes by default"),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::EmailSend,
        word: "email.send",
        title: "Mail",
        summary: "Sends a mail.",
        group: "actions",
        ports: ACTION,
        fields: &[
            required("to", Shape::Texts, "who gets it"),
            required("subject", Shape::Text, "its subject"),
            required("text", Shape::Text, "its text"),
            optional("html", Shape::Html, "the same as HTML"),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Subflow,
        word: "subflow",
        title: "Sub-flow",
        summary: "Runs another automation and waits for its end.",
        group: "actions",
        ports: ACTION,
        fields: &[
            required("automation", Shape::Uuid, "which"),
            optional("input", Shape::Json, "what it sees as its trigger"),
        ],
        rules: &[],
    },
    Entry {
        kind: NodeKind::Respond,
        word: "respond",
        title: "Respond",
        summary: "Answers the request that started the run.",
        group: "actions",
        ports: OUT,
        fields: &[
            optional("status", Shape::IntOrTemplate(bounds::STATUS), "the status: 200 by default"),
            optional("headers", Shape::TextMap, "the headers"),
            optional("body", Shape::Json, "the body: a text as it is, anything else as JSON"),
        ],
        rules: &[],
    },
];
