//! What Kairo Studio needs from the outside, as traits that adapters implement.
//!
//! # What this room is
//! Driven ports: the [`Store`] and its [`UnitOfWork`] with one repository per aggregate, the [`Clock`], the
//! [`IdSource`], [`Passwords`], [`AccessTokens`] and [`Egress`]. Errors of a store are one concrete enum,
//! [`StoreError`].
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

mod api_keys;
mod attempts;
mod automations;
mod clock;
mod companies;
mod compute;
mod credentials;
mod egress;
mod email_changes;
mod expired;
mod idempotency;
mod ids;
mod invitations;
mod journal;
mod lead_timeline;
mod leads;
mod letters;
mod mail;
mod one_time_codes;
mod one_time_tokens;
mod passwords;
mod queue;
mod revocations;
mod runs;
mod second_factors;
mod sessions;
mod sign_ups;
mod signatures;
mod store;
mod store_error;
mod tokens;
mod triggers;
mod users;
mod vault;

#[cfg(feature = "mock")]
pub mod mock;

pub use api_keys::ApiKeyRepository;
pub use attempts::AttemptLog;
pub use automations::AutomationRepository;
pub use clock::Clock;
pub use companies::CompanyRepository;
pub use compute::Compute;
pub use credentials::CredentialRepository;
pub use egress::{Egress, EgressError, EgressRequest, EgressResponse};
pub use email_changes::EmailChangeRepository;
pub use expired::Expired;
pub use idempotency::{Answer, Claim, IdempotencyKey, IdempotencyKeys, KeyIssue};
pub use ids::IdSource;
pub use invitations::InvitationRepository;
pub use journal::{Journal, JournalFilter};
pub use lead_timeline::LeadTimeline;
pub use leads::LeadRepository;
pub use letters::{LetterQueue, QueuedLetter};
pub use mail::{Mail, MailContent, MailError, Mailer};
pub use one_time_codes::OneTimeCodes;
pub use one_time_tokens::OneTimeTokens;
pub use passwords::{PasswordError, PasswordHash, Passwords};
pub use queue::Queue;
pub use revocations::{Mark, RevocationLog};
pub use runs::{Claimed, Claiming, IdleRun, Replay, RunFigures, RunLimits, RunProgress, RunRepository};
pub use second_factors::SecondFactorRepository;
pub use sessions::SessionRepository;
pub use sign_ups::SignUpRepository;
pub use signatures::{SignatureText, Signatures};
pub use store::{Store, UnitOfWork};
pub use store_error::StoreError;
pub use tokens::{AccessClaims, AccessTokens, PublishedKey, RefreshTokens, TokenError, TokenSource};
pub use triggers::TriggerRepository;
pub use users::{Credentials, UserRepository};
pub use vault::{Vault, VaultError};
