//! Operations on users, companies, invitations and the audit log, compared with the policy for every way in which a
//! caller can stand to a thing.

use std::cell::Cell;
use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use kairo_domain::{ActorRole, CompanyId, Relation, Resource, Role, UserId, Verb, reach};
use serde_json::{Value, json};

use crate::support::{Reply, Who, World, at, world};
use crate::things::{api_key, invitation_of, second_factor, session};

const EVERYBODY: [Who; 5] = [Who::Anonymous, Who::Client, Who::Outsider, Who::Team, Who::Admin];
const TAGS: [&str; 4] = ["users", "companies", "invitations", "audit"];

/// Whose a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The caller's own.
    Mine,
    /// Somebody else's in the company of the client.
    Here,
    /// Somebody else's in the company of the outsider.
    There,
}

/// An operation on one thing, what it does in the words of the policy, and what it answers when that is allowed.
struct Row {
    method: &'static str,
    path: &'static str,
    does: (Resource, Verb),
    granted: u16,
}

const fn row(method: &'static str, path: &'static str, does: (Resource, Verb), granted: u16) -> Row {
    Row { method, path, does, granted }
}

const CHANGE_ROLE: (Resource, Verb) = (Resource::User, Verb::ChangeRole);

const ROWS: &[Row] = &[
    row("GET", "/users/{id}", (Resource::User, Verb::Read), 200),
    row("PATCH", "/users/{id}", (Resource::User, Verb::Update), 200),
    row("DELETE", "/users/{id}", (Resource::User, Verb::Delete), 204),
    row("PUT", "/users/{id}/role", CHANGE_ROLE, 200),
    row("PUT", "/users/{id}/company", CHANGE_ROLE, 200),
    row("POST", "/users/{id}/suspend", CHANGE_ROLE, 200),
    row("POST", "/users/{id}/reactivate", CHANGE_ROLE, 200),
    row("DELETE", "/users/{id}/two-factor", CHANGE_ROLE, 204),
    row("GET", "/users/{id}/sessions", (Resource::Session, Verb::Read), 200),
    row("DELETE", "/users/{id}/sessions/{session}", (Resource::Session, Verb::Delete), 204),
    row("GET", "/users/{id}/api-keys", (Resource::ApiKey, Verb::Read), 200),
    row("DELETE", "/users/{id}/api-keys/{key}", (Resource::ApiKey, Verb::Delete), 204),
    row("GET", "/companies/{id}", (Resource::Company, Verb::Read), 200),
    row("PATCH", "/companies/{id}", (Resource::Company, Verb::Update), 200),
    row("DELETE", "/companies/{id}", (Resource::Company, Verb::Delete), 204),
    row("GET", "/invitations/{id}", (Resource::ClientInvitation, Verb::Read), 200),
    row("DELETE", "/invitations/{id}", (Resource::ClientInvitation, Verb::Delete), 204),
    row("POST", "/invitations/{id}/resend", (Resource::ClientInvitation, Verb::Delete), 200),
    row("GET", "/invitations/{staff}", (Resource::StaffInvitation, Verb::Read), 200),
    row("DELETE", "/invitations/{staff}", (Resource::StaffInvitation, Verb::Delete), 204),
    row("POST", "/invitations/{staff}/resend", (Resource::StaffInvitation, Verb::Delete), 200),
];

/// The lists, what they are of, and the member that says which thing a row is.
const LISTS: &[(&str, Resource, &str)] = &[
    ("/users", Resource::User, "id"),
    ("/colleagues", Resource::Colleague, "id"),
    ("/companies", Resource::Company, "id"),
    ("/invitations", Resource::ClientInvitation, "id"),
    ("/invitations", Resource::StaffInvitation, "id"),
    ("/audit", Resource::Audit, "actorId"),
];

