//! Fresh rows for one try: two companies with people in them, and what is theirs.

use kairo::domain::{Actor, CompanyId, Facts, Resource, UserActor, UserId, Via};
use sqlx::types::Uuid;

use super::caller::Caller;
use crate::world::MODEL;

/// A flow that could fire, by hand and by a webhook.
pub(super) const FLOW: &str = r#"{"nodes": [{"id": "go", "type": "trigger.manual", "data": {"params": {}}},
                                 {"id": "hook", "type": "trigger.webhook", "data": {"params": {}}}], "edges": []}"#;

/// The rows of one try. Their ids are made of its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene {
    pub(super) number: u32,
    pub(super) caller: Caller,
}

/// A thing of the scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    pub(super) resource: Resource,
    pub(super) whose: Whose,
}

/// To whom a thing of the scene belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// To the caller, or it is the caller.
    Mine,
    /// To the colleague, or to the company where the client is.
    Ours,
    /// To the stranger, or to the other company, where the outsider is.
    Theirs,
    Nobodys,
}

impl Whose {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Mine => "(the caller's)",
            Self::Ours => "(a colleague's, or the client's company's)",
            Self::Theirs => "(a stranger's, or the other company's)",
            Self::Nobodys => "(nobody's)",
        }
    }

    pub(super) const fn somebody_else(self) -> Self {
        match self {
            Self::Theirs => Self::Ours,
            Self::Mine | Self::Ours | Self::Nobodys => Self::Theirs,
        }
    }

    const fn digit(self) -> u32 {
        match self {
            Self::Mine => 0xa,
            Self::Ours => 0xb,
            Self::Theirs => 0xc,
            Self::Nobodys => 0xd,
        }
    }
}

impl Scene {
    /// The id of a thing.
    pub(super) fn id(&self, resource: Resource, whose: Whose) -> Uuid {
        let kind = Resource::ALL.iter().position(|known| *known == resource).unwrap();
        let place = u64::try_from(kind).unwrap() << 8 | u64::from(whose.digit());
        Uuid::from_u64_pair(u64::from(self.number) << 32 | 0x4000, 1 << 63 | place)
    }

    pub(super) fn me(&self) -> Uuid {
        self.id(Resource::User, Whose::Mine)
    }

    pub(super) fn company(&self, whose: Whose) -> Uuid {
        self.id(Resource::Company, whose)
    }

    /// The address of a person.
    pub(super) fn address(&self, whose: Whose) -> String {
        let name = match whose {
            Whose::Mine => "caller",
            Whose::Ours => "colleague",
            Whose::Theirs => "stranger",
            Whose::Nobodys => "nobody",
        };
        format!("{name}.{}@example.com", self.number)
    }

    /// The caller, as the policy sees them.
    pub(super) fn actor(&self) -> Actor {
        let Some(role) = self.caller.role() else { return Actor::Visitor };
        Actor::User(UserActor {
            id: UserId::from_uuid(self.me()),
            role,
            company: Some(CompanyId::from_uuid(self.callers_company())),
            via: Via::Program,
        })
    }

    /// What the policy needs to know of a thing.
    pub(super) fn facts(&self, subject: Subject) -> Facts {
        let Subject { resource, whose } = subject;
        let facts = Facts::of(resource, self.id(resource, whose));
        let owner = Some(UserId::from_uuid(self.id(Resource::User, whose)));
        let company = match whose {
            Whose::Mine => Some(self.callers_company()),
            Whose::Ours | Whose::Theirs => Some(self.company(whose)),
            Whose::Nobodys => None,
        };
        let company = company.map(CompanyId::from_uuid);
        match resource {
            Resource::User => Facts { owner, company, ..facts },
            Resource::Session
            | Resource::ApiKey
            | Resource::Credential
            | Resource::Automation
            | Resource::Run => Facts { owner, ..facts },
            Resource::Company | Resource::ClientInvitation | Resource::StaffInvitation => {
                Facts { company, ..facts }
            }
            _ => facts,
        }
    }

    /// Makes all of it.
    pub(super) fn population(&self) -> String {
        let people = match self.caller {
            Caller::Anonymous => vec![Whose::Ours, Whose::Theirs],
            _ => vec![Whose::Mine, Whose::Ours, Whose::Theirs],
        };
        let companies = [Whose::Ours, Whose::Theirs].map(|whose| {
            let id = self.company(whose);
            format!("insert into companies (id, name) values ('{id}', 'Company {whose:?}');")
        });
        let accounts = people.iter().map(|&person| self.account(person));
        let letters = [Whose::Ours, Whose::Theirs, Whose::Nobodys].map(|whose| self.invitations(whose));
        let lead = self.id(Resource::Lead, Whose::Nobodys);
        let lead = format!(
            "insert into leads (id, name, email, message) values ('{lead}', 'Lead', 'lead@example.com', 'Hello');
             insert into kairo.journal (at, actor, verb, resource, subject, event)
               values (now(), 'visitor', 'create', 'lead', '{lead}', 'lead.created');"
        );
        let automations = people.iter().map(|&person| self.automation(person));
        companies.into_iter().chain(accounts).chain(automations).chain(letters).chain([lead]).collect()
    }

