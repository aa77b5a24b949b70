use actix_web::http::Method;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Components, Ref, RefOr};

use super::security;
use crate::routes::class_of;

const POLICY: &str = "RateLimit-Policy";
const STANDING: &str = "RateLimit";
const RETRY_AFTER: &str = "Retry-After";

/// Describes the headers that tell callers how they stand.
pub(super) fn describe(components: &mut Components) {
    let whole = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let header = |schema: ObjectBuilder, description: &str| {
        let header: Header = HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build();
        RefOr::T(header)
    };
    let policy = "The quotas that the request was counted against, as in `\"auth\";q=5;w=60`: at most 5 requests in 60 \
                  seconds.";
    let standing =
        "How the caller stands, as in `\"auth\";r=4;t=12`: 4 requests are left, and one more in 12 seconds.";
    components.headers.insert(POLICY.to_owned(), header(text(), policy));
    components.headers.insert(STANDING.to_owned(), header(text(), standing));
    let retry_after = header(whole, "After how many seconds to send the request again.");
    components.headers.insert(RETRY_AFTER.to_owned(), retry_after);
}

/// Whether requests are counted: by their address, or as those of somebody signed in.
pub(super) fn is_limited(method: &Method, path: &str, operation: &Operation) -> bool {
    class_of(method, path).is_some() || security::takes_credentials(operation)
}

/// Adds to what is granted, and to the refusal for too many requests, how the caller stands.
pub(super) fn complete(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let told: &[&str] = match status.as_str() {
            "429" => &[POLICY, STANDING, RETRY_AFTER],
            status if status.starts_with('2') => &[POLICY, STANDING],
            _ => continue,
        };
        for name in told {
            let header = Ref::new(format!("#/components/headers/{name}"));
            response.headers.insert((*name).to_owned(), RefOr::Ref(header));
        }
    }
}
