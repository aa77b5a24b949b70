use uuid::Uuid;

use super::{Reach, Relation, Resource, Verb, reach};
use crate::{Actor, ActorRole, CompanyId, UserId};

/// What the policy needs to know about a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What it is.
    pub resource: Resource,
    /// Its id; `None` for a list.
    pub id: Option<Uuid>,
    /// Who is, made or owns it.
    pub owner: Option<UserId>,
    /// The company it belongs to.
    pub company: Option<CompanyId>,
    /// Whether it is published.
    pub public: bool,
    /// Whether it carries rights that nobody gives themselves: a role above CLIENT, a company, a proven address.
    pub privileged: bool,
}

impl Facts {
    /// A thing that belongs to nobody.
    pub const fn of(resource: Resource, id: Uuid) -> Self {
        Self { resource, id: Some(id), owner: None, company: None, public: false, privileged: false }
    }
}

/// A thing the policy can be asked about.
pub trait Subject {
    /// The facts the policy looks at.
    fn facts(&self) -> Facts;
}

impl Subject for Facts {
    fn facts(&self) -> Facts {
        *self
    }
}

/// Proof that the policy said yes. Only this module can make one; every write of a store demands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    actor: Actor,
    verb: Verb,
    facts: Facts,
}

impl Permit {
    /// Who was permitted.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What was permitted.
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// What kind of thing it was permitted for.
    pub const fn resource(&self) -> Resource {
        self.facts.resource
    }

    /// The thing it was permitted for.
    pub const fn subject(&self) -> Option<Uuid> {
        self.facts.id
    }

    /// The company whose members may learn of it.
    pub const fn company(&self) -> Option<CompanyId> {
        self.facts.company
    }
}

/// The policy said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The actor may know of the thing, and may not do this to it.
    #[error("the {role} role may not {verb} this {resource}", role = role.as_str())]
    Forbidden {
        /// The actor's role.
        role: ActorRole,
        /// What was asked for.
        verb: Verb,
        /// What it was asked of.
        resource: Resource,
    },
    /// The actor may not learn that the thing exists.
    #[error("there is no such {resource}")]
    Hidden {
        /// What was asked for.
        resource: Resource,
    },
}

impl Actor {
    /// Asks the policy whether this actor may do this.
    ///
    /// # Errors
    /// [`Denied::Hidden`] when the actor must not learn that the thing exists, else [`Denied::Forbidden`].
    pub fn may(&self, verb: Verb, subject: &impl Subject) -> Result<Permit, Denied> {
        let facts = subject.facts();
        if self.reaches(verb, &facts) && (verb != Verb::Create || self.may_make_it_so(&facts)) {
            return Ok(Permit { actor: *self, verb, facts });
        }
        let resource = facts.resource;
        let visible = match verb {
            // What does not exist yet cannot be hidden, unless its whole kind is.
            Verb::Create => !self.reach(resource).is_nothing() || self.could_ever(Verb::Create, resource),
            _ => self.reaches(Verb::Read, &facts),
        };
        Err(if visible {
            Denied::Forbidden { role: self.role(), verb, resource }
        } else {
            Denied::Hidden { resource }
        })
    }

    /// Asks whether this actor may do this to things of this kind at all, as for a list.
    ///
    /// # Errors
    /// [`Denied`] when no thing of this kind is within reach.
    pub fn may_list(&self, resource: Resource) -> Result<Reach, Denied> {
        self.covered(Verb::Read, resource)?;
        let reach = self.reach(resource);
        if reach.is_nothing() { Err(Denied::Hidden { resource }) } else { Ok(reach) }
    }

    /// Which things of this kind the actor may see.
    pub fn reach(&self, resource: Resource) -> Reach {
        self.reach_of(Verb::Read, resource)
    }

    /// Asks whether this actor may do this to some thing of this kind; which one is asked with [`Actor::may`].
    ///
    /// # Errors
    /// [`Denied`] when nothing of this kind is within reach of the verb.
    pub fn may_ever(&self, verb: Verb, resource: Resource) -> Result<(), Denied> {
        self.covered(verb, resource)?;
        if self.could_ever(verb, resource) {
            return Ok(());
        }
        Err(if self.reach(resource).is_nothing() {
            Denied::Hidden { resource }
        } else {
            Denied::Forbidden { role: self.role(), verb, resource }
        })
    }

