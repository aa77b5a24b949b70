//! What Kairo Studio does, one function for each thing a user can ask for.
//!
//! # What this room is
//! Application services over the ports: [`Studio`] is the front, with one small service per area. A use case
//! always goes the same way: begin a unit of work for the actor, get what it needs, ask the policy, let the domain
//! decide, save with the permit and record the event, commit.
//!
//! # What it may import
//! `kairo-domain`, `kairo-flow`, `kairo-ports`, and small libraries without I/O of their own.
//!
//! # What it never does
//! It calls no other use case, hides no step in a decorator, and talks to nothing outside (mail, HTTP, password
//! hashing) while a unit of work is open. It knows no HTTP: an [`Error`] has a stable [`Code`], not a status.
//!
//! # How to add one
//! A method on the service of its area, with an order struct of parsed values when it takes more than an id; a
//! test against the in-memory store; then its route.
//!
//! # Example
//! ```
//! use kairo_use_cases::{Error, LeadQuery, Studio};
//! use kairo_domain::{Actor, Lead};
//!
//! async fn newest(studio: &Studio, actor: &Actor) -> Result<Vec<Lead>, Error> {
//!     Ok(studio.leads().list(actor, &LeadQuery::default()).await?.items)
//! }
//! ```

#![deny(missing_docs)]

mod code;
mod companies;
mod error;
mod leads;
mod once;
mod retry;
mod sessions;
mod studio;
mod upkeep;
mod users;

pub use code::Code;
pub use companies::{Companies, CreateCompany};
pub use error::{Error, FieldIssue};
pub use kairo_ports::{AccessClaims, Answer, Claim, IdempotencyKey, KeyIssue};
pub use leads::{CaptureLead, DeleteLead, EditLead, LeadQuery, Leads, MoveLead};
pub use once::{Once, Outcome};
pub use sessions::{Sessions, SignIn, SignedIn};
pub use studio::{Ports, Studio};
pub use upkeep::Upkeep;
pub use users::{CreateUser, ResetPassword, Users};
