//! The matrix of who may do what, one function per role.

use super::{Reach, Resource, Verb};
use crate::ActorRole;

/// Within which relations an actor of this role may do this to a thing of this kind.
pub fn reach(role: ActorRole, resource: Resource, verb: Verb) -> Reach {
    if !resource.verbs().contains(&verb) {
        return Reach::NOTHING;
    }
    match role {
        ActorRole::System => Reach::EVERYTHING,
        ActorRole::Admin => admin(resource, verb),
        ActorRole::Team => team(resource, verb),
        ActorRole::Client => client(resource, verb),
        ActorRole::Anonymous => anonymous(resource, verb),
    }
}

const fn admin(resource: Resource, verb: Verb) -> Reach {
    match (resource, verb) {
        // Nobody changes their own role.
        (Resource::User, Verb::ChangeRole) => Reach::OTHERS,
        // Sessions are opened and refreshed by signing in, and the audit log is only read.
        (Resource::Session, Verb::Create | Verb::Update) | (Resource::Audit, Verb::Purge) => Reach::NOTHING,
        _ => Reach::EVERYTHING,
    }
}

const fn team(resource: Resource, verb: Verb) -> Reach {
    match (resource, verb) {
        (Resource::User, Verb::Read) | (Resource::Colleague, Verb::Read) => Reach::EVERYTHING,
        (Resource::User, Verb::Update) => Reach::OWN,
        (Resource::Company, Verb::Read | Verb::Create | Verb::Update) => Reach::EVERYTHING,
        (
            Resource::Project | Resource::Service | Resource::Asset,
            Verb::Read | Verb::Create | Verb::Update | Verb::Publish | Verb::Delete,
        ) => Reach::EVERYTHING,
        (Resource::Automation | Resource::Run, Verb::Read) => Reach::EVERYTHING,
        (Resource::Automation, Verb::Create | Verb::Update | Verb::Move | Verb::Run | Verb::Delete) => {
            Reach::OWN
        }
        (Resource::Run, Verb::Create | Verb::Update) => Reach::OWN,
        (
            Resource::Lead,
            Verb::Read | Verb::Create | Verb::Update | Verb::Move | Verb::Delete | Verb::Export,
        ) => Reach::EVERYTHING,
        (Resource::ClientInvitation, Verb::Read | Verb::Create | Verb::Delete) => Reach::EVERYTHING,
        _ => of_every_user(resource, verb),
    }
}

const fn client(resource: Resource, verb: Verb) -> Reach {
    match (resource, verb) {
        (Resource::User, Verb::Read | Verb::Update) => Reach::OWN,
        (Resource::Colleague, Verb::Read) => Reach::OWN.and(Reach::COMPANY),
        (Resource::Company, Verb::Read) => Reach::COMPANY,
        (Resource::Project, Verb::Read) => Reach::COMPANY.and(Reach::PUBLIC),
        (
            Resource::Automation,
            Verb::Read | Verb::Create | Verb::Update | Verb::Move | Verb::Run | Verb::Delete,
        )
        | (Resource::Run, Verb::Read | Verb::Create | Verb::Update) => Reach::OWN,
        (Resource::Asset, Verb::Read) => Reach::OWN.and(Reach::COMPANY).and(Reach::PUBLIC),
        (Resource::Asset, Verb::Create) => Reach::OWN,
        (Resource::Service, Verb::Read) | (Resource::Lead, Verb::Create) => anonymous(resource, verb),
        _ => of_every_user(resource, verb),
    }
}

/// What every signed-in user may do with what is their own.
const fn of_every_user(resource: Resource, verb: Verb) -> Reach {
    match (resource, verb) {
        (Resource::Session, Verb::Read | Verb::Delete)
        | (Resource::Audit, Verb::Read)
        | (Resource::ApiKey, Verb::Read | Verb::Create | Verb::Delete)
        | (Resource::Credential, Verb::Read | Verb::Create | Verb::Update | Verb::Purge) => Reach::OWN,
        _ => Reach::NOTHING,
    }
}

const fn anonymous(resource: Resource, verb: Verb) -> Reach {
    match (resource, verb) {
        (Resource::Project | Resource::Service | Resource::Asset, Verb::Read) => Reach::PUBLIC,
        // Nobody owns what a visitor sends in: a sign-up or a lead belongs to nobody yet.
        (Resource::User | Resource::Lead, Verb::Create) => Reach::EVERYTHING,
        _ => Reach::NOTHING,
    }
}
