//! Lists: row by row what the policy allows, and with every parameter nothing else.

use std::collections::BTreeSet;

use kairo::domain::{Actor, CompanyId, Facts, Invitation, Reach, Resource, Role, UserId, Verb, reach};
use serde_json::Value;
use sqlx::types::Uuid;

use super::caller::Caller;
use super::document::Operation;
use super::expected::{self, Expected};
use super::scene::Whose;
use super::server::{Reply, Server};
use super::stage::Stage;
use super::table::Given;
use super::{Tally, probes};

/// A list as one caller asks for it.
pub(super) struct List<'a> {
    pub(super) operation: &'a Operation,
    pub(super) stage: &'a Stage,
    /// Somebody who sees more.
    pub(super) admin: &'a Stage,
    pub(super) path: String,
    /// What the policy allows.
    pub(super) allowed: BTreeSet<String>,
    pub(super) expected: Expected,
}

/// A list, and whose: a person's, or everybody's.
struct Wanted<'a> {
    operation: &'a Operation,
    resource: Resource,
    whose: Whose,
}

/// Asks for the lists, whole and with each of their parameters, as every caller.
pub(super) async fn compare(server: &mut Server, tally: &mut Tally, lists: &[(&Operation, Resource)]) {
    let of_people = |&(operation, resource)| {
        people(operation).iter().map(move |&whose| Wanted { operation, resource, whose })
    };
    let admin = Stage::set(server, Caller::Admin, Given::Nothing).await;
    for caller in Caller::ALL {
        let stage = Stage::set(server, caller, Given::Nothing).await;
        for wanted in lists.iter().flat_map(of_people) {
            let list = List::new(server, &wanted, &stage, &admin).await;
            list.is_whole(server).await;
            tally.lists += 1;
            if list.takes("limit") {
                tally.probes += probes::compare(server, &list).await;
            }
        }
    }
}

fn people(operation: &Operation) -> &'static [Whose] {
    if operation.path.starts_with("/me") {
        &[Whose::Mine]
    } else if operation.path.contains("{id}") {
        &[Whose::Mine, Whose::Ours, Whose::Theirs]
    } else {
        &[Whose::Nobodys]
    }
}

impl<'a> List<'a> {
    async fn new(server: &mut Server, wanted: &Wanted<'a>, stage: &'a Stage, admin: &'a Stage) -> Self {
        let Wanted { operation, resource, whose } = *wanted;
        let (actor, person) = (stage.scene.actor(), stage.scene.id(Resource::User, whose));
        let of = Some(person).filter(|_| whose != Whose::Nobodys);
        Self {
            operation,
            stage,
            admin,
            path: operation.path.replace("{id}", &person.to_string()),
            allowed: allowed(server, &actor, resource, of).await,
            expected: answer(&actor, resource, of),
        }
    }
}

impl List<'_> {
    /// Whether the document has this parameter.
    pub(super) fn takes(&self, parameter: &str) -> bool {
        self.operation.parameters.iter().any(|known| known.name == parameter)
    }

    /// Asks with this query string.
    pub(super) async fn ask(&self, server: &mut Server, query: &str) -> Reply {
        self.stage.get(server, self.operation, &format!("{}?{query}", self.path)).await
    }

    /// Every row that is allowed is there, no other, and the number of rows tells of no other either.
    async fn is_whole(&self, server: &mut Server) {
        let query = if self.takes("limit") { "limit=200&count=exact" } else { "" };
        let mut reply = self.ask(server, query).await;
        self.check_answer(&reply, query);
        if self.expected != Expected::Success {
            return;
        }
        self.walk(server, query, &mut reply).await;
        self.check_rows(&reply, query);
        let (shown, caller) = (ids(&reply), self.stage.scene.caller.as_str());
        let missing: Vec<_> = self.allowed.difference(&shown).collect();
        assert!(missing.is_empty(), "{} as {caller} does not show {missing:?}", self.path);
        self.check_total(&reply, query);
    }

    /// Puts the rows of the pages that follow to those of the first.
    async fn walk(&self, server: &mut Server, query: &str, first: &mut Reply) {
        while let Some(cursor) = first.json["page"]["nextCursor"].as_str() {
            let mut next = self.ask(server, &format!("{query}&after={cursor}")).await;
            self.check_answer(&next, query);
            let rows = next.json["data"].as_array_mut().unwrap();
            first.json["data"].as_array_mut().unwrap().append(rows);
            first.json["page"]["nextCursor"] = next.json["page"]["nextCursor"].take();
        }
    }

    /// The refusal that the policy means, or none.
    pub(super) fn check_answer(&self, reply: &Reply, query: &str) {
        let (status, caller) = (reply.status, self.stage.scene.caller.as_str());
        let expected = self.expected;
        assert!(expected.fits(reply), "{}?{query} as {caller}: {status}, not {expected:?}", self.path);
    }

    /// No row that is not allowed.
    pub(super) fn check_rows(&self, reply: &Reply, query: &str) {
        let caller = self.stage.scene.caller.as_str();
        let shown = ids(reply);
        let leaked: Vec<_> = shown.difference(&self.allowed).collect();
        assert!(leaked.is_empty(), "{}?{query} as {caller} shows {leaked:?}", self.path);
    }

    /// Where rows were counted and all of them are there, there are as many.
    pub(super) fn check_total(&self, reply: &Reply, query: &str) {
        let page = &reply.json["page"];
        let is_all = page["nextCursor"].is_null() && page["prevCursor"].is_null();
        if page["totalIsExact"] == true && is_all {
            let (total, rows) = (page["total"].as_u64().unwrap(), ids(reply).len());
            assert_eq!(total, u64::try_from(rows).unwrap(), "{}?{query}", self.path);
        }
    }
}