/// What can be made, of which kind it is, and the kind that whoever sees any of the collection sees.
const MADE: &[(&str, &str, Resource, Resource)] = &[
    ("/users", r#"{"email": "n@studio.example"}"#, Resource::User, Resource::User),
    ("/users", r#"{"email": "n@studio.example", "role": "ADMIN"}"#, Resource::User, Resource::User),
    ("/companies", r#"{"name": "Engines"}"#, Resource::Company, Resource::Company),
    (
        "/invitations",
        r#"{"email": "n@studio.example"}"#,
        Resource::ClientInvitation,
        Resource::ClientInvitation,
    ),
    (
        "/invitations",
        r#"{"email": "n@studio.example", "role": "TEAM"}"#,
        Resource::StaffInvitation,
        Resource::ClientInvitation,
    ),
];

/// A world with a neighbour in each company, for whom things can be made.
struct Town {
    world: World,
    here: UserId,
    there: UserId,
    invited: Cell<u32>,
}

impl Town {
    async fn new() -> Self {
        let world = world().await;
        // With one administrator alone, the last one would be protected from what the policy allows.
        world.user("abe", Role::Admin, None).await;
        let here = world.user("bea", Role::Client, Some(world.company)).await;
        let there = world.user("bob", Role::Client, Some(world.elsewhere)).await;
        for name in ["bea", "bob"] {
            world.sign_in(name).await;
        }
        Self { world, here, there, invited: Cell::new(0) }
    }

    /// Whose the things at a place are.
    fn user(&self, who: Who, place: Place) -> UserId {
        match place {
            Place::Mine => self.world.id(who),
            Place::Here => self.here,
            Place::There => self.there,
        }
    }

    fn company(&self, place: Place) -> CompanyId {
        if place == Place::There { self.world.elsewhere } else { self.world.company }
    }

    /// The path of an operation on things at a place.
    async fn filled(&self, template: &str, who: Who, place: Place) -> String {
        let (world, company) = (&self.world, self.company(place));
        if template.starts_with("/companies") {
            return template.replace("{id}", &company.to_string());
        }
        if template.starts_with("/invitations") {
            let of_staff = template.contains("{staff}");
            let id = self.invitation(if of_staff { Role::Team } else { Role::Client }, company).await;
            return template.replace(if of_staff { "{staff}" } else { "{id}" }, &id);
        }
        let user = self.user(who, place);
        let mut path = template.replace("{id}", &user.to_string());
        if path.contains("{session}") {
            path = path.replace("{session}", &session(world, user).await);
        }
        if path.contains("{key}") {
            path = path.replace("{key}", &api_key(world, user).await);
        }
        if path.ends_with("two-factor") {
            second_factor(world, user).await;
        }
        path
    }

    /// An invitation of somebody who was not invited before.
    async fn invitation(&self, role: Role, company: CompanyId) -> String {
        self.invited.set(self.invited.get() + 1);
        invitation_of(&self.world, &format!("guest{}", self.invited.get()), role, company).await
    }

    /// Asks for an operation at this path.
    async fn ask(&self, row: &Row, path: &str, who: Who) -> Reply {
        let method = Method::from_bytes(row.method.as_bytes()).unwrap();
        let request = TestRequest::default().method(method).uri(&at(path));
        let request = match (row.method, row.path.rsplit('/').next()) {
            ("PATCH", _) => request.set_json(json!({"name": "Eve"})),
            ("PUT", Some("role")) => request.set_json(json!({"role": "TEAM"})),
            ("PUT", _) => request.set_json(json!({"companyId": null})),
            _ => request,
        };
        self.world.send(self.world.as_(who, request)).await
    }
}

const fn role_of(who: Who) -> ActorRole {
    match who {
        Who::Anonymous => ActorRole::Anonymous,
        Who::Client | Who::Outsider => ActorRole::Client,
        Who::Team => ActorRole::Team,
        Who::Admin => ActorRole::Admin,
    }
}

/// How a caller stands to a thing at a place. Not every kind of thing has an owner, or a company.
fn relation(who: Who, resource: Resource, place: Place) -> Relation {
    let has_owner =
        !matches!(resource, Resource::Company | Resource::ClientInvitation | Resource::StaffInvitation);
    let has_company = !matches!(resource, Resource::Session | Resource::ApiKey | Resource::Audit);
    match (who, place) {
        (_, Place::Mine) if has_owner => Relation::Own,
        (Who::Client, Place::Here) | (Who::Outsider, Place::There) if has_company => Relation::Company,
        _ => Relation::Foreign,
    }
}

/// The places where there is a thing of this kind for this caller.
fn places(who: Who, resource: Resource) -> Vec<Place> {
    let is_own = relation(who, resource, Place::Mine) == Relation::Own && who != Who::Anonymous;
    [Place::Mine, Place::Here, Place::There]
        .into_iter()
        .filter(|place| is_own || *place != Place::Mine)
        .collect()
}

/// What the policy says an operation answers.
fn expected(row: &Row, who: Who, place: Place) -> u16 {
    let (resource, verb) = row.does;
    let reaches = |verb| reach(role_of(who), resource, verb).includes(relation(who, resource, place));
    match who {
        Who::Anonymous => 401,
        _ if reaches(verb) => row.granted,
        _ if reaches(Verb::Read) => 403,
        _ => 404,
    }
}

#[actix_web::test]
async fn everybody_gets_what_the_policy_says_wherever_they_stand() {
    let mut town = Town::new().await;
    for row in ROWS {
        for who in EVERYBODY {
            for place in places(who, row.does.0) {
                let reply = town.ask(row, &town.filled(row.path, who, place).await, who).await;
                let told = format!("{} {} as {who:?}, {place:?}: {}", row.method, row.path, reply.json());
                assert_eq!(reply.status, expected(row, who, place), "{told}");
                if reply.status < 300 && row.method != "GET" {
                    town = Town::new().await;
                }
            }
        }
    }
}

#[actix_web::test]
async fn what_is_out_of_sight_looks_like_what_is_not_there() {
    let town = Town::new().await;
    for row in ROWS {
        // Whoever sees none of these things, though perhaps things beside them.
        let who = if row.does.0 == Resource::StaffInvitation { Who::Team } else { Who::Client };
        for place in places(who, row.does.0).into_iter().filter(|place| expected(row, who, *place) == 404) {
            let path = town.filled(row.path, who, place).await;
            let missing = path.split('/').map(nobody).collect::<Vec<_>>().join("/");
            let (hidden, missing) = (town.ask(row, &path, who).await, town.ask(row, &missing, who).await);
            assert_eq!(alike(&hidden), alike(&missing), "{} {}", row.method, row.path);
        }
    }
}

/// The id of nothing in the place of an id.
fn nobody(part: &str) -> &str {
    if part.len() == 36 { "00000000-0000-7000-8000-00000000ffff" } else { part }
}

/// A refusal without what is different in every answer.
fn alike(reply: &Reply) -> (u16, Value) {
    let mut body = reply.json();
    for member in ["instance", "requestId"] {
        body.as_object_mut().unwrap().remove(member);
    }
    (reply.status, body)
}

#[actix_web::test]
async fn lists_show_what_is_within_reach() {
    let town = Town::new().await;
    for (path, resource, member) in LISTS {
        for who in EVERYBODY {
            let mut things = Vec::new();
            for place in places(who, *resource) {
                things.push((place, thing(&town, *resource, who, place).await));
            }
            let limit = if *resource == Resource::Colleague { "" } else { "?limit=200" };
            let reply = town.world.get(&format!("{path}{limit}"), who).await;
            let told = format!("{path} as {who:?}: {}", reply.json());
            if who == Who::Anonymous {
                assert_eq!(reply.status, 401, "{told}");
                continue;
            }
            let rows = reply.json()["data"].as_array().cloned().unwrap_or_default();
            for (place, id) in things {
                let shown = rows.iter().any(|row| row[*member] == id.as_str());
                let reach = reach(role_of(who), *resource, Verb::Read);
                assert_eq!(shown, reach.includes(relation(who, *resource, place)), "{place:?} {told}");
            }
        }
    }
}

/// The id of a thing at a place, as its list says it.
async fn thing(town: &Town, resource: Resource, who: Who, place: Place) -> String {
    let company = town.company(place);
    match resource {
        Resource::Company => company.to_string(),
        Resource::ClientInvitation => town.invitation(Role::Client, company).await,
        Resource::StaffInvitation => town.invitation(Role::Team, company).await,
        _ => town.user(who, place).to_string(),
    }
}

#[actix_web::test]
async fn things_are_made_by_whom_the_policy_lets() {
    for (path, body, resource, collection) in MADE {
        for who in EVERYBODY {
            let town = Town::new().await;
            let body: Value = serde_json::from_str(body).unwrap();
            let reply = town.world.post(path, who, body).await;
            let reaches = |resource, verb| reach(role_of(who), resource, verb).includes(Relation::Foreign);
            // To make a user is to give the rights that it has.
            let gives_rights = *resource != Resource::User || reaches(Resource::User, Verb::ChangeRole);
            let expected = match who {
                Who::Anonymous => 401,
                _ if reaches(*resource, Verb::Create) && gives_rights => 201,
                _ if reach(role_of(who), *collection, Verb::Read).is_nothing() => 404,
                _ => 403,
            };
            assert_eq!(reply.status, expected, "{path} as {who:?}: {}", reply.json());
        }
    }
}

#[test]
fn every_operation_of_these_areas_is_compared() {
    let document: Value = serde_json::from_str(&kairo_http::openapi_json()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if TAGS.iter().any(|tag| operation["tags"] == json!([tag])) {
                documented.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let rows = ROWS.iter().map(|row| (row.method.to_owned(), row.path.replace("{staff}", "{id}")));
    let lists = LISTS.iter().map(|(path, ..)| ("GET".to_owned(), (*path).to_owned()));
    let made = MADE.iter().map(|(path, ..)| ("POST".to_owned(), (*path).to_owned()));
    assert_eq!(documented, rows.chain(lists).chain(made).collect::<BTreeSet<_>>());
}
