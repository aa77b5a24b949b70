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

mod accounts;
mod api_keys;
mod audit;
mod automations;
mod code;
mod companies;
mod credentials;
mod desk;
mod engine;
mod error;
mod firings;
mod ids;
mod invitations;
mod jobs;
mod leads;
mod links;
mod listing;
mod live;
mod once;
mod places;
mod post;
mod proof;
mod retry;
mod runs;
mod sessions;
mod sign_ups;
mod slots;
mod studio;
mod tokens;
mod two_factor;
mod upkeep;
mod users;

pub use accounts::{Accounts, AddressVerified, AskEmailChange, ChangePassword, RedeemReset, VerifyAddress};
pub use api_keys::{ApiKeys, CreateApiKey, NewApiKey};
pub use audit::Audit;
pub use automations::{
    AutomationFile, Automations, CopyAutomation, DeleteAutomation, DrawFlow, EditAutomation, Hook, Inspected,
    MoveAutomation, RollBack, RotateHook, TryOut,
};
pub use code::Code;
pub use companies::{Companies, CreateCompany, DeleteCompany, EditCompany};
pub use credentials::{CreateCredential, Credentials, DeleteCredential, EditCredential, ReplaceSecret};
pub use error::{Error, FieldIssue};
pub use firings::{Delivered, Delivery, Firings, HookAnswer};
pub use invitations::{AcceptInvitation, InvitationShown, Invitations, Invite};
pub use jobs::{Jobs, Performed, RunEnd, WorkBounds};
pub use kairo_ports::{AccessClaims, Answer, Claim, IdempotencyKey, KeyIssue, PublishedKey, RunFigures};
pub use leads::{CaptureLead, DeleteLead, EditLead, LeadQuery, Leads, MoveLead, NoteLead};
pub use links::Links;
pub use listing::{Listable, Listing};
pub use once::{Once, Outcome};
pub use post::Post;
pub use runs::{From as RetryFrom, RetryRun, Runs, StartRun, Which as RetryOn};
pub use sessions::{EndOwn, Sessions, SignIn, SignedIn, Which};
pub use sign_ups::{AskAccount, SignUps};
pub use studio::{Ports, Studio};
pub use two_factor::{SharedSecret, TwoFactor, TwoFactorStatus};
pub use upkeep::{SealedAnew, Upkeep};
pub use users::{
    AddUser, ChangeCompany, ChangeRole, CreateUser, DeleteUser, EditUser, MoveUser, ResetPassword, Users,
};
