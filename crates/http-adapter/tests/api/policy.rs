//! Operations on users, companies, invitations, credentials, automations and runs, and the audit log, compared with the
//! policy for every way in which a caller can stand to a thing.

mod rows;
mod town;

use std::collections::BTreeSet;

use kairo_domain::{ActorRole, Relation, Resource, Verb, reach};
use serde_json::{Value, json};

use crate::support::{Reply, Who};
use rows::{ABOUT_NOTHING, LISTS, MADE, ROWS, Row};
use town::{Place, Town};

const EVERYBODY: [Who; 5] = [Who::Anonymous, Who::Client, Who::Outsider, Who::Team, Who::Admin];
const TAGS: [&str; 7] = ["users", "companies", "invitations", "audit", "credentials", "automations", "runs"];

const fn role_of(who: Who) -> ActorRole {
    match who {
        Who::Anonymous => ActorRole::Anonymous,
        Who::Client | Who::Outsider => ActorRole::Client,
        Who::Team => ActorRole::Team,
        Who::Admin => ActorRole::Admin,
    }
}

/// Whether things of this kind have an owner, and belong to no company.
const fn is_owned_alone(resource: Resource) -> bool {
    matches!(
        resource,
        Resource::Session
            | Resource::ApiKey
            | Resource::Audit
            | Resource::Credential
            | Resource::Automation
            | Resource::Run
    )
}

/// How a caller stands to a thing at a place. Not every kind of thing has an owner, or a company.
fn relation(who: Who, resource: Resource, place: Place) -> Relation {
    let has_owner =
        !matches!(resource, Resource::Company | Resource::ClientInvitation | Resource::StaffInvitation);
    let has_company = !is_owned_alone(resource);
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
                things.push((place, town.thing(*resource, who, place).await));
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

#[actix_web::test]
async fn things_are_made_by_whom_the_policy_lets() {
    for (path, body, resource, collection) in MADE {
        for who in EVERYBODY {
            let town = Town::new().await;
            let body: Value = serde_json::from_str(body).unwrap();
            let reply = town.world.post(path, who, body).await;
            // Whoever makes what has an owner makes it for themselves.
            let made = if is_owned_alone(*resource) { Relation::Own } else { Relation::Foreign };
            let reaches = |resource, verb| reach(role_of(who), resource, verb).includes(made);
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
    let others = ABOUT_NOTHING.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned()));
    assert_eq!(documented, rows.chain(lists).chain(made).chain(others).collect::<BTreeSet<_>>());
}
