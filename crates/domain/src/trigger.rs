use chrono::{DateTime, Utc};

use crate::{AutomationId, Missed, Redacted, TokenDigest};

/// A trigger of an automation, as a store keeps it to be found when something happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// The automation.
    pub automation: AutomationId,
    /// The node of its flow.
    pub node: String,
    /// What fires it.
    pub on: TriggerOn,
}

/// What fires a trigger.
#[derive(Clone, Debug, PartialEq)]
pub enum TriggerOn {
    /// A request to a secret address.
    Webhook {
        /// What is stored of the token in the address to look it up by.
        digest: TokenDigest,
        /// The token, encrypted, so that its owner can be shown the address again.
        sealed_token: Redacted<String>,
    },
    /// The time.
    Schedule {
        /// The cron expression.
        cron: String,
        /// The time zone.
        zone: String,
        /// What becomes of missed instants.
        missed: Missed,
        /// The first planned instant that was not fired yet; absent until it is planned.
        next_at: Option<DateTime<Utc>>,
    },
    /// An event of the journal.
    Event {
        /// Its name.
        event: String,
    },
}

impl Trigger {
    /// The names of events that triggers may wait for.
    pub const EVENTS: [&'static str; 9] = [
        "lead.created",
        "lead.status_changed",
        "lead.assigned",
        "lead.converted",
        "lead.sla_breached",
        "project.published",
        "asset.uploaded",
        "user.signed_up",
        "run.failed",
    ];
}

impl TriggerOn {
    /// The word of the database.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Schedule { .. } => "schedule",
            Self::Event { .. } => "event",
        }
    }
}
