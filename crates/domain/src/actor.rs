use uuid::Uuid;

use crate::{ApiKeyId, AutomationId, CompanyId, Role, Scopes, SessionId, UserId};

/// Who is acting. Every unit of work is begun by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without credentials.
    Visitor,
    /// A signed-in user.
    User(UserActor),
    /// An automation; it has its owner's rights, never more.
    Automation {
        /// The automation.
        id: AutomationId,
        /// Its owner.
        on_behalf_of: UserActor,
    },
    /// The program itself: migrations, the worker, the sign-in look-up.
    System,
}

/// A user as an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserActor {
    /// The user.
    pub id: UserId,
    /// The role the user has.
    pub role: Role,
    /// The company the user belongs to.
    pub company: Option<CompanyId>,
    /// Through what the user acts.
    pub via: Via,
}

/// Through what a user acts, which may narrow what the user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The user in person, on a signed-in device.
    Session(SessionId),
    /// A program that holds one of the user's keys.
    ApiKey(ApiKeyId, Scopes),
    /// Kairo itself, in the user's name.
    Program,
}

/// What the policy distinguishes: the seed's three roles, and two that no user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorRole {
    /// The program itself.
    System,
    /// A user with role ADMIN.
    Admin,
    /// A user with role TEAM.
    Team,
    /// A user with role CLIENT.
    Client,
    /// No credentials.
    Anonymous,
}

impl ActorRole {
    /// Every role, the most powerful first.
    pub const ALL: [Self; 5] = [Self::System, Self::Admin, Self::Team, Self::Client, Self::Anonymous];

    /// The word of the documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "SYSTEM",
            Self::Admin => "ADMIN",
            Self::Team => "TEAM",
            Self::Client => "CLIENT",
            Self::Anonymous => "ANONYMOUS",
        }
    }
}

impl From<Role> for ActorRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Team => Self::Team,
            Role::Client => Self::Client,
        }
    }
}

impl Actor {
    /// The role the policy looks at.
    pub fn role(&self) -> ActorRole {
        match self {
            Self::Visitor => ActorRole::Anonymous,
            Self::User(user) | Self::Automation { on_behalf_of: user, .. } => user.role.into(),
            Self::System => ActorRole::System,
        }
    }

    /// The user who acts, or in whose name an automation acts.
    pub fn user(&self) -> Option<UserId> {
        self.as_user().map(|user| user.id)
    }

    /// The company the actor belongs to.
    pub fn company(&self) -> Option<CompanyId> {
        self.as_user().and_then(|user| user.company)
    }

    /// The session through which the actor acts.
    pub fn session(&self) -> Option<SessionId> {
        match self.as_user()?.via {
            Via::Session(session) => Some(session),
            Via::ApiKey(..) | Via::Program => None,
        }
    }

    /// What the actor's credentials allow; without an API key that is whatever the actor may do.
    pub fn scopes(&self) -> Scopes {
        match self.as_user().map(|user| user.via) {
            Some(Via::ApiKey(_, scopes)) => scopes,
            Some(Via::Session(_) | Via::Program) | None => Scopes::FULL,
        }
    }

    /// The word by which the journal and the database know this kind of actor.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::User(_) => "user",
            Self::Automation { .. } => "automation",
            Self::System => "system",
        }
    }

    /// The id that the journal records beside [`Actor::word`].
    pub fn journal_id(&self) -> Option<Uuid> {
        match self {
            Self::Visitor | Self::System => None,
            Self::User(user) => Some(user.id.uuid()),
            Self::Automation { id, .. } => Some(id.uuid()),
        }
    }

    const fn as_user(&self) -> Option<&UserActor> {
        match self {
            Self::User(user) | Self::Automation { on_behalf_of: user, .. } => Some(user),
            Self::Visitor | Self::System => None,
        }
    }
}
