use actix_web::http::Method;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Components, OpenApi};
use utoipa::{Modify, PartialSchema, ToSchema};

use super::{limits, refusals, security};
use crate::problem::{Document, Fault, FlowFault};

/// Completes what the operations say: how callers are known, every refusal with the document it comes as, and what
/// requests are counted as.
pub(super) struct Complete;

impl Modify for Complete {
    fn modify(&self, api: &mut OpenApi) {
        describe(api.components.get_or_insert_default());
        for (path, item) in &mut api.paths.paths {
            for (method, operation) in operations(item) {
                security::complete(&method, operation);
                let is_limited = limits::is_limited(&method, path, operation);
                refusals::complete(operation, is_limited);
                if is_limited {
                    limits::complete(operation);
                }
            }
        }
    }
}

fn describe(components: &mut Components) {
    components.schemas.insert(refusals::PROBLEM.to_owned(), <Document<'static>>::schema());
    components.schemas.insert(Fault::name().into_owned(), Fault::schema());
    components.schemas.insert(FlowFault::name().into_owned(), FlowFault::schema());
    security::describe(components);
    limits::describe(components);
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let known = [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH];
    known.into_iter().zip([get, put, post, delete, patch]).filter_map(|(method, operation)| {
        let operation = operation.as_mut()?;
        Some((method, operation))
    })
}
