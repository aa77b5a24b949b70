use std::fmt;

/// What the policy protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// A user account.
    User,
    /// A user as its colleagues see it: id, name and avatar.
    Colleague,
    /// A client organization.
    Company,
    /// A case study or client project.
    Project,
    /// A service offering.
    Service,
    /// An automation.
    Automation,
    /// One execution of an automation.
    Run,
    /// A file.
    Asset,
    /// A contact form submission.
    Lead,
    /// A signed-in device.
    Session,
    /// The audit log.
    Audit,
    /// An invitation of a user with role CLIENT.
    ClientInvitation,
    /// An invitation of a user with role TEAM or ADMIN.
    StaffInvitation,
    /// An API key.
    ApiKey,
    /// What automations authenticate with elsewhere.
    Credential,
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// See it, alone or in a list.
    Read,
    /// Make one.
    Create,
    /// Change its ordinary fields.
    Update,
    /// Make it public, or take it back.
    Publish,
    /// Change its status.
    Move,
    /// Start it by hand.
    Run,
    /// Take it out of sight, restorable until the purge.
    Delete,
    /// Take many of them out as a file.
    Export,
    /// Change the role of a user.
    ChangeRole,
    /// Remove the row for good.
    Purge,
    /// Overwrite the personal data in it (GDPR).
    Erase,
}

impl Resource {
    /// Every resource.
    pub const ALL: [Self; 15] = [
        Self::User,
        Self::Colleague,
        Self::Company,
        Self::Project,
        Self::Service,
        Self::Automation,
        Self::Run,
        Self::Asset,
        Self::Lead,
        Self::Session,
        Self::Audit,
        Self::ClientInvitation,
        Self::StaffInvitation,
        Self::ApiKey,
        Self::Credential,
    ];

    /// The word of the journal and the documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Colleague => "colleague",
            Self::Company => "company",
            Self::Project => "project",
            Self::Service => "service",
            Self::Automation => "automation",
            Self::Run => "run",
            Self::Asset => "asset",
            Self::Lead => "lead",
            Self::Session => "session",
            Self::Audit => "audit",
            Self::ClientInvitation => "client invitation",
            Self::StaffInvitation => "staff invitation",
            Self::ApiKey => "API key",
            Self::Credential => "credential",
        }
    }

    /// The verbs that mean something for this resource.
    pub const fn verbs(self) -> &'static [Verb] {
        use Verb::{ChangeRole, Create, Delete, Erase, Export, Move, Publish, Purge, Read, Run, Update};
        match self {
            Self::User => &[Read, Create, Update, ChangeRole, Delete, Purge, Erase],
            Self::Colleague => &[Read],
            Self::Company => &[Read, Create, Update, Delete, Purge],
            Self::Project | Self::Service | Self::Asset => &[Read, Create, Update, Publish, Delete, Purge],
            Self::Automation => &[Read, Create, Update, Move, Run, Delete, Purge],
            Self::Run => &[Read, Create, Update, Purge],
            Self::Lead => &[Read, Create, Update, Move, Delete, Export, Purge, Erase],
            Self::Session => &[Read, Create, Update, Delete],
            Self::Audit => &[Read, Purge],
            Self::ClientInvitation | Self::StaffInvitation | Self::ApiKey => &[Read, Create, Delete],
            // A secret that is wanted no more does not lie about until a purge.
            Self::Credential => &[Read, Create, Update, Purge],
        }
    }

    /// Whether somebody owns things of this kind only as long as they belong to their own company.
    pub const fn ownership_follows_company(self) -> bool {
        matches!(self, Self::Asset)
    }
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 11] = [
        Self::Read,
        Self::Create,
        Self::Update,
        Self::Publish,
        Self::Move,
        Self::Run,
        Self::Delete,
        Self::Export,
        Self::ChangeRole,
        Self::Purge,
        Self::Erase,
    ];

    /// The word of the journal and the documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "update",
            Self::Publish => "publish",
            Self::Move => "move",
            Self::Run => "run",
            Self::Delete => "delete",
            Self::Export => "export",
            Self::ChangeRole => "change role",
            Self::Purge => "purge",
            Self::Erase => "erase",
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
