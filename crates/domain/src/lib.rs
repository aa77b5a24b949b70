//! What Kairo Studio is about: leads, clients, content, automations, and who may do what with them.
//!
//! # What this room is
//! Entities with their invariants, the three state machines, the policy and its permits, lists (filters, sort
//! orders, pages), and the events of the journal. Everything is a plain value: values in, values out.
//!
//! # What it may import
//! `kairo-flow`, chrono without its clock, uuid without its generators, serde, serde_json, thiserror.
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
mod asset;
mod automation;
mod company;
mod event;
mod field;
mod filter;
mod id;
mod journal;
mod json;
mod lead;
mod page;
mod patch;
mod policy;
mod project;
mod run;
mod search;
mod secret;
mod service;
mod session;
mod states;
mod text;
mod transition;
mod user;
mod version;

pub use actor::{Actor, ActorRole, UserActor};
pub use asset::{Asset, AssetId, AssetKind, AssetRecord};
pub use automation::{
    Automation, AutomationId, AutomationMoved, AutomationRecord, AutomationRefused, AutomationStatus,
};
pub use company::{Company, CompanyDetails, CompanyId, CompanyRecord};
pub use event::Event;
pub use field::{Field, FieldKind, FieldValue, Fields};
pub use filter::{Condition, Operator, Test};
pub use id::{Entity, Id, InvalidId};
pub use journal::JournalEntry;
pub use json::{Content, JsonIssue, Metadata, Metrics};
pub use lead::{
    Lead, LeadDeleted, LeadDetails, LeadEdited, LeadField, LeadFilter, LeadId, LeadMoved, LeadPatch,
    LeadRecord, LeadSource, LeadStatus, MoveRefused,
};
pub use page::{
    Count, Direction, Limit, Page, PageRequest, Position, Scan, Sort, SortIssue, SortKey, Total, Window,
};
pub use patch::{Change, Patch};
pub use policy::{
    Cell, Denied, Facts, Permit, Reach, Relation, Resource, Subject, Verb, cells, reach, render_matrix,
};
pub use project::{Project, ProjectId, ProjectRecord, Visibility};
pub use run::{Ending, FailedPhase, OpenPhase, Run, RunId, RunPhase, RunRefused, RunState, RunStatus};
pub use search::{Search, SearchIssue};
pub use secret::Redacted;
pub use service::{Service, ServiceId, ServiceRecord};
pub use session::{NotADigest, Session, SessionId, TokenDigest};
pub use states::render_states;
pub use text::{
    CompanyName, CompanyNameKind, Email, EmailKind, HttpUrl, HttpUrlKind, Message, MessageKind, NewPassword,
    PasswordIssue, PersonName, PersonNameKind, Phone, PhoneKind, Reason, ReasonKind, Slug, SlugKind, Tag,
    TagKind, Text, TextIssue, TextKind, Title, TitleKind, UtmTag, UtmTagKind,
};
pub use transition::IllegalTransition;
pub use user::{NewUser, Role, User, UserId, UserRecord, Verified};
pub use version::{Seen, StaleVersion, Version};
