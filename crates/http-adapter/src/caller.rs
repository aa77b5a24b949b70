//! Who sends a request.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use kairo_domain::{Actor, Redacted};
use kairo_use_cases::{ApiKeys, Code};

use crate::headers::single;
use crate::problem::Problem;
use crate::rate_limit::Class;
use crate::{Api, cookies, csrf, rate_limit};

/// Who sends the request: somebody signed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller(pub(crate) Actor);

/// Who sends the request: a visitor when there are no credentials. Bad credentials are refused all the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnyCaller(pub(crate) Actor);

/// The credentials of a request that is answered for long, to be looked at again while it is.
#[derive(Clone, Debug)]
pub(crate) enum Pass {
    /// An access token, however it was sent.
    Token(Redacted<String>),
    /// An API key.
    ApiKey(Redacted<String>),
}

/// What a request is to be authenticated by.
#[derive(Debug, PartialEq, Eq)]
enum Credentials<'a> {
    /// An access token that the caller sent on purpose.
    Token(&'a str),
    /// An API key.
    ApiKey(&'a str),
    /// An access token that a browser sent by itself.
    Cookie(&'a str),
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = authenticate(request.clone());
        async move { actor.await?.map(Self).ok_or_else(nobody) }.boxed_local()
    }
}

impl FromRequest for AnyCaller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = authenticate(request.clone());
        async move { Ok(Self(actor.await?.unwrap_or(Actor::Visitor))) }.boxed_local()
    }
}

impl FromRequest for Pass {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let owned = |text: &str| Redacted::new(text.to_owned());
        let pass = |api| match credentials(request, &api)?.ok_or_else(nobody)? {
            Credentials::Token(token) | Credentials::Cookie(token) => Ok(Self::Token(owned(token))),
            Credentials::ApiKey(key) => Ok(Self::ApiKey(owned(key))),
        };
        ready(Api::of(request).and_then(pass))
    }
}

impl Pass {
    /// Whom it stands for now. The request was counted when it came.
    pub(crate) async fn check(&self, api: &Api) -> Result<Actor, Problem> {
        match self {
            Self::Token(token) => Ok(api.studio().sessions().authenticate(token.expose())?),
            Self::ApiKey(key) => authenticate_key(api, key.expose()).await,
        }
    }
}

fn nobody() -> Problem {
    Problem::new(Code::Unauthenticated, "sign in first")
}

/// Whether the request says who sends it; whether that holds is another matter.
pub(crate) fn presents_credentials(request: &HttpRequest) -> Result<bool, Problem> {
    Ok(credentials(request, &Api::of(request)?)?.is_some())
}

/// Whether a browser sends the request by cookies of ours, be it that they hold no longer.
pub(crate) fn is_browser(api: &Api, request: &HttpRequest) -> Result<bool, Problem> {
    if sent_on_purpose(request)?.is_some() {
        return Ok(false);
    }
    let names = api.cookie_names();
    let is_there = |name| cookies::value(request.headers(), name).map(|value| value.is_some());
    // The browser drops an access token that is over, and keeps the refresh token.
    Ok(is_there(names.access)? || is_there(names.refresh)?)
}

async fn authenticate(request: HttpRequest) -> Result<Option<Actor>, Problem> {
    let api = Api::serving(&request)?;
    let Some(credentials) = credentials(&request, &api)? else { return Ok(None) };
    let actor = match credentials {
        Credentials::Token(token) => api.studio().sessions().authenticate(token)?,
        Credentials::ApiKey(key) => {
            // Anybody can make keys up, and each costs a look into the store.
            rate_limit::charge_address(&request, &api, Class::Reads)?;
            authenticate_key(&api, key).await?
        }
        Credentials::Cookie(token) => {
            let actor = api.studio().sessions().authenticate(token)?;
            let session = actor.session().ok_or_else(Problem::broken)?;
            csrf::check(&api, &request, session)?;
            actor
        }
    };
    if let Some(user) = actor.user() {
        rate_limit::charge_user(&request, &api, user)?;
    }
    Ok(Some(actor))
}

async fn authenticate_key(api: &Api, key: &str) -> Result<Actor, Problem> {
    let key = Redacted::new(key.to_owned());
    api.run(move |studio| async move { studio.api_keys().authenticate(key.expose()).await }).await
}

/// What wins over whatever the browser sends by itself.
fn sent_on_purpose(request: &HttpRequest) -> Result<Option<&HeaderValue>, Problem> {
    single(request.headers(), &header::AUTHORIZATION, "Authorization")
}

fn credentials<'a>(request: &'a HttpRequest, api: &Api) -> Result<Option<Credentials<'a>>, Problem> {
    let Some(sent) = sent_on_purpose(request)? else {
        let cookie = cookies::value(request.headers(), api.cookie_names().access)?;
        return Ok(cookie.map(Credentials::Cookie));
    };
    let unreadable = || Problem::new(Code::Unauthenticated, "the credentials must be `Bearer` and a token");
    let token = bearer(sent).ok_or_else(unreadable)?;
    Ok(Some(if ApiKeys::is_one(token) { Credentials::ApiKey(token) } else { Credentials::Token(token) }))
}

fn bearer(credentials: &HeaderValue) -> Option<&str> {
    let (scheme, token) = credentials.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
