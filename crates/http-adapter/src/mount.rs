use std::future::{Ready, ready};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kairo_domain::{Automation, Id, Redacted, Run};

use crate::Settings;
use crate::problem::Problem;

/// Where the API is, as the caller knows it: its base path below whatever it is mounted under. Kept in the extensions
/// of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount(pub(crate) String);

impl FromRequest for Mount {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(Problem::broken))
    }
}

impl Mount {
    /// To be asked by a layer around the whole API, where the path below it is not taken apart yet.
    pub(crate) fn of(request: &ServiceRequest) -> Self {
        let path = request.match_info();
        let below = path.unprocessed().len();
        Self(path.as_str().get(..path.as_str().len() - below).unwrap_or_default().to_owned())
    }

    /// The path of a run.
    pub(crate) fn run(&self, id: Id<Run>) -> String {
        format!("{}/runs/{id}", self.0)
    }

    /// The path of an automation.
    pub(crate) fn automation(&self, id: Id<Automation>) -> String {
        format!("{}/automations/{id}", self.0)
    }

    /// The address of a webhook: absolute, where it is known under which name this server is reached.
    pub(crate) fn hook(&self, settings: &Settings, token: &Redacted<String>) -> String {
        let origin = settings.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
        format!("{origin}{}/hooks/{}", self.0, token.expose())
    }
}
