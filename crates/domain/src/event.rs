mod account;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ApiKeyId, AutomationMoved, CompanyEdited, CompanyId, Invitation, InvitationId, LeadDeleted, LeadEdited,
    LeadId, LeadMoved, LeadSource, Resource, Role, SessionId, UserId,
};

pub use account::{AccountChange, InvitationChange};

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
    /// Something about a user's account changed.
    Account {
        /// The user.
        user: UserId,
        /// What.
        change: AccountChange,
    },
    /// A company was edited.
    CompanyEdited(CompanyEdited),
    /// A company was taken out of sight.
    CompanyDeleted {
        /// The company.
        company: CompanyId,
    },
    /// Something happened to an invitation.
    Invitation {
        /// The invitation.
        invitation: InvitationId,
        /// The role it gives.
        role: Role,
        /// What.
        change: InvitationChange,
    },
    /// An API key was made.
    ApiKeyCreated {
        /// The key.
        key: ApiKeyId,
    },
    /// An API key was ended.
    ApiKeyRevoked {
        /// The key.
        key: ApiKeyId,
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
    /// A refresh token was used twice, so its session was ended: one of the two holders is not the owner.
    SessionReused {
        /// The session.
        session: SessionId,
        /// Whose it was.
        user: UserId,
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
            Self::Account { change, .. } => change.name(),
            Self::CompanyEdited(_) => "company.edited",
            Self::CompanyDeleted { .. } => "company.deleted",
            Self::Invitation { change, .. } => change.name(),
            Self::ApiKeyCreated { .. } => "api_key.created",
            Self::ApiKeyRevoked { .. } => "api_key.revoked",
            Self::SessionReused { .. } => "session.token_reused",
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
            Self::UserCreated { .. } | Self::PasswordReset { .. } | Self::Account { .. } => Resource::User,
            Self::CompanyCreated { .. } | Self::CompanyEdited(_) | Self::CompanyDeleted { .. } => {
                Resource::Company
            }
            Self::Invitation { role, .. } => Invitation::resource(*role),
            Self::ApiKeyCreated { .. } | Self::ApiKeyRevoked { .. } => Resource::ApiKey,
            Self::SessionOpened { .. } | Self::SessionRevoked { .. } | Self::SessionReused { .. } => {
                Resource::Session
            }
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
            Self::UserCreated { user } | Self::PasswordReset { user } | Self::Account { user, .. } => {
                user.uuid()
            }
            Self::CompanyCreated { company } | Self::CompanyDeleted { company } => company.uuid(),
            Self::CompanyEdited(event) => event.company.uuid(),
            Self::Invitation { invitation, .. } => invitation.uuid(),
            Self::ApiKeyCreated { key } | Self::ApiKeyRevoked { key } => key.uuid(),
            Self::SessionOpened { session, .. }
            | Self::SessionRevoked { session }
            | Self::SessionReused { session, .. } => session.uuid(),
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
            Self::SessionOpened { user, .. } | Self::SessionReused { user, .. } => json!({"user": user}),
            Self::Account { change, .. } => change.body(),
            Self::CompanyEdited(event) => json!({"fields": event.fields}),
            Self::Invitation { role, change, .. } => change.body(*role),
            Self::AutomationMoved(event) => json!({"from": event.from.as_str(), "to": event.to.as_str()}),
            Self::LeadDeleted(_)
            | Self::UserCreated { .. }
            | Self::PasswordReset { .. }
            | Self::CompanyCreated { .. }
            | Self::CompanyDeleted { .. }
            | Self::ApiKeyCreated { .. }
            | Self::ApiKeyRevoked { .. }
            | Self::SessionRevoked { .. } => json!({}),
        }
    }
}
