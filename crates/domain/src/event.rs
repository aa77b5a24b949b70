use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    AutomationMoved, CompanyId, LeadDeleted, LeadEdited, LeadId, LeadMoved, LeadSource, Resource, SessionId,
    UserId,
};

/// Something that happened, as the journal keeps it: ids, statuses, field names, and the reason somebody gave for a
/// move, which an erasure has to overwrite. No other personal data.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A lead came in.
    LeadCreated {
        /// The lead.
        lead: LeadId,
        /// Through which door.
        source: Option<LeadSource>,
    },
    /// A lead was edited.
    LeadEdited(LeadEdited),
    /// A lead changed its status.
    LeadMoved(LeadMoved),
    /// A lead was taken out of sight.
    LeadDeleted(LeadDeleted),
    /// A user was made.
    UserCreated {
        /// The user.
        user: UserId,
    },
    /// A user's password was set by somebody else.
    PasswordReset {
        /// The user.
        user: UserId,
    },
    /// A company was made.
    CompanyCreated {
        /// The company.
        company: CompanyId,
    },
    /// Somebody signed in.
    SessionOpened {
        /// The session.
        session: SessionId,
        /// Who signed in.
        user: UserId,
    },
    /// A session was ended.
    SessionRevoked {
        /// The session.
        session: SessionId,
    },
    /// An automation changed its status.
    AutomationMoved(AutomationMoved),
}

impl Event {
    /// Its stable name, the one that triggers and webhooks use.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LeadCreated { .. } => "lead.created",
            Self::LeadEdited(_) => "lead.edited",
            Self::LeadMoved(_) => "lead.status_changed",
            Self::LeadDeleted(_) => "lead.deleted",
            Self::UserCreated { .. } => "user.created",
            Self::PasswordReset { .. } => "user.password_reset",
            Self::CompanyCreated { .. } => "company.created",
            Self::SessionOpened { .. } => "session.opened",
            Self::SessionRevoked { .. } => "session.revoked",
            Self::AutomationMoved(_) => "automation.status_changed",
        }
    }

    /// The kind of thing it happened to.
    pub const fn resource(&self) -> Resource {
        match self {
            Self::LeadCreated { .. } | Self::LeadEdited(_) | Self::LeadMoved(_) | Self::LeadDeleted(_) => {
                Resource::Lead
            }
            Self::UserCreated { .. } | Self::PasswordReset { .. } => Resource::User,
            Self::CompanyCreated { .. } => Resource::Company,
            Self::SessionOpened { .. } | Self::SessionRevoked { .. } => Resource::Session,
            Self::AutomationMoved(_) => Resource::Automation,
        }
    }

    /// The thing it happened to.
    pub const fn subject(&self) -> Uuid {
        match self {
            Self::LeadCreated { lead, .. } => lead.uuid(),
            Self::LeadEdited(event) => event.lead.uuid(),
            Self::LeadMoved(event) => event.lead.uuid(),
            Self::LeadDeleted(event) => event.lead.uuid(),
            Self::UserCreated { user } | Self::PasswordReset { user } => user.uuid(),
            Self::CompanyCreated { company } => company.uuid(),
            Self::SessionOpened { session, .. } | Self::SessionRevoked { session } => session.uuid(),
            Self::AutomationMoved(event) => event.automation.uuid(),
        }
    }

    /// What else is to be known of it.
    pub fn body(&self) -> Value {
        match self {
            Self::LeadCreated { source, .. } => json!({"source": source.map(LeadSource::as_str)}),
            Self::LeadEdited(event) => json!({"fields": event.fields}),
            Self::LeadMoved(event) => json!({
                "from": event.from.as_str(),
                "to": event.to.as_str(),
                "reason": event.reason.as_ref().map(crate::Reason::as_str),
            }),
            Self::SessionOpened { user, .. } => json!({"user": user}),
            Self::AutomationMoved(event) => json!({"from": event.from.as_str(), "to": event.to.as_str()}),
            Self::LeadDeleted(_)
            | Self::UserCreated { .. }
            | Self::PasswordReset { .. }
            | Self::CompanyCreated { .. }
            | Self::SessionRevoked { .. } => json!({}),
        }
    }
}
