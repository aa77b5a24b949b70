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
}

impl Facts {
    /// A thing that belongs to nobody.
    pub const fn of(resource: Resource, id: Uuid) -> Self {
        Self { resource, id: Some(id), owner: None, company: None, public: false }
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
        let allowed = self.reaches(verb, &facts)
            // To make something that is public from the start is to publish it.
            && (verb != Verb::Create || !facts.public || self.reaches(Verb::Publish, &facts));
        if allowed {
            return Ok(Permit { actor: *self, verb, facts });
        }
        let resource = facts.resource;
        let visible = match verb {
            // What does not exist yet cannot be hidden, unless its whole kind is.
            Verb::Create => !self.reach(resource).is_nothing() || self.may_ever(Verb::Create, resource),
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
        let reach = self.reach(resource);
        if reach.is_nothing() { Err(Denied::Hidden { resource }) } else { Ok(reach) }
    }

    /// Which things of this kind the actor may see.
    pub fn reach(&self, resource: Resource) -> Reach {
        reach(self.role(), resource, Verb::Read)
    }

    /// Whether some thing of this kind is within reach of the verb.
    pub fn may_ever(&self, verb: Verb, resource: Resource) -> bool {
        !reach(self.role(), resource, verb).is_nothing()
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

    fn reaches(&self, verb: Verb, facts: &Facts) -> bool {
        reach(self.role(), facts.resource, verb).includes(self.relation_to(facts))
    }
}
