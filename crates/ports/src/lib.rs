//! What Kairo Studio needs from the outside, as traits that adapters implement.
//!
//! # What this room is
//! Driven ports: the [`Store`] and its [`UnitOfWork`] with one repository per aggregate, the [`Clock`], the
//! [`IdSource`], [`Passwords`] and [`AccessTokens`]. Errors of a store are one concrete enum, [`StoreError`].
//!
//! # What it may import
//! `kairo-domain`, async-trait, chrono, uuid, serde_json, bytes, thiserror; mockall behind the feature `mock`.
//!
//! # What it never does
//! It decides nothing and implements nothing, apart from the mocks behind the feature `mock`.
//!
//! # How to add one
//! A repository is a trait of at most 12 methods in a file named like the domain's, an accessor on
//! [`UnitOfWork`], and cases in the testkit's contract that every adapter then has to pass. Reads take ids and
//! filters, writes demand a [`Permit`](kairo_domain::Permit).
//!
//! # Example
//! ```
//! use kairo_ports::{Store, StoreError};
//! use kairo_domain::{Actor, LeadId};
//!
//! async fn is_known(store: &dyn Store, actor: &Actor, lead: LeadId) -> Result<bool, StoreError> {
//!     let mut work = store.begin_read(actor).await?;
//!     Ok(work.leads().get(lead).await?.is_some())
//! }
//! ```

#![deny(missing_docs)]

mod clock;
mod companies;
mod idempotency;
mod ids;
mod journal;
mod leads;
mod passwords;
mod sessions;
mod store;
mod store_error;
mod tokens;
mod users;

#[cfg(feature = "mock")]
pub mod mock;

pub use clock::Clock;
pub use companies::CompanyRepository;
pub use idempotency::{Answer, Claim, IdempotencyKey, IdempotencyKeys, KeyIssue};
pub use ids::IdSource;
pub use journal::{Journal, JournalFilter};
pub use leads::LeadRepository;
pub use passwords::{PasswordError, PasswordHash, Passwords};
pub use sessions::SessionRepository;
pub use store::{Store, UnitOfWork};
pub use store_error::StoreError;
pub use tokens::{AccessClaims, AccessTokens, TokenError, TokenSource};
pub use users::{Credentials, UserRepository};
