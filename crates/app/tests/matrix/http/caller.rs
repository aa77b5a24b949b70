//! Who calls.

use kairo::domain::{Resource, Role};

use super::scene::{Subject, Whose};

/// A kind of caller. Subjects are those of the scene for all of them, so that what is the client's own company is
/// another's for the outsider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Anonymous,
    /// A client of the other company.
    Outsider,
    Client,
    Team,
    Admin,
}

impl Caller {
    pub(super) const ALL: [Self; 5] =
        [Self::Anonymous, Self::Outsider, Self::Client, Self::Team, Self::Admin];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Outsider => "a client of the other company",
            Self::Client => "a client",
            Self::Team => "team",
            Self::Admin => "admin",
        }
    }

    pub(super) const fn role(self) -> Option<Role> {
        match self {
            Self::Anonymous => None,
            Self::Outsider | Self::Client => Some(Role::Client),
            Self::Team => Some(Role::Team),
            Self::Admin => Some(Role::Admin),
        }
    }

    /// One thing of this kind for each way in which it can stand to somebody.
    pub(super) fn subjects(self, resource: Resource) -> Vec<Subject> {
        let of_people = [Whose::Mine, Whose::Ours, Whose::Theirs];
        let whose: &[Whose] = match resource {
            // Nobody has nothing of their own, and that comes first.
            Resource::User
            | Resource::Session
            | Resource::ApiKey
            | Resource::Credential
            | Resource::Automation
            | Resource::Run => &of_people[usize::from(self == Self::Anonymous)..],
            Resource::Company => &[Whose::Ours, Whose::Theirs],
            Resource::ClientInvitation | Resource::StaffInvitation => {
                &[Whose::Ours, Whose::Theirs, Whose::Nobodys]
            }
            Resource::Lead => &[Whose::Nobodys],
            Resource::Colleague
            | Resource::Project
            | Resource::Service
            | Resource::Asset
            | Resource::Audit => panic!("the scene has no {resource} to be named in a path yet"),
        };
        whose.iter().map(|&whose| Subject { resource, whose }).collect()
    }
}
