use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Resource, Responder, Route, web};

use super::class_of;
use crate::rate_limit::limited;

/// A path and what can be done there, each operation counted as [`class_of`] says.
pub(super) struct Operations {
    path: &'static str,
    pub(super) resource: Resource,
}

/// The operations at a path.
pub(super) fn at(path: &'static str) -> Operations {
    Operations { path, resource: web::resource(path) }
}

impl Operations {
    /// What can be read with GET can be asked about with HEAD.
    pub(super) fn get<H, Args>(self, handler: H) -> Self
    where
        H: Handler<Args> + Clone,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.with(web::get(), &Method::GET, handler.clone()).with(web::head(), &Method::GET, handler)
    }

    pub(super) fn post<H, Args>(self, handler: H) -> Self
    where
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.with(web::post(), &Method::POST, handler)
    }

    pub(super) fn put<H, Args>(self, handler: H) -> Self
    where
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.with(web::put(), &Method::PUT, handler)
    }

    pub(super) fn patch<H, Args>(self, handler: H) -> Self
    where
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.with(web::patch(), &Method::PATCH, handler)
    }

    pub(super) fn delete<H, Args>(self, handler: H) -> Self
    where
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.with(web::delete(), &Method::DELETE, handler)
    }

    /// `method` is what the operation is documented as.
    fn with<H, Args>(mut self, route: Route, method: &Method, handler: H) -> Self
    where
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        let route = route.to(handler);
        let route = match class_of(method, self.path) {
            Some(class) => route.wrap(from_fn(move |request, next| limited(class, request, next))),
            None => route,
        };
        self.resource = self.resource.route(route);
        self
    }
}
