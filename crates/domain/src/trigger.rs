use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::{
    Actor, AutomationId, Facts, FlowNumber, Missed, Redacted, Resource, Subject, TokenDigest, UserActor,
};

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

impl Trigger {
    /// The first planned instant of a schedule that was not fired yet, once it is planned.
    pub const fn planned_at(&self) -> Option<DateTime<Utc>> {
        match &self.on {
            TriggerOn::Schedule { next_at, .. } => *next_at,
            TriggerOn::Webhook { .. } | TriggerOn::Event { .. } => None,
        }
    }
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

/// A trigger that may fire: its automation is ACTIVE, and whoever owns that may act.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmedTrigger {
    /// The automation.
    pub automation: AutomationId,
    /// The node of its flow.
    pub node: String,
    /// The version of the flow that a run of it is pinned to.
    pub flow_number: FlowNumber,
    /// The automation's variables.
    pub vars: Map<String, Value>,
    /// Who owns the automation.
    pub owner: UserActor,
}

impl ArmedTrigger {
    /// The automation, with the rights of its owner.
    pub const fn actor(&self) -> Actor {
        Actor::Automation { id: self.automation, on_behalf_of: self.owner }
    }
}

/// To fire a trigger is to run its automation.
impl Subject for ArmedTrigger {
    fn facts(&self) -> Facts {
        Facts { owner: Some(self.owner.id), ..Facts::of(Resource::Automation, self.automation.uuid()) }
    }
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
