//! How often callers may ask. Each node counts by itself, in memory.

mod arrivals;
mod fields;
mod key;
mod limiter;
mod quota;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use kairo_domain::{Redacted, UserId};

use crate::problem::Problem;
use crate::{Api, caller, origin};

pub(crate) use fields::{POLICY, STANDING, announce};
use key::Key;
use limiter::{Limiter, RuntimeClock, Standing};
pub use quota::{Quota, RateLimits};

/// What a request is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Something is guessed or mailed: signing in and up, resetting, accepting.
    Auth,
    /// A contact form.
    Leads,
    /// Reading what is public, and looking up whose an API key is.
    Reads,
    /// Whatever somebody does who is signed in.
    User,
    /// A delivery to a webhook.
    Hooks,
}

/// The limiters of one API; a class without one is not limited.
pub(crate) struct Limiters {
    auth: Option<Limiter<RuntimeClock>>,
    leads: Option<Limiter<RuntimeClock>>,
    reads: Option<Limiter<RuntimeClock>>,
    user: Option<Limiter<RuntimeClock>>,
    hooks: Option<Limiter<RuntimeClock>>,
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
        // A form with a slip of the pen must not cost one of few: its handler counts it once it can be taken. Deliveries
        // are counted by whom they are for.
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
    charge(request, api, class, Key::of_address(origin::client_address(request, api.settings())))
}

/// Counts a request of somebody who is signed in.
pub(crate) fn charge_user(request: &HttpRequest, api: &Api, user: UserId) -> Result<(), Problem> {
    charge(request, api, Class::User, Key::User(user))
}

/// Counts a delivery to a webhook.
pub(crate) fn charge_hook(request: &HttpRequest, api: &Api, token: &Redacted<String>) -> Result<(), Problem> {
    charge(request, api, Class::Hooks, Key::of_hook(token))
}

fn charge(request: &HttpRequest, api: &Api, class: Class, key: Key) -> Result<(), Problem> {
    let Some(limiter) = api.limiters().of(class) else { return Ok(()) };
    if request.extensions().get::<Charges>().is_some_and(|charges| charges.include(class)) {
        return Ok(());
    }
    let standing = limiter.charge(key);
    let charge = Charge { class, quota: limiter.quota(), standing };
    let mut extensions = request.extensions_mut();
    if !extensions.contains::<Charges>() {
        extensions.insert(Charges::default());
    }
    if let Some(charges) = extensions.get_mut::<Charges>() {
        charges.0.push(charge);
    }
    if standing.is_allowed { Ok(()) } else { Err(Problem::rate_limited(standing.seconds())) }
}
