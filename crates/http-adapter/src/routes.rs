mod operations;

use actix_cors::Cors;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{Error, Scope, web};
use kairo_use_cases::{Code, Studio};

use crate::auth::{invitation, password, sign_in, sign_up};
use crate::automations::{copies, flows, inspection, running, standing as moves, triggers, versions};
use crate::coding::plain_when_nothing_fits;
use crate::conditional::{coded_etag, if_none_match};
use crate::edge::edge;
use crate::problem::Problem;
use crate::rate_limit::{self, Class};
use crate::runs::{ending, events};
use crate::users::{access, standing};
use crate::{
    Api, Settings, api_keys, audit, automations, colleagues, companies, credentials, csrf, docs, health,
    hooks, invitations, jwks, leads, me, openapi, runs, sessions, two_factor, users,
};
use operations::at;

/// The API as a scope, to be mounted in any actix app under any path.
///
/// A server with several workers builds an [`Api`] once and mounts [`Api::scope`] in each.
pub fn scope(studio: Studio, settings: Settings) -> Scope<impl ScopeFactory> {
    Api::new(studio, settings).scope()
}

/// What actix makes the API out of; needs not be named.
pub trait ScopeFactory:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >
{
}

impl<T> ScopeFactory for T where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = Error,
            InitError = (),
        >
{
}

/// What is counted by the address it comes from, whoever sends it; a `*` stands for any end. What signed-in callers do
/// is counted besides, as theirs.
const LIMITED: &[(Method, &str, Class)] = &[
    // Browsers refresh by themselves, and there is nothing to guess: an office behind one address must not run dry.
    (Method::POST, "/auth/refresh", Class::Reads),
    (Method::POST, "/auth/logout", Class::Reads),
    (Method::POST, "/auth/*", Class::Auth),
    (Method::PUT, "/me/password", Class::Auth),
    (Method::PUT, "/me/email", Class::Auth),
    (Method::POST, "/me/api-keys", Class::Auth),
    (Method::POST, "/me/two-factor*", Class::Auth),
    (Method::POST, "/leads", Class::Leads),
    (Method::POST, "/hooks/*", Class::Hooks),
    (Method::GET, "/openapi.json", Class::Reads),
    (Method::GET, "/.well-known/jwks.json", Class::Reads),
];

/// As what the requests of an operation are counted by their address, if they are.
pub(crate) fn class_of(method: &Method, path: &str) -> Option<Class> {
    let matches = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == pattern,
    };
    LIMITED
        .iter()
        .find(|(limited, pattern, _)| limited == method && matches(pattern))
        .map(|(.., class)| *class)
}

impl Api {
    /// The API as a scope, to be mounted in any actix app under any path.
    pub fn scope(&self) -> Scope<impl ScopeFactory + use<>> {
        let origins = &self.settings().cors_origins;
        web::scope(&self.settings().base_path)
            .app_data(self.clone())
            .configure(resources)
            .default_service(web::to(nowhere))
            .wrap(from_fn(if_none_match))
            .wrap(Compress::default())
            .wrap(from_fn(plain_when_nothing_fits))
            .wrap(from_fn(coded_etag))
            .wrap(Condition::new(!origins.is_empty(), cors(origins)))
            .wrap(from_fn(edge))
    }

    /// What operators and other services ask for: `/healthz`, `/readyz`, `/metrics`, `/.well-known/jwks.json`, and the
    /// browsable `/docs`.
    pub fn configure_operations(&self, config: &mut web::ServiceConfig) {
        for operations in [
            at("/healthz").get(health::alive),
            at("/readyz").get(health::ready),
            at("/metrics").get(health::metrics),
            at("/.well-known/jwks.json").get(jwks::keys),
            at("/docs").get(docs::to_page),
            at("/docs/{file:.*}").get(docs::page),
        ] {
            config.service(operations.resource.app_data(self.clone()).wrap(from_fn(edge)));
        }
    }

    /// Everything at its usual place, and a problem document for every other path. For an app of its own.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        self.configure_operations(config);
        config.service(self.scope());
        config.default_service(web::to(nowhere).wrap(from_fn(edge)));
    }
}

