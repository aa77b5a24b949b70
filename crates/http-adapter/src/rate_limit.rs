//! How often callers may ask. Each node counts by itself, in memory.

mod arrivals;
mod deliveries;
mod fields;
mod key;
mod known;
mod limiter;
mod quota;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use kairo_domain::UserId;

use crate::problem::Problem;
use crate::{Api, caller, origin};

pub(crate) use deliveries::{charge_delivery, forget_hook, learn_hook};
pub(crate) use fields::{POLICY, STANDING, announce};
use key::Key;
use known::KnownHooks;
use limiter::{Limiter, RuntimeClock, Standing};
pub use quota::{Quota, RateLimits};

/// What a request is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Something is guessed or mailed: signing in and up, resetting, accepting.
    Auth,
    /// A contact form.
    Leads,
    /// Reading what is public, looking up whose an API key is, and a delivery that may be a guess.
    Reads,
    /// Whatever somebody does who is signed in.
    User,
    /// A delivery to a webhook that exists.
    Hooks,
}

/// The limiters of one API; a class without one is not limited.
pub(crate) struct Limiters {
    auth: Option<Limiter<RuntimeClock>>,
    leads: Option<Limiter<RuntimeClock>>,
    reads: Option<Limiter<RuntimeClock>>,
    user: Option<Limiter<RuntimeClock>>,
    hooks: Option<Limiter<RuntimeClock>>,
    known_hooks: KnownHooks,
}

/// What a request was counted as, and how that class stands since.
#[derive(Clone, Debug)]
struct Charge {
    class: Class,
    quota: Quota,
    standing: Standing,
}

/// Everything that one request was counted as; kept in its extensions until it is answered.
#[derive(Default)]
struct Charges(Vec<Charge>);

impl Class {
    /// The name in `RateLimit` fields.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Leads => "leads",
            Self::Reads => "reads",
            Self::User => "user",
            Self::Hooks => "hooks",
        }
    }
}

impl Charges {
    fn include(&self, class: Class) -> bool {
        self.0.iter().any(|charge| charge.class == class)
    }
}

impl Limiters {
    pub(crate) fn new(limits: &RateLimits) -> Self {
        let clock = RuntimeClock::start();
        let limiter = |quota: Option<Quota>| quota.map(|quota| Limiter::new(quota, clock));
        Self {
            auth: limiter(limits.auth),
            leads: limiter(limits.leads),
            reads: limiter(limits.reads),
            user: limiter(limits.user),
            hooks: limiter(limits.hooks),
            known_hooks: KnownHooks::default(),
        }
    }

    const fn of(&self, class: Class) -> Option<&Limiter<RuntimeClock>> {
        match class {
            Class::Auth => self.auth.as_ref(),
            Class::Leads => self.leads.as_ref(),
            Class::Reads => self.reads.as_ref(),
            Class::User => self.user.as_ref(),
            Class::Hooks => self.hooks.as_ref(),
        }
    }
}

/// Counts every request of a route by the address it comes from, and answers itself once they are too many.
pub(crate) async fn limited(
    class: Class,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match charge_route(request.request(), class) {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => Ok(request.error_response(problem)),
    }
}

fn charge_route(request: &HttpRequest, class: Class) -> Result<(), Problem> {
    match class {
        // A form with a slip of the pen must not cost one of few: its handler counts it once it can be taken. How a
        // delivery is counted depends on the webhook.
        Class::Leads | Class::Hooks => Ok(()),
        Class::Auth | Class::Reads | Class::User => charge_address(request, &Api::of(request)?, class),
    }
}

/// Counts a contact form that can be taken. Who is signed in is counted as a user.
pub(crate) fn charge_form(request: &HttpRequest, api: &Api) -> Result<(), Problem> {
    if caller::presents_credentials(request)? {
        return Ok(());
    }
    charge_address(request, api, Class::Leads)
}

/// Counts a request by the address it comes from.
pub(crate) fn charge_address(request: &HttpRequest, api: &Api, class: Class) -> Result<(), Problem> {
    charge(request, api, class, address_of(request, api))
}

/// Counts a request of somebody who is signed in.
pub(crate) fn charge_user(request: &HttpRequest, api: &Api, user: UserId) -> Result<(), Problem> {
    charge(request, api, Class::User, Key::User(user))
}

fn address_of(request: &HttpRequest, api: &Api) -> Key {
    Key::of_address(origin::client_address(request, api.settings()))
}

fn charge(request: &HttpRequest, api: &Api, class: Class, key: Key) -> Result<(), Problem> {
    let Some(limiter) = api.limiters().of(class) else { return Ok(()) };
    if request.extensions().get::<Charges>().is_some_and(|charges| charges.include(class)) {
        return Ok(());
    }
    judge(request, class, limiter.quota(), limiter.charge(key))
}

/// Counts nothing, and refuses a caller who has used the allowance up.
fn refuse_exhausted(request: &HttpRequest, api: &Api, class: Class, key: Key) -> Result<(), Problem> {
    let Some(limiter) = api.limiters().of(class) else { return Ok(()) };
    limiter.exhausted(key).map_or(Ok(()), |standing| judge(request, class, limiter.quota(), standing))
}

/// Keeps how the caller stands until the request is answered, and refuses it if it is one too many.
fn judge(request: &HttpRequest, class: Class, quota: Quota, standing: Standing) -> Result<(), Problem> {
    let charge = Charge { class, quota, standing };
    let mut extensions = request.extensions_mut();
    if !extensions.contains::<Charges>() {
        extensions.insert(Charges::default());
    }
    if let Some(charges) = extensions.get_mut::<Charges>() {
        charges.0.push(charge);
    }
    if standing.is_allowed { Ok(()) } else { Err(Problem::rate_limited(standing.seconds())) }
}
