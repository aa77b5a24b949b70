use kairo_domain::{Actor, Permit, Resource, Subject, TokenDigest, Verb};
use kairo_ports::StoreError;
use uuid::Uuid;

/// What row-level security is to a database: asks the policy about the unit's own actor, whoever was permitted.
#[derive(Clone)]
pub(crate) struct Guard {
    actor: Actor,
    permit: Permit,
}

impl Guard {
    pub(crate) fn new(actor: Actor, permit: &Permit) -> Self {
        Self { actor, permit: permit.clone() }
    }

    pub(crate) const fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(crate) const fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Refuses a permit that was given for something else.
    pub(crate) fn concerns(&self, row: &impl Subject) -> Result<(), StoreError> {
        let facts = row.facts();
        self.names(facts.resource, facts.id)
    }

    /// Refuses a permit that names something else.
    pub(crate) fn names(&self, resource: Resource, id: Option<Uuid>) -> Result<(), StoreError> {
        if self.permit.resource() == resource && self.permit.subject() == id {
            return Ok(());
        }
        Err(refused(format!("the permit is for another {}", self.permit.resource())))
    }

    /// Refuses a row that the unit's actor may not make.
    pub(crate) fn allows_adding(&self, row: &impl Subject) -> Result<(), StoreError> {
        self.concerns(row)?;
        if self.permit.verb() != Verb::Create {
            return Err(refused(format!("a permit to {} adds nothing", self.permit.verb())));
        }
        self.may(self.permit.verb(), row)
    }

    /// Refuses a change from one row to the other that the unit's actor may not make.
    pub(crate) fn allows_saving(&self, stored: &impl Subject, row: &impl Subject) -> Result<(), StoreError> {
        let verb = self.permit.verb();
        if matches!(verb, Verb::Read | Verb::Create | Verb::Export | Verb::Purge) {
            return Err(refused(format!("a permit to {verb} changes nothing")));
        }
        self.may(verb, stored)?;
        self.may(verb, row)
    }

    /// Refuses what the unit's actor may not do.
    pub(crate) fn may(&self, verb: Verb, row: &impl Subject) -> Result<(), StoreError> {
        self.actor.may(verb, row).map(drop).map_err(|denied| refused(denied.to_string()))
    }
}

/// Whether an actor can see a row.
pub(crate) fn sees(actor: &Actor, row: &impl Subject) -> bool {
    let facts = row.facts();
    actor.reach(facts.resource).includes(actor.relation_to(&facts))
}

/// Refuses everybody but the program itself.
pub(crate) fn only_system(actor: &Actor) -> Result<(), StoreError> {
    match actor {
        Actor::System => Ok(()),
        Actor::Visitor | Actor::User(_) | Actor::Automation { .. } => {
            Err(refused(format!("only the program itself does this, not a {}", actor.word())))
        }
    }
}

/// What everybody but the program itself reads in the place of a digest.
pub(crate) fn no_digest() -> Result<TokenDigest, StoreError> {
    TokenDigest::parse(&"0".repeat(64)).map_err(|issue| StoreError::Broken(Box::new(issue)))
}

pub(crate) fn refused(why: impl Into<String>) -> StoreError {
    StoreError::Refused { why: why.into() }
}
