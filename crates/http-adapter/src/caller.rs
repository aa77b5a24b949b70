use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use kairo_domain::{Actor, Redacted};
use kairo_use_cases::Code;

use crate::Api;
use crate::headers::single;
use crate::problem::Problem;

/// Who sends the request: somebody signed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller(pub(crate) Actor);

/// Who sends the request: a visitor when there are no credentials. Bad credentials are refused all the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnyCaller(pub(crate) Actor);

/// Where a request comes from; personal data.
pub(crate) struct Origin {
    pub(crate) ip_address: Option<Redacted<String>>,
    pub(crate) user_agent: Option<Redacted<String>>,
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let nobody = || Problem::new(Code::Unauthenticated, "sign in first");
        ready(authenticate(request).and_then(|actor| actor.map(Self).ok_or_else(nobody)))
    }
}

impl FromRequest for AnyCaller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request).map(|actor| Self(actor.unwrap_or(Actor::Visitor))))
    }
}

impl FromRequest for Origin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        // The peer, not what a forwarding header claims: anybody can write one.
        ready(Ok(Self {
            ip_address: request.peer_addr().map(|peer| Redacted::new(peer.ip().to_string())),
            user_agent: agent.map(|agent| Redacted::new(agent.chars().take(512).collect())),
        }))
    }
}

fn authenticate(request: &HttpRequest) -> Result<Option<Actor>, Problem> {
    let credentials = single(request.headers(), &header::AUTHORIZATION, "Authorization")?;
    let Some(credentials) = credentials else { return Ok(None) };
    let unreadable = || Problem::new(Code::Unauthenticated, "the credentials must be `Bearer` and a token");
    let token = bearer(credentials).ok_or_else(unreadable)?;
    let api = Api::of(request)?;
    Ok(Some(api.studio().sessions().authenticate(token)?))
}

fn bearer(credentials: &HeaderValue) -> Option<&str> {
    let (scheme, token) = credentials.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
