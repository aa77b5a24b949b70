//! Things a test needs, valid and different from each other, in one line each.
//!
//! Ids count through the whole test process, above those of a [`NumberedIds`] that starts at 1; a test that prints
//! an id sets its own.

mod accounts;
mod automations;
mod timeline;

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    Actor, Company, CompanyDetails, CompanyId, CompanyName, CompanyRecord, Email, HttpUrl, Lead, LeadDetails,
    LeadId, LeadRecord, LeadSource, LeadStatus, Message, Metadata, Permit, PersonName, Phone, Reason,
    Redacted, Role, Session, SessionId, Subject, Title, User, UserActor, UserId, UserRecord, UtmTag, Verb,
    Version, Via,
};
use kairo_ports::IdSource;
use serde_json::json;
use uuid::Uuid;

use crate::fakes::{NumberedIds, NumberedTokens, START};

pub use accounts::{
    api_key, credential, email_change, full_api_key, full_credential, full_invitation, full_second_factor,
    invitation, one_time_token, second_factor, sign_up,
};
pub use automations::{
    acting, active_automation, automation, everything, failed, flow, full_automation, full_run, listener,
    run, schedule, step, step_in_state, succeeded, webhook,
};
pub use timeline::{lead_entry, noted};

static IDS: LazyLock<NumberedIds> = LazyLock::new(|| NumberedIds::from_number(1 << 40));

/// An id that nothing else in this process has.
pub fn next_id() -> Uuid {
    IDS.next()
}

/// So many seconds after [`START`].
pub fn at(seconds: i64) -> DateTime<Utc> {
    START + TimeDelta::seconds(seconds)
}

/// An e-mail address.
pub fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// A person's name.
pub fn person(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

/// A web address.
pub fn url(text: &str) -> HttpUrl {
    HttpUrl::parse(text).unwrap()
}

/// A campaign tag.
pub fn utm(text: &str) -> UtmTag {
    UtmTag::parse(text).unwrap()
}

/// The actor that a signed-in user is.
pub fn actor_of(user: &User) -> Actor {
    Actor::User(UserActor { id: user.id, role: user.role, company: user.company, via: Via::Program })
}

/// The permit to do this; the test ends when the policy says no.
pub fn permit(actor: &Actor, verb: Verb, subject: &impl Subject) -> Permit {
    actor.may(verb, subject).unwrap()
}

/// Something to be built: a stored record that is valid as it is, and can be changed first.
#[derive(Clone, Debug)]
pub struct Builder<R>(R);

impl<R> Builder<R> {
    /// Changes what the test is about.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut R)) -> Self {
        change(&mut self.0);
        self
    }
}

impl Builder<LeadRecord> {
    /// The lead.
    pub fn build(self) -> Lead {
        Lead::restore(self.0)
    }
}

impl Builder<UserRecord> {
    /// The user.
    pub fn build(self) -> User {
        User::restore(self.0)
    }
}

impl Builder<CompanyRecord> {
    /// The company.
    pub fn build(self) -> Company {
        Company::restore(self.0)
    }
}

impl Builder<Session> {
    /// The session.
    pub fn build(self) -> Session {
        self.0
    }
}

/// A lead as it came in at [`START`], with nothing but what it must have.
pub fn lead(name: &str) -> Builder<LeadRecord> {
    let id = LeadId::from_uuid(next_id());
    let details = LeadDetails {
        name: person(name),
        email: email("lead@example.com"),
        message: Message::parse("Hello").unwrap(),
        phone: None,
        company: None,
        source: None,
        utm_source: None,
        utm_medium: None,
        utm_campaign: None,
        metadata: None,
    };
    Builder(LeadRecord::clone(&Lead::capture(id, details, START)))
}

/// A lead with every field filled and all texts different.
pub fn full_lead() -> Builder<LeadRecord> {
    lead("Ada Lovelace").with(|lead| {
        lead.details = LeadDetails {
            name: person("Ada Lovelace"),
            email: email("Ada.Lovelace+crm@Example.com"),
            message: Message::parse("Two lines,\n\"quotes\", a \\ and an émoji 🦀").unwrap(),
            phone: Some(Phone::parse("+44 20 7946 0958").unwrap()),
            company: Some(CompanyName::parse("Analytical Engines").unwrap()),
            source: Some(LeadSource::PlatformSignup),
            utm_source: Some(utm("newsletter")),
            utm_medium: Some(utm("mail")),
            utm_campaign: Some(utm("spring 100%")),
            metadata: Some(metadata()),
        };
        lead.status = LeadStatus::Lost;
        lead.status_reason = Some(Reason::parse("no budget").unwrap());
        lead.created_at = START + TimeDelta::microseconds(123_456);
        lead.updated_at = at(60) + TimeDelta::microseconds(1);
        lead.version = Version::from_number(7);
    })
}

