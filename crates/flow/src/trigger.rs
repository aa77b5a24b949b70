/// A node that starts runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The node's id.
    pub node: String,
    /// What it reacts to.
    pub kind: TriggerKind,
}

/// What starts a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriggerKind {
    /// A person.
    Manual,
    /// A request to a secret address.
    Webhook {
        /// Who answers it.
        respond: RespondWith,
        /// How the request proves its sender.
        signature: Option<Signature>,
    },
    /// The clock.
    Schedule {
        /// When, as a cron expression; not checked here.
        cron: String,
        /// The time zone of that, as an IANA name; not checked here.
        timezone: String,
        /// What happens to instants at which nothing was running.
        missed: Missed,
    },
    /// Something that happened in the studio.
    Event {
        /// The name of the event.
        event: String,
    },
}

impl TriggerKind {
    /// The names of the events that triggers may wait for: those that the studio records.
    pub const EVENTS: &'static [&'static str] = &["lead.created", "lead.status_changed", "run.failed"];
}

/// Who answers a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RespondWith {
    /// The studio, as soon as the delivery is stored.
    Acceptance,
    /// A `respond` node of the flow.
    Node,
}

/// How a webhook proves its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The way it is signed.
    pub scheme: SignatureScheme,
    /// The name of the credential that holds the key.
    pub credential: String,
    /// The header with the signature, when it is not the scheme's own.
    pub header: Option<String>,
    /// The header with the time of signing, when it is not the scheme's own.
    pub timestamp_header: Option<String>,
    /// How old a signature may be.
    pub tolerance_seconds: u32,
}

/// The ways to sign a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureScheme {
    /// HMAC-SHA256 of the body, in hexadecimal.
    HmacSha256,
    /// The Standard Webhooks specification.
    StandardWebhooks,
}

/// What happens to planned instants that were missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// They are forgotten.
    Skip,
    /// One run stands for all of them.
    Once,
    /// Each gets its run.
    All,
}