/// What the list of a kind of thing, of one person or of anybody, is answered with.
fn answer(actor: &Actor, resource: Resource, person: Option<Uuid>) -> Expected {
    if let Some(person) = person {
        let facts = Facts { owner: Some(UserId::from_uuid(person)), ..Facts::of(resource, person) };
        return expected::expected(actor, &[Verb::Read], &facts);
    }
    match reach(actor.role(), resource, Verb::Read) {
        Reach::NOTHING => expected::as_if_missing(actor),
        // What is published is seen without signing in.
        _ => Expected::Success,
    }
}

/// The ids of all rows of the database that the policy lets the actor see.
async fn allowed(
    server: &mut Server,
    actor: &Actor,
    resource: Resource,
    person: Option<Uuid>,
) -> BTreeSet<String> {
    let rows = server.rows(resource).await;
    let facts = rows.into_iter().map(|row| (row.id.clone(), row.facts(resource)));
    let is_seen = |facts: &Facts| {
        reach(actor.role(), facts.resource, Verb::Read).includes(actor.relation_to(facts))
            && person.is_none_or(|person| facts.owner == Some(UserId::from_uuid(person)))
    };
    facts.filter(|(_, facts)| is_seen(facts)).map(|(id, _)| id).collect()
}

/// The ids in a list; the audit log has numbers.
fn ids(reply: &Reply) -> BTreeSet<String> {
    let rows = reply.json["data"].as_array().unwrap();
    let id = |row: &Value| match row.get("id").or(row.get("seq")) {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => panic!("a row without an id: {row}"),
    };
    rows.iter().map(id).collect()
}

/// A row of the database, as far as the policy needs to know it.
#[derive(sqlx::FromRow)]
pub(super) struct KnownRow {
    id: String,
    owner: Option<Uuid>,
    company: Option<Uuid>,
    role: Option<String>,
}

impl KnownRow {
    fn facts(&self, resource: Resource) -> Facts {
        let resource = match &self.role {
            Some(role) => Invitation::resource(Role::named(role).unwrap()),
            None => resource,
        };
        Facts {
            owner: self.owner.map(UserId::from_uuid),
            company: self.company.map(CompanyId::from_uuid),
            ..Facts::of(resource, Uuid::nil())
        }
    }
}

/// How all rows of a kind are found.
pub(super) const fn rows_of(resource: Resource) -> &'static str {
    match resource {
        Resource::User | Resource::Colleague => {
            "select id::text, id as owner, company_id as company, null::text as role from users
              where deleted_at is null"
        }
        Resource::Company => {
            "select id::text, null::uuid as owner, id as company, null::text as role from companies
              where deleted_at is null"
        }
        Resource::Lead => {
            "select id::text, null::uuid as owner, null::uuid as company, null::text as role from leads
              where deleted_at is null"
        }
        Resource::Session => {
            "select id::text, user_id as owner, null::uuid as company, null::text as role from sessions
              where revoked_at is null and expires_at > now()"
        }
        Resource::ApiKey => {
            "select id::text, user_id as owner, null::uuid as company, null::text as role from kairo.api_keys
              where revoked_at is null and expires_at > now()"
        }
        Resource::Credential => {
            "select id::text, user_id as owner, null::uuid as company, null::text as role from kairo.credentials"
        }
        Resource::ClientInvitation | Resource::StaffInvitation => {
            "select id::text, null::uuid as owner, company_id as company, role::text from kairo.invitations"
        }
        Resource::Audit => {
            "select seq::text as id, actor_id as owner, company_id as company, null::text as role
               from kairo.journal"
        }
        Resource::Automation => {
            "select id::text, user_id as owner, null::uuid as company, null::text as role from automations
              where deleted_at is null"
        }
        Resource::Run => {
            "select run.id::text, user_id as owner, null::uuid as company, null::text as role
               from automation_runs run join automations on automations.id = automation_id"
        }
        Resource::Project | Resource::Service | Resource::Asset => {
            panic!("there is no list of this kind yet")
        }
    }
}
