mod account;
mod automation;
mod credential;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ApiKeyId, AutomationId, CompanyEdited, CompanyId, CredentialId, Invitation, InvitationId, LeadDeleted,
    LeadEdited, LeadId, LeadMoved, LeadNoteId, LeadSource, Resource, Role, RunId, SessionId, UserId,
};

pub use account::{AccountChange, InvitationChange};
pub use automation::{AutomationChange, RunChange};
pub use credential::CredentialChange;

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
    /// Something was written down about a lead; what it says is in the note alone.
    LeadNoted {
        /// The lead.
        lead: LeadId,
        /// The note.
        note: LeadNoteId,
    },
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
    /// Something happened to a credential.
    Credential {
        /// The credential.
        credential: CredentialId,
        /// What.
        change: CredentialChange,
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
    /// Something happened to an automation.
    Automation {
        /// The automation.
        automation: AutomationId,
        /// What.
        change: AutomationChange,
    },
    /// Something happened to a run.
    Run {
        /// The run.
        run: RunId,
        /// What.
        change: RunChange,
    },
}

impl Event {
    /// Its stable name, the one that triggers and webhooks use.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LeadCreated { .. } => "lead.created",
            Self::LeadEdited(_) => "lead.edited",
            Self::LeadMoved(_) => "lead.status_changed",
            Self::LeadDeleted(_) => "lead.deleted",
            Self::LeadNoted { .. } => "lead.noted",
            Self::UserCreated { .. } => "user.created",
            Self::PasswordReset { .. } => "user.password_reset",
            Self::CompanyCreated { .. } => "company.created",
            Self::Account { change, .. } => change.name(),
            Self::CompanyEdited(_) => "company.edited",
            Self::CompanyDeleted { .. } => "company.deleted",
            Self::Invitation { change, .. } => change.name(),
            Self::ApiKeyCreated { .. } => "api_key.created",
            Self::ApiKeyRevoked { .. } => "api_key.revoked",
            Self::Credential { change, .. } => change.name(),
            Self::SessionReused { .. } => "session.token_reused",
            Self::SessionOpened { .. } => "session.opened",
            Self::SessionRevoked { .. } => "session.revoked",
            Self::Automation { change, .. } => change.name(),
            Self::Run { change, .. } => change.name(),
        }
    }

    /// The kind of thing it happened to.
    pub const fn resource(&self) -> Resource {
        match self {
            Self::LeadCreated { .. }
            | Self::LeadEdited(_)
            | Self::LeadMoved(_)
            | Self::LeadDeleted(_)
            | Self::LeadNoted { .. } => Resource::Lead,
            Self::UserCreated { .. } | Self::PasswordReset { .. } | Self::Account { .. } => Resource::User,
            Self::CompanyCreated { .. } | Self::CompanyEdited(_) | Self::CompanyDeleted { .. } => {
                Resource::Company
            }
            Self::Invitation { role, .. } => Invitation::resource(*role),
            Self::ApiKeyCreated { .. } | Self::ApiKeyRevoked { .. } => Resource::ApiKey,
            Self::Credential { .. } => Resource::Credential,
            Self::SessionOpened { .. } | Self::SessionRevoked { .. } | Self::SessionReused { .. } => {
                Resource::Session
            }
            Self::Automation { .. } => Resource::Automation,
            Self::Run { .. } => Resource::Run,
        }
    }

    /// The thing it happened to.
    pub const fn subject(&self) -> Uuid {
        match self {
            Self::LeadCreated { lead, .. } | Self::LeadNoted { lead, .. } => lead.uuid(),
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
            Self::Credential { credential, .. } => credential.uuid(),
            Self::SessionOpened { session, .. }
            | Self::SessionRevoked { session }
            | Self::SessionReused { session, .. } => session.uuid(),
            Self::Automation { automation, .. } => automation.uuid(),
            Self::Run { run, .. } => run.uuid(),
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
            Self::LeadNoted { note, .. } => json!({"note": note}),
            Self::SessionOpened { user, .. } | Self::SessionReused { user, .. } => json!({"user": user}),
            Self::Account { change, .. } => change.body(),
            Self::CompanyEdited(event) => json!({"fields": event.fields}),
            Self::Invitation { role, change, .. } => change.body(*role),
            Self::Automation { change, .. } => change.body(),
            Self::Run { change, .. } => change.body(),
            Self::Credential { change, .. } => change.body(),
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
