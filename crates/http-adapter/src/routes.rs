use actix_cors::Cors;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{Error, FromRequest, Handler, Resource, Responder, Route, Scope, web};
use kairo_use_cases::{Code, Studio};

use crate::coding::plain_when_nothing_fits;
use crate::conditional::{coded_etag, if_none_match};
use crate::edge::edge;
use crate::problem::Problem;
use crate::{Api, Settings, docs, health, leads, openapi, sessions};

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

    /// What operators ask for: `/healthz`, `/readyz`, `/metrics`, and the browsable `/docs`.
    pub fn configure_operations(&self, config: &mut web::ServiceConfig) {
        for resource in [
            readable("/healthz", health::alive),
            readable("/readyz", health::ready),
            readable("/metrics", health::metrics),
            readable("/docs", docs::to_page),
            readable("/docs/{file:.*}", docs::page),
        ] {
            config.service(resource.app_data(self.clone()).wrap(from_fn(edge)));
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
    config
        .service(readable("/openapi.json", openapi::document))
        .service(web::resource("/auth/login").route(web::post().to(sessions::sign_in)))
        .service(readable("/me", sessions::me))
        .service(readable("/leads", leads::list).route(web::post().to(leads::capture)))
        .service(
            readable("/leads/{id}", leads::show)
                .route(web::patch().to(leads::edit))
                .route(web::delete().to(leads::delete)),
        )
        .service(web::resource("/leads/{id}/status").route(web::post().to(leads::move_to)));
}

/// What can be read with GET can be asked about with HEAD.
fn readable<H, Args>(path: &str, handler: H) -> Resource
where
    H: Handler<Args> + Clone,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    let route = |route: Route, handler: H| route.to(handler);
    web::resource(path).route(route(web::get(), handler.clone())).route(route(web::head(), handler))
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
        ])
        .allowed_headers(["idempotency-key", "x-request-id", "traceparent"])
        .expose_headers(["etag", "link", "location", "retry-after", "x-request-id", "idempotency-replayed"])
        .max_age(600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