    /// A draft of a person that could fire, and a run of it that a worker has.
    fn automation(&self, whose: Whose) -> String {
        let [user, automation, run] =
            [Resource::User, Resource::Automation, Resource::Run].map(|resource| self.id(resource, whose));
        format!(
            "insert into automations (id, user_id, title, flow) values ('{automation}', '{user}', 'Automation', '{FLOW}');
             insert into automation_runs (id, automation_id, status, fired_node)
               values ('{run}', '{automation}', 'RUNNING', 'go');"
        )
    }

    /// Moves every automation of the scene.
    pub(super) fn moved(&self, status: &str) -> String {
        let ids = self.of_people(Resource::Automation);
        format!("update automations set status = '{status}' where id in ({ids});")
    }

    /// Ends every run of the scene with an error.
    pub(super) fn failed(&self) -> String {
        let ids = self.of_people(Resource::Run);
        format!(
            "update automation_runs
                set status = 'FAILED', phase = 'FAILED', completed_at = now(), duration_ms = 1, error = 'no good',
                    error_code = 'failed'
              where id in ({ids});"
        )
    }

    /// Gives every automation of the scene the address that its webhook has. Nothing opens the token: nobody is shown
    /// the old address.
    pub(super) fn addressed(&self) -> String {
        let ids = self.of_people(Resource::Automation);
        format!(
            "insert into kairo.automation_triggers (automation_id, node, kind, token_digest, sealed_token)
               select id, 'hook', 'webhook', replace(id::text || id::text, '-', ''), 'sealed-' || id
                 from automations where id in ({ids});"
        )
    }

    fn of_people(&self, resource: Resource) -> String {
        let ids =
            [Whose::Mine, Whose::Ours, Whose::Theirs].map(|whose| format!("'{}'", self.id(resource, whose)));
        ids.join(", ")
    }

    /// A person with a session, a key, a credential, a second factor unless it is the caller, and a line in the journal.
    fn account(&self, whose: Whose) -> String {
        let [user, session, key, credential] =
            [Resource::User, Resource::Session, Resource::ApiKey, Resource::Credential]
                .map(|resource| self.id(resource, whose));
        let (role, company) = match whose {
            Whose::Mine => (self.caller.role().unwrap().as_str(), self.callers_company()),
            _ => ("CLIENT", self.company(whose)),
        };
        let (address, digest) = (self.address(whose), format!("{0}{0}", session.simple()));
        let factor = if whose == Whose::Mine { String::new() } else { second_factor(user) };
        format!(
            "insert into users (id, email, name, password_hash, role, company_id, email_verified_at)
               select '{user}', '{address}', 'Person {whose:?}', password_hash, '{role}', '{company}', now()
                 from users where email = '{MODEL}';
             insert into sessions (id, user_id, refresh_token, expires_at)
               values ('{session}', '{user}', '{digest}', now() + interval '1 day');
             insert into kairo.api_keys (id, user_id, name, prefix, digest, scopes, expires_at, created_at)
               values ('{key}', '{user}', 'Key', 'kairo_key', '{digest}', '{{leads:read}}',
                       now() + interval '1 day', now());
             insert into kairo.credentials (id, user_id, name, kind, sealed, created_at, updated_at, version)
               values ('{credential}', '{user}', 'crm', 'bearer', 'sealed-{credential}', now(), now(), 1);
             insert into kairo.journal (at, actor, actor_id, role, verb, resource, subject, event, company_id)
               values (now(), 'user', '{user}', '{role}', 'update', 'user', '{user}', 'user.edited', '{company}');
             {factor}"
        )
    }

    fn invitations(&self, whose: Whose) -> String {
        let company = match whose {
            Whose::Nobodys => "null".to_owned(),
            _ => format!("'{}'", self.company(whose)),
        };
        let invitation = |resource, role: &str| {
            let id = self.id(resource, whose);
            format!(
                "insert into kairo.invitations (id, email, role, company_id, created_at, expires_at)
                   values ('{id}', 'invited.{id}@example.com', '{role}', {company}, now(),
                           now() + interval '1 day');"
            )
        };
        [invitation(Resource::ClientInvitation, "CLIENT"), invitation(Resource::StaffInvitation, "TEAM")]
            .concat()
    }

    fn callers_company(&self) -> Uuid {
        self.company(if self.caller == Caller::Outsider { Whose::Theirs } else { Whose::Ours })
    }
}

/// Switches a person's second factor on. Nothing opens the secret: nobody signs in with it.
pub(super) fn second_factor(user: Uuid) -> String {
    let recovery = format!("{0}{0}", user.simple());
    format!(
        "insert into kairo.second_factors (user_id, sealed_secret, created_at, confirmed_at, recovery)
           values ('{user}', 'sealed-{user}', now(), now(), '{{{recovery}}}');"
    )
}