    /// Whoever holds a key knows what it is not for: there is nothing to hide.
    fn covered(&self, verb: Verb, resource: Resource) -> Result<(), Denied> {
        if self.scopes().cover(resource, verb) {
            return Ok(());
        }
        Err(Denied::Forbidden { role: self.role(), verb, resource })
    }

    fn could_ever(&self, verb: Verb, resource: Resource) -> bool {
        !self.reach_of(verb, resource).is_nothing()
    }

    /// How the actor stands to a thing.
    pub fn relation_to(&self, facts: &Facts) -> Relation {
        let same_company = facts.company.is_some() && facts.company == self.company();
        let elsewhere = facts.company.is_some() && !same_company;
        let own = facts.owner.is_some() && facts.owner == self.user();
        if own && !(elsewhere && facts.resource.ownership_follows_company()) {
            Relation::Own
        } else if same_company {
            Relation::Company
        } else if facts.public {
            Relation::Public
        } else {
            Relation::Foreign
        }
    }

    /// To make something public from the start is to publish it, to make a user with rights is to give them.
    fn may_make_it_so(&self, facts: &Facts) -> bool {
        (!facts.public || self.reaches(Verb::Publish, facts))
            && (!facts.privileged || self.reaches(Verb::ChangeRole, facts))
    }

    fn reaches(&self, verb: Verb, facts: &Facts) -> bool {
        self.reach_of(verb, facts.resource).includes(self.relation_to(facts))
    }

    /// The role's reach, unless the actor holds a key that does not cover this.
    fn reach_of(&self, verb: Verb, resource: Resource) -> Reach {
        if self.scopes().cover(resource, verb) { reach(self.role(), resource, verb) } else { Reach::NOTHING }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::{Email, Id, NewUser, Role, User, Verified};

    fn user(role: Role, verified: Verified) -> User {
        let new =
            NewUser { email: Email::parse("ada@example.com").unwrap(), name: None, role, company: None };
        User::create(Id::from_uuid(Uuid::from_u128(1)), new, verified, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_visitor_signs_up_without_rights() {
        assert!(Actor::Visitor.may(Verb::Create, &user(Role::Client, Verified::No)).is_ok());
        for user in [user(Role::Admin, Verified::No), user(Role::Client, Verified::Yes)] {
            assert!(Actor::Visitor.may(Verb::Create, &user).is_err());
            assert!(Actor::System.may(Verb::Create, &user).is_ok());
        }
    }

    #[test]
    fn what_is_public_from_the_start_is_published() {
        let facts = Facts {
            owner: Some(Id::from_uuid(Uuid::from_u128(2))),
            ..Facts::of(Resource::Asset, Uuid::nil())
        };
        let client = Actor::User(crate::UserActor {
            id: Id::from_uuid(Uuid::from_u128(2)),
            role: Role::Client,
            company: None,
            via: crate::Via::Program,
        });
        assert!(client.may(Verb::Create, &facts).is_ok());
        assert!(client.may(Verb::Create, &Facts { public: true, ..facts }).is_err());
    }

    #[test]
    fn what_may_not_be_known_is_hidden_and_the_rest_forbidden() {
        let team = Actor::User(crate::UserActor {
            id: Id::from_uuid(Uuid::from_u128(2)),
            role: Role::Team,
            company: None,
            via: crate::Via::Program,
        });
        let stranger = user(Role::Client, Verified::Yes);
        assert!(matches!(team.may(Verb::Update, &stranger), Err(Denied::Forbidden { .. })));
        assert!(matches!(Actor::Visitor.may(Verb::Read, &stranger), Err(Denied::Hidden { .. })));
    }

    #[test]
    fn a_key_does_what_its_scopes_say_and_no_more() {
        let scopes = [crate::Scope::named("leads:read").unwrap()].into_iter().collect();
        let key = Actor::User(crate::UserActor {
            id: Id::from_uuid(Uuid::from_u128(2)),
            role: Role::Admin,
            company: None,
            via: crate::Via::ApiKey(Id::from_uuid(Uuid::from_u128(3)), scopes),
        });
        let lead = Facts::of(Resource::Lead, Uuid::nil());
        assert!(key.may(Verb::Read, &lead).is_ok());
        assert!(matches!(key.may(Verb::Delete, &lead), Err(Denied::Forbidden { .. })));
        assert!(matches!(key.may_list(Resource::User), Err(Denied::Forbidden { .. })));
    }
}
