use serde_json::Value;

use crate::{RetryPolicy, StepError, StepKey};

/// Something that the run wants done in the world; its driver does it and says what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The step that wants it.
    pub key: StepKey,
    /// What is wanted.
    pub kind: EffectKind,
    /// Which attempt this is, from 1; each hold counts one up.
    pub attempt: u32,
    /// The detail of the last hold, when the step was held.
    pub resumed: Option<Value>,
    /// How often to try, and how long to wait in between.
    pub retry: RetryPolicy,
    /// How long one attempt may take, when the flow says so; it can for requests, mails and sub-flows.
    pub timeout_seconds: Option<u32>,
    /// The rendered parameters, for the log. They are the same for every attempt, also after a replay; see
    /// [`Execution::replay`](crate::Execution::replay).
    pub input: Value,
}

/// The kinds of effects.
#[derive(Clone, Debug, PartialEq)]
pub enum EffectKind {
    /// Send a request.
    Http(HttpRequest),
    /// Send a mail.
    Email(Email),
    /// Let time pass.
    Wait(WaitFor),
    /// Run another automation and wait for its end.
    Subflow {
        /// The id of that automation, as text.
        automation: String,
        /// What its run sees as `trigger`.
        input: Value,
    },
    /// Answer the request that started the run.
    Respond(Answer),
    /// Create a lead from these fields.
    LeadCreate(Value),
    /// Change the status of a lead.
    LeadMove {
        /// The id of the lead, as text.
        lead: String,
        /// The status it gets.
        to: String,
        /// Why.
        reason: Option<String>,
    },
    /// Add a note to a lead.
    LeadNote {
        /// The id of the lead, as text.
        lead: String,
        /// What the note says.
        text: String,
    },
    /// Create a company from these fields.
    CompanyCreate(Value),
}

/// A request that a flow sends.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRequest {
    /// The method, in capitals.
    pub method: String,
    /// Where to; not checked here.
    pub url: String,
    /// The headers in the order they were drawn; not checked here.
    pub headers: Vec<(String, String)>,
    /// What is added to the query of the URL.
    pub query: Vec<(String, String)>,
    /// The body: a text is sent as it is, anything else as JSON.
    pub body: Option<Value>,
    /// The name of the credential to send along.
    pub credential: Option<String>,
    /// How long to wait for the answer: what its parameters say, or else what its node says of all attempts.
    pub timeout_seconds: u32,
    /// The most bytes to read of the answer.
    pub max_response_bytes: u32,
    /// Whether a status of 400 and above is an error.
    pub fail_on_status: bool,
}

/// A mail that a flow sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// Who gets it; at least one.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same as HTML; what was put into it is escaped.
    pub html: Option<String>,
}

/// What a flow answers to the request that started it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status, 100 to 599.
    pub status: u16,
    /// The headers; not checked here.
    pub headers: Vec<(String, String)>,
    /// The body: a text is sent as it is, anything else as JSON.
    pub body: Option<Value>,
}

/// How long a run waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// A time span.
    Span {
        /// Its length.
        ms: i64,
    },
    /// Until an instant, written as RFC 3339; not checked here.
    Until {
        /// The instant.
        at: String,
    },
}

/// What a run needs next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// These effects, in any order or side by side.
    Act(Vec<Effect>),
    /// Nothing now: effects are under way, or held.
    Idle {
        /// When the first held step goes on, if time wakes one.
        until_ms: Option<i64>,
    },
    /// To be called again: there was more to do than one call may. What it did is recorded, and it goes on from there.
    Busy,
    /// Nothing any more.
    Done(Outcome),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It reached its end, or a `stop`.
    Succeeded {
        /// What it leaves: the output of its last node, or one output by node where several were last.
        output: Value,
        /// What the `stop` says.
        message: Option<String>,
    },
    /// It could not go on, or reached a `fail`.
    Failed {
        /// The node it ended at.
        node: Option<String>,
        /// Why.
        error: StepError,
    },
}

/// What a run is about; every expression sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// What fired it.
    pub trigger: Value,
    /// The variables of the automation.
    pub vars: Value,
    /// What an expression may know of the run itself.
    pub run: Value,
}

/// The current time, as the caller tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now<'a> {
    /// Milliseconds, comparable to those of holds.
    pub ms: i64,
    /// The same as RFC 3339: what expressions see as `now`.
    pub text: &'a str,
}
