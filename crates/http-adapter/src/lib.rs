//! Thin HTTP in front of the use cases: routes, parsed requests, problem details, OpenAPI.
//!
//! # What this room is
//! An actix-web scope with the whole API of Kairo Studio, mountable under any path of any actix server. A handler
//! reads a request into an order, calls one use case, and answers with a view of what came back.
//!
//! # What it may import
//! `kairo-domain`, `kairo-flow` and `kairo-use-cases`, actix-web, and libraries for JSON, OpenAPI, logs and metrics.
//!
//! # What it never does
//! It decides nothing about the domain: no rule, no policy, no SQL, no port. It reads no wall clock. It never
//! cancels a use case: a request that takes too long, or whose caller hangs up, is left to end in its own task.
//! Every refusal is an RFC 9457 problem document, and none shows the text of an error's source. The exception is what
//! actix refuses before it asks any service, and offers no hook for: a malformed request (400), a head that is too
//! large (431) or too slow (408). These answers have no body and no header of ours, and the connection is closed.
//!
//! # How to add one
//! A resource is a file with its handlers and `dto.rs` beside it with bodies and views; its routes go into
//! `routes.rs`, its handlers into the list in `openapi.rs`, and each operation into the table of
//! `tests/api/coverage.rs`, which fails until it is there. A list needs [`Field`](kairo_domain::Field) in the domain
//! and `Listed` for its view.
//!
//! # Example
//! ```no_run
//! use actix_web::{App, HttpServer, web};
//! use kairo_http::{Api, Settings};
//! use kairo_use_cases::Studio;
//!
//! async fn serve(studio: Studio, signing_key: [u8; 32]) -> std::io::Result<()> {
//!     let api = Api::new(studio, Settings::new(signing_key));
//!     let tasks = api.tasks().clone();
//!     let app = move || App::new().service(web::scope("/studio").service(api.scope()));
//!     HttpServer::new(app).bind("127.0.0.1:8080")?.run().await?;
//!     tasks.drain().await;
//!     Ok(())
//! }
//! ```

#![deny(missing_docs)]

mod answer;
mod api;
mod api_keys;
mod audit;
mod auth;
mod automations;
mod body;
mod caller;
mod coding;
mod colleagues;
mod companies;
mod conditional;
mod cookies;
mod credentials;
mod csrf;
mod cursor;
mod docs;
mod edge;
mod etag;
mod headers;
mod health;
mod hooks;
mod idempotency;
mod invitations;
mod jwks;
mod keys;
mod leads;
mod limits;
mod list;
mod me;
mod metrics;
mod mount;
mod openapi;
mod origin;
mod path;
mod problem;
mod query;
mod rate_limit;
mod receipt;
mod request_id;
mod routes;
mod runs;
mod sessions;
mod settings;
mod streams;
mod tasks;
mod trace;
mod two_factor;
mod unread;
mod users;

pub use api::Api;
pub use ipnet::IpNet;
pub use metrics::{Metrics, MetricsError};
pub use openapi::{openapi, openapi_json};
pub use origin::ForwardedHeader;
pub use problem::render_errors;
pub use rate_limit::{Quota, RateLimits};
pub use routes::{ScopeFactory, scope};
pub use settings::{BodyPace, Settings};
pub use streams::StreamLimits;
pub use tasks::Tasks;