fn resources(config: &mut web::ServiceConfig) {
    for operations in [
        at("/openapi.json").get(openapi::document),
        at("/auth/signup").post(sign_up::sign_up),
        at("/auth/email/verify").post(sign_up::verify_email),
        at("/auth/login").post(sign_in::sign_in),
        at("/auth/refresh").post(sign_in::refresh),
        at("/auth/logout").post(sign_in::sign_out),
        at("/auth/password/forgot").post(password::forgot),
        at("/auth/password/reset").post(password::reset),
        at("/auth/invitations/show").post(invitation::show),
        at("/auth/invitations/accept").post(invitation::accept),
        at("/me").get(me::show).patch(me::edit),
        at("/me/password").put(me::change_password),
        at("/me/email").put(me::change_email),
        at("/me/sessions").get(sessions::list),
        at("/me/sessions/{id}").delete(sessions::end),
        at("/me/api-keys").get(api_keys::list).post(api_keys::create),
        at("/me/api-keys/{id}").delete(api_keys::revoke),
        at("/me/two-factor").get(two_factor::show).post(two_factor::begin),
        at("/me/two-factor/confirm").post(two_factor::confirm),
        at("/me/two-factor/recovery-codes").post(two_factor::renew_recovery_codes),
        at("/me/two-factor/remove").post(two_factor::remove),
        at("/users").get(users::list).post(users::add),
        at("/users/{id}").get(users::show).patch(users::edit).delete(users::delete),
        at("/users/{id}/role").put(standing::change_role),
        at("/users/{id}/company").put(standing::change_company),
        at("/users/{id}/suspend").post(standing::suspend),
        at("/users/{id}/reactivate").post(standing::reactivate),
        at("/users/{id}/sessions").get(access::list_sessions),
        at("/users/{id}/sessions/{session}").delete(access::end_session),
        at("/users/{id}/api-keys").get(access::list_api_keys),
        at("/users/{id}/api-keys/{key}").delete(access::revoke_api_key),
        at("/users/{id}/two-factor").delete(access::reset_two_factor),
        at("/colleagues").get(colleagues::list),
        at("/companies").get(companies::list).post(companies::create),
        at("/companies/{id}").get(companies::show).patch(companies::edit).delete(companies::delete),
        at("/credentials").get(credentials::list).post(credentials::create),
        at("/credentials/{id}").get(credentials::show).patch(credentials::edit).delete(credentials::delete),
        at("/credentials/{id}/secret").put(credentials::replace_secret),
        at("/invitations").get(invitations::list).post(invitations::invite),
        at("/invitations/{id}").get(invitations::show).delete(invitations::revoke),
        at("/invitations/{id}/resend").post(invitations::resend),
        at("/audit").get(audit::list),
        at("/automations").get(automations::list).post(automations::create),
        // Before `{id}`, which these would be taken for.
        at("/automations/nodes").get(inspection::nodes),
        at("/automations/validate").post(inspection::validate),
        at("/automations/import").post(copies::import),
        at("/automations/{id}").get(automations::show).patch(automations::edit).delete(automations::delete),
        at("/automations/{id}/flow").get(flows::show).put(flows::replace),
        at("/automations/{id}/versions").get(versions::list),
        at("/automations/{id}/versions/compare").get(versions::compare),
        at("/automations/{id}/versions/{number}").get(versions::show),
        at("/automations/{id}/versions/{number}/restore").post(versions::restore),
        at("/automations/{id}/activate").post(moves::activate),
        at("/automations/{id}/pause").post(moves::pause),
        at("/automations/{id}/archive").post(moves::archive),
        at("/automations/{id}/restore").post(moves::restore),
        at("/automations/{id}/duplicate").post(copies::duplicate),
        at("/automations/{id}/export").get(copies::export),
        at("/automations/{id}/dry-run").post(inspection::dry_run),
        at("/automations/{id}/triggers").get(triggers::list),
        at("/automations/{id}/triggers/{node}/rotate").post(triggers::rotate),
        at("/automations/{id}/run").post(running::start),
        at("/automations/{id}/runs").get(running::list),
        at("/automations/{id}/figures").get(running::figures),
        at("/runs").get(runs::list),
        at("/runs/{id}").get(runs::show),
        at("/runs/{id}/steps").get(runs::steps),
        at("/runs/{id}/events").get(events::follow),
        at("/runs/{id}/cancel").post(ending::cancel),
        at("/runs/{id}/retry").post(ending::retry),
        at("/hooks/{token}").post(hooks::deliver),
        at("/leads").get(leads::list).post(leads::capture),
        at("/leads/{id}").get(leads::show).patch(leads::edit).delete(leads::delete),
        at("/leads/{id}/status").post(leads::move_to),
        at("/leads/{id}/notes").get(leads::timeline::list_notes).post(leads::timeline::note),
        at("/leads/{id}/timeline").get(leads::timeline::list),
    ] {
        config.service(operations.resource);
    }
}

async fn nowhere() -> Result<&'static str, Problem> {
    Err(Problem::new(Code::NotFound, "there is nothing at this path"))
}

fn cors(origins: &[String]) -> Cors {
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];
    let cors = Cors::default()
        .allowed_methods(methods)
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            csrf::HEADER,
        ])
        .allowed_headers(["idempotency-key", "last-event-id", "x-request-id", "traceparent"])
        .expose_headers(["etag", "link", "location", "retry-after", "x-request-id", "idempotency-replayed"])
        .expose_headers([header::CONTENT_DISPOSITION])
        .expose_headers([rate_limit::POLICY, rate_limit::STANDING])
        .supports_credentials()
        .max_age(600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_posted_to_sign_in_is_counted() {
        for (method, path, class) in [
            (Method::POST, "/auth/login", Some(Class::Auth)),
            (Method::POST, "/auth/password/forgot", Some(Class::Auth)),
            (Method::PUT, "/me/password", Some(Class::Auth)),
            (Method::POST, "/me/two-factor", Some(Class::Auth)),
            (Method::POST, "/me/two-factor/confirm", Some(Class::Auth)),
            (Method::POST, "/leads", Some(Class::Leads)),
            (Method::GET, "/leads", None),
            (Method::POST, "/leads/{id}/status", None),
            (Method::GET, "/me/two-factor", None),
            (Method::POST, "/me/api-keys", Some(Class::Auth)),
            (Method::GET, "/me/api-keys", None),
        ] {
            assert_eq!(class_of(&method, path), class, "{method} {path}");
        }
    }
}
