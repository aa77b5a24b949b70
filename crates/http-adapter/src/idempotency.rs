use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use kairo_domain::Actor;
use kairo_use_cases::{Answer, Claim, IdempotencyKey, KeyIssue, Once};
use sha2::{Digest, Sha256};

use crate::path::canonical;
use crate::problem::{Fault, Problem};

/// The caller's wish that a request take effect once, if there is one.
#[derive(Debug)]
pub(crate) struct Repeatable {
    key: Option<IdempotencyKey>,
    /// The method, the pattern of the path, and what fills the pattern: one text for every spelling of a path.
    route: String,
    /// What the caller wants to hold; another `If-Match` makes another request.
    if_match: Vec<HeaderValue>,
}

const HEADER: &str = "Idempotency-Key";

impl Repeatable {
    /// Asks the use case for it. The key of a visitor counts for this very body only, since all visitors look alike.
    pub(crate) fn once<T>(
        self,
        actor: &Actor,
        body: [u8; 32],
        render: Arc<dyn Fn(&T) -> Answer + Send + Sync>,
    ) -> Option<Once<T>>
    where
        T: 'static,
    {
        let body_digest = self.digest(body);
        let scope = match actor {
            Actor::Visitor => format!("{} {}", self.route, hex::encode(body)),
            Actor::User(_) | Actor::Automation { .. } | Actor::System => self.route,
        };
        let claim = Claim { scope, key: self.key?, body_digest };
        Some(Once::new(claim, move |value| render(value)))
    }

    /// The same for a request that takes no body.
    pub(crate) fn once_without_body<T>(
        self,
        actor: &Actor,
        render: Arc<dyn Fn(&T) -> Answer + Send + Sync>,
    ) -> Option<Once<T>>
    where
        T: 'static,
    {
        self.once(actor, Sha256::digest(b"").into(), render)
    }

    /// Identifies the request under its key. Each line of the header has its length before it, so that no two lists
    /// of lines look alike.
    fn digest(&self, body: [u8; 32]) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(b"kairo idempotent request\0");
        digest.update(body);
        for line in &self.if_match {
            digest.update((line.len() as u64).to_be_bytes());
            digest.update(line);
        }
        digest.finalize().into()
    }
}

impl FromRequest for Repeatable {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let if_match = request.headers().get_all(header::IF_MATCH).cloned().collect();
        let key = key(request).map_err(|issue| unusable(HEADER, issue));
        ready(key.map(|key| Self { key, route: route(request), if_match }))
    }
}

/// Refuses a header whose value is no key.
pub(crate) fn unusable(header: &str, issue: KeyIssue) -> Problem {
    let fault = Fault::of_header(header, "not_a_key", issue.to_string());
    Problem::malformed(format!("`{header}` cannot be used"), vec![fault])
}

fn route(request: &HttpRequest) -> String {
    let pattern = request.match_pattern().unwrap_or_else(|| request.path().to_owned());
    // Quoted, so that no value can look like two.
    let values = request.match_info().iter().map(|(_, value)| format!(" {:?}", canonical(value)));
    format!("{} {pattern}{}", request.method(), values.collect::<String>())
}

fn key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, KeyIssue> {
    let mut values = request.headers().get_all(HEADER);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => IdempotencyKey::parse(value.to_str().map_err(|_| KeyIssue)?).map(Some),
        (Some(_), Some(_)) => Err(KeyIssue),
    }
}
