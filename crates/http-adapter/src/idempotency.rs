use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use kairo_domain::Actor;
use kairo_use_cases::{Answer, Claim, IdempotencyKey, KeyIssue, Once};

use crate::problem::{Fault, Problem};

/// The caller's wish that a request take effect once, if there is one.
#[derive(Debug)]
pub(crate) struct Repeatable {
    key: Option<IdempotencyKey>,
    /// Method and path.
    route: String,
}

const HEADER: &str = "Idempotency-Key";

impl Repeatable {
    /// Asks the use case for it. The key of a visitor counts for this very body only, since all visitors look alike.
    pub(crate) fn once<T>(
        self,
        actor: &Actor,
        digest: [u8; 32],
        render: Arc<dyn Fn(&T) -> Answer + Send + Sync>,
    ) -> Option<Once<T>>
    where
        T: 'static,
    {
        let scope = match actor {
            Actor::Visitor => format!("{} {}", self.route, hex::encode(digest)),
            Actor::User(_) | Actor::Automation { .. } | Actor::System => self.route,
        };
        let claim = Claim { scope, key: self.key?, body_digest: digest };
        Some(Once::new(claim, move |value| render(value)))
    }
}

impl FromRequest for Repeatable {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let route = format!("{} {}", request.method(), request.path());
        ready(key(request).map(|key| Self { key, route }).map_err(|issue| {
            let fault = Fault::of_header(HEADER, "not_a_key", issue.to_string());
            Problem::malformed("`Idempotency-Key` cannot be used", vec![fault])
        }))
    }
}

fn key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, KeyIssue> {
    let mut values = request.headers().get_all(HEADER);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => IdempotencyKey::parse(value.to_str().map_err(|_| KeyIssue)?).map(Some),
        (Some(_), Some(_)) => Err(KeyIssue),
    }
}
