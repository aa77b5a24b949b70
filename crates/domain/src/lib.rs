//! What Kairo Studio is about: leads, clients, content, automations, and who may do what with them.
//!
//! # What this room is
//! Entities with their invariants, the three state machines, the policy and its permits, lists (filters, sort
//! orders, pages), and the events of the journal. Everything is a plain value: values in, values out.
//!
//! # What it may import
//! `kairo-flow`, chrono without its clock, chrono-tz, croner, uuid without its generators, serde, serde_json, thiserror.
//! `kairo-flow`, base64, chrono without its clock, uuid without its generators, serde, serde_json, thiserror.
//!
//! # What it never does
//! It awaits nothing, reads no clock, makes no id and no random number, and knows no database and no HTTP.
//!
//! # How to add one
//! A new entity is a file named after it: `Entity` with its name, a record of what is stored, verbs that return
//! events, and `Subject` so that the policy can be asked about it. Then a row in `policy/table.rs`.
//!
//! # Example
//! ```
//! use kairo_domain::{Actor, Facts, LeadStatus, Resource, Verb};
//!
//! let lead = Facts::of(Resource::Lead, uuid::Uuid::from_u128(1));
//! assert!(Actor::Visitor.may(Verb::Create, &lead).is_ok());
//! assert!(Actor::Visitor.may(Verb::Read, &lead).is_err());
//! assert_eq!(LeadStatus::Converted.next(), []);
//! ```

#![deny(missing_docs)]

mod actor;
mod api_key;
mod asset;
mod attempts;
mod automation;
mod company;
mod credential;
mod email_change;
mod event;
mod field;
mod filter;
mod id;
mod invitation;
mod job;
mod journal;
mod json;
mod lead;
mod letter;
mod one_time;
mod page;
mod patch;
mod policy;
mod project;
mod revocation;
mod run;
mod schedule;
mod scope;
mod search;
mod secret;
mod service;
mod session;
mod sign_up;
mod states;
mod text;
mod transition;
mod trigger;
mod two_factor;
mod user;
mod version;

pub use actor::{Actor, ActorRole, UserActor, Via};
pub use api_key::{ApiKey, ApiKeyId};
pub use asset::{Asset, AssetId, AssetKind, AssetRecord};
pub use attempts::{Attempts, AttemptsOf};
pub use automation::{
    Automation, AutomationEdited, AutomationField, AutomationId, AutomationMoved, AutomationPatch,
    AutomationRecord, AutomationRefused, AutomationSettings, AutomationStatus, FlowDrawn, FlowNumber,
    FlowVersion, NewAutomation, SettingsIssue,
};
pub use company::{
    Company, CompanyDetails, CompanyEdited, CompanyField, CompanyId, CompanyPatch, CompanyRecord,
};
pub use credential::{
    Credential, CredentialField, CredentialId, CredentialKind, CredentialPatch, CredentialRecord,
    CredentialSecret, NewCredential, NotASecret, SecretTexts,
};
pub use email_change::{EmailChange, EmailChangeId, Side};
pub use event::{AccountChange, AutomationChange, CredentialChange, Event, InvitationChange, RunChange};
pub use field::{Field, FieldKind, FieldValue, Fields};
pub use filter::{Condition, Filter, Operator, Test};
pub use id::{Entity, Id, InvalidId};
pub use invitation::{Invitation, InvitationField, InvitationId, InvitationStatus};
pub use job::Job;
pub use journal::{JournalEntry, JournalField, Origin, Refused};
pub use json::{Content, JsonIssue, Metadata, Metrics, has_null_character};
pub use lead::{
    Lead, LeadDeleted, LeadDetails, LeadEdited, LeadEntry, LeadEntryField, LeadEntryId, LeadEntryKind,
    LeadField, LeadFilter, LeadId, LeadMoved, LeadNote, LeadNoteField, LeadNoteId, LeadPatch, LeadRecord,
    LeadSource, LeadStatus, MoveRefused,
};
pub use letter::{Letter, LetterId, Notice};
pub use one_time::{OneTimeToken, Purpose};
pub use page::{
    Count, Direction, Limit, Page, PageRequest, Position, Scan, Sort, SortIssue, SortKey, Total, Window,
};
pub use patch::{Change, Patch};
pub use policy::{
    Cell, Denied, Facts, Permit, Reach, Relation, Resource, Subject, Verb, cells, reach, render_matrix,
};
pub use project::{Project, ProjectId, ProjectRecord, Visibility};
pub use revocation::{Revocation, Standing};
pub use run::{
    Ending, FailedPhase, Fired, Firing, ParentStep, Run, RunFailure, RunField, RunId, RunPhase, RunRecord,
    RunRefused, RunState, RunStatus, Step,
};
pub use schedule::{Due, Missed, Schedule, ScheduleIssue};
pub use scope::{Scope, Scopes};
pub use search::{Search, SearchIssue};
pub use secret::Redacted;
pub use service::{Service, ServiceId, ServiceRecord};
pub use session::{NotADigest, Presented, Session, SessionId, TokenDigest};
pub use sign_up::{SignUp, SignUpId};
pub use states::render_states;
pub use text::{
    BasicPassword, BasicPasswordKind, BasicUsername, BasicUsernameKind, BearerToken, BearerTokenKind,
    CompanyName, CompanyNameKind, CredentialName, CredentialNameKind, Email, EmailKind, HeaderName,
    HeaderNameKind, HeaderValue, HeaderValueKind, HttpUrl, HttpUrlKind, Message, MessageKind, NewPassword,
    PasswordIssue, PersonName, PersonNameKind, Phone, PhoneKind, QueryName, QueryNameKind, QueryValue,
    QueryValueKind, Reason, ReasonKind, SigningSecret, SigningSecretKind, Slug, SlugKind, Tag, TagKind, Text,
    TextIssue, TextKind, Title, TitleKind, UtmTag, UtmTagKind,
};
pub use transition::IllegalTransition;
pub use trigger::{ArmedTrigger, Trigger, TriggerOn};
pub use two_factor::SecondFactor;
pub use user::{Colleague, NewUser, Role, User, UserField, UserId, UserPatch, UserRecord, Verified};
pub use version::{Seen, StaleVersion, Version};