/// A verified user made at [`START`], with an address made of name and id.
pub fn user(role: Role, name: &str) -> Builder<UserRecord> {
    let id = UserId::from_uuid(next_id());
    let local: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    Builder(UserRecord {
        id,
        email: email(&format!("{local}.{}@example.com", id.uuid().simple())),
        name: Some(person(name)),
        role,
        company: None,
        avatar_url: None,
        email_verified_at: Some(START),
        suspended_at: None,
        created_at: START,
        updated_at: START,
        deleted_at: None,
        version: Version::FIRST,
    })
}

/// A user with role ADMIN.
pub fn admin(name: &str) -> Builder<UserRecord> {
    user(Role::Admin, name)
}

/// A user with role TEAM.
pub fn team_member(name: &str) -> Builder<UserRecord> {
    user(Role::Team, name)
}

/// A user with role CLIENT of a company.
pub fn client(name: &str, company: CompanyId) -> Builder<UserRecord> {
    user(Role::Client, name).with(|user| user.company = Some(company))
}

/// A suspended client with every field filled.
pub fn full_user(company: CompanyId) -> Builder<UserRecord> {
    client("Cleo Ünal", company).with(|user| {
        user.avatar_url = Some(url("https://example.com/cleo.png"));
        user.email_verified_at = Some(at(30));
        user.suspended_at = Some(at(40) + TimeDelta::microseconds(7));
        user.updated_at = at(50);
        user.version = Version::from_number(4);
    })
}

/// A company made at [`START`], with nothing but its name.
pub fn company(name: &str) -> Builder<CompanyRecord> {
    let details = CompanyDetails {
        name: CompanyName::parse(name).unwrap(),
        website: None,
        industry: None,
        logo_url: None,
        metadata: None,
    };
    Builder(CompanyRecord::clone(&Company::create(CompanyId::from_uuid(next_id()), details, START)))
}

/// A company with every field filled.
pub fn full_company() -> Builder<CompanyRecord> {
    company("Acme \"Rockets\" & Söhne").with(|company| {
        company.details.website = Some(url("https://acme.example/?a=b%20c"));
        company.details.industry = Some(Title::parse("Aerospace").unwrap());
        company.details.logo_url = Some(url("https://acme.example/logo.svg"));
        company.details.metadata = Some(metadata());
        company.updated_at = at(90);
        company.version = Version::from_number(3);
    })
}

/// A session opened at [`START`] for 30 days, with nothing but what it must have.
pub fn session(user: UserId) -> Builder<Session> {
    let id = SessionId::from_uuid(next_id());
    Builder(Session {
        id,
        user,
        refresh_digest: NumberedTokens::digest_of(&id.to_string()),
        previous_digest: None,
        rotated_at: None,
        expires_at: START + TimeDelta::days(30),
        ip_address: None,
        user_agent: None,
        created_at: START,
        last_used_at: None,
        revoked_at: None,
    })
}

/// A revoked session with every field filled.
pub fn full_session(user: UserId) -> Builder<Session> {
    session(user).with(|session| {
        session.ip_address = Some(Redacted::new("2001:db8::1".to_owned()));
        session.user_agent = Some(Redacted::new("Mozilla/5.0 (X11; Linux)".to_owned()));
        session.previous_digest = Some(NumberedTokens::digest_of(&format!("before {}", session.id)));
        session.rotated_at = Some(at(19) + TimeDelta::microseconds(5));
        session.last_used_at = Some(at(20));
        session.revoked_at = Some(at(21));
    })
}

/// Free JSON with every kind of value in it.
fn metadata() -> Metadata {
    let value =
        json!({"page": "/contact", "visits": 3, "rate": 0.5, "tags": ["a", null], "ok": true, "more": {}});
    Metadata::parse(value).unwrap()
}
