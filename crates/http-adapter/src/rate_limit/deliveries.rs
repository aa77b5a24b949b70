//! Deliveries to webhooks. One to a webhook that is known to exist is counted by it, whoever sends. Any other may be a
//! guess: it is counted by the address it comes from, and before it is looked up.

use actix_web::HttpRequest;
use kairo_domain::Redacted;

use super::key::Key;
use super::{Class, address_of, charge, refuse_exhausted};
use crate::Api;
use crate::problem::Problem;

/// Counts a delivery before its webhook is looked up.
pub(crate) fn charge_delivery(
    request: &HttpRequest,
    api: &Api,
    token: &Redacted<String>,
) -> Result<(), Problem> {
    let (hook, address) = (Key::of_hook(token), address_of(request, api));
    if !api.limiters().known_hooks.has(&hook) {
        return charge(request, api, Class::Reads, address);
    }
    // Whoever has guessed too much is told nothing, or a guess at a known webhook would be free.
    refuse_exhausted(request, api, Class::Reads, address)?;
    charge(request, api, Class::Hooks, hook)
}

/// Learns that a webhook exists, and counts the delivery that it took.
pub(crate) fn learn_hook(request: &HttpRequest, api: &Api, token: &Redacted<String>) {
    let hook = Key::of_hook(token);
    api.limiters().known_hooks.learn(hook);
    // The delivery is stored: if it was one too many, the next one is refused.
    let _ = charge(request, api, Class::Hooks, hook);
}

/// Learns that a webhook does not exist, or not any more.
pub(crate) fn forget_hook(api: &Api, token: &Redacted<String>) {
    api.limiters().known_hooks.forget(&Key::of_hook(token));
}
