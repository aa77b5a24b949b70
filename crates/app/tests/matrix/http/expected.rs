//! What the policy makes of a request.

use kairo::domain::{Actor, ActorRole, Facts, Resource, Verb, reach};
use sqlx::types::Uuid;

use super::server::Reply;

/// Success, or the one refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Success,
    Unauthenticated,
    Forbidden,
    NotFound,
    TokenInvalid,
}

impl Expected {
    pub(super) fn fits(self, reply: &Reply) -> bool {
        let (status, code) = match self {
            Self::Success => return reply.status.is_success(),
            Self::Unauthenticated => (401, "unauthenticated"),
            Self::Forbidden => (403, "forbidden"),
            Self::NotFound => (404, "not_found"),
            Self::TokenInvalid => (422, "token_invalid"),
        };
        reply.status == status && reply.json["code"] == code
    }
}

/// What somebody gets who asks for all of these of a thing that is there.
pub(super) fn expected(actor: &Actor, verbs: &[Verb], facts: &Facts) -> Expected {
    let may = |verb: &Verb| reach(actor.role(), facts.resource, *verb).includes(actor.relation_to(facts));
    if verbs.iter().all(may) { Expected::Success } else { refusal(actor, may(&Verb::Read)) }
}

/// What somebody gets who makes something that belongs to nobody yet. What does not exist yet cannot be hidden, unless
/// its whole kind is; or, where one operation makes things of several kinds, the kind that its refusals go by.
pub(super) fn of_new(
    actor: &Actor,
    verbs: &[Verb],
    resource: Resource,
    told_as: Option<Resource>,
) -> Expected {
    let facts = Facts::of(resource, Uuid::nil());
    match expected(actor, verbs, &facts) {
        Expected::Success => Expected::Success,
        _ => {
            let kind = told_as.unwrap_or(resource);
            let knows = [Verb::Read, Verb::Create].map(|verb| reach(actor.role(), kind, verb));
            refusal(actor, knows.iter().any(|reach| !reach.is_nothing()))
        }
    }
}

/// What somebody gets who asks for what is not there.
pub(super) fn as_if_missing(actor: &Actor) -> Expected {
    refusal(actor, false)
}

fn refusal(actor: &Actor, is_visible: bool) -> Expected {
    match (actor.role(), is_visible) {
        (ActorRole::Anonymous, _) => Expected::Unauthenticated,
        (_, true) => Expected::Forbidden,
        (_, false) => Expected::NotFound,
    }
}
