use std::cell::Cell;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use kairo_domain::{CompanyId, Resource, Role, UserId};
use serde_json::{Value, json};

use super::rows::Row;
use crate::drawn::simple;
use crate::support::{Reply, Who, World, at, world};
use crate::things::{
    api_key, automation_for, credential_named, invitation_of, run_for, second_factor, session,
};

/// Whose a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The caller's own.
    Mine,
    /// Somebody else's in the company of the client.
    Here,
    /// Somebody else's in the company of the outsider.
    There,
}

/// A world with a neighbour in each company, for whom things can be made.
pub(super) struct Town {
    pub(super) world: World,
    here: UserId,
    there: UserId,
    made: Cell<u32>,
}

impl Town {
    pub(super) async fn new() -> Self {
        let world = world().await;
        // With one administrator alone, the last one would be protected from what the policy allows.
        world.user("abe", Role::Admin, None).await;
        let here = world.user("bea", Role::Client, Some(world.company)).await;
        let there = world.user("bob", Role::Client, Some(world.elsewhere)).await;
        for name in ["bea", "bob"] {
            world.sign_in(name).await;
        }
        Self { world, here, there, made: Cell::new(0) }
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
    pub(super) async fn filled(&self, template: &str, who: Who, place: Place) -> String {
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
        if let Some(id) = self.drawn(template, user).await {
            let path = template.replace("{id}", &id).replace("{number}", "1").replace("{node}", "hook");
            return if path.ends_with("/compare") { format!("{path}?from=1&to=1") } else { path };
        }
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

    /// The id of what an operation on credentials, automations or runs is tried on; `None` for one on something else.
    async fn drawn(&self, template: &str, user: UserId) -> Option<String> {
        let act = template.rsplit('/').next().unwrap_or_default();
        match template.split('/').nth(1) {
            Some("credentials") => Some(credential_named(&self.world, user, &self.name("crm")).await),
            Some("automations") => Some(automation_for(&self.world, user, act).await),
            Some("runs") => Some(run_for(&self.world, user, act).await),
            _ => None,
        }
    }

    /// An invitation of somebody who was not invited before.
    async fn invitation(&self, role: Role, company: CompanyId) -> String {
        invitation_of(&self.world, &self.name("guest"), role, company).await
    }

    /// A name that nothing has had before.
    fn name(&self, of: &str) -> String {
        self.made.set(self.made.get() + 1);
        format!("{of}{}", self.made.get())
    }

    /// The id of a thing at a place, as its list says it.
    pub(super) async fn thing(&self, resource: Resource, who: Who, place: Place) -> String {
        let (user, company) = (self.user(who, place), self.company(place));
        match resource {
            Resource::Company => company.to_string(),
            Resource::ClientInvitation => self.invitation(Role::Client, company).await,
            Resource::StaffInvitation => self.invitation(Role::Team, company).await,
            Resource::Credential => credential_named(&self.world, user, &self.name("crm")).await,
            Resource::Automation => automation_for(&self.world, user, "").await,
            Resource::Run => run_for(&self.world, user, "").await,
            _ => user.to_string(),
        }
    }

    /// Asks for an operation at this path.
    pub(super) async fn ask(&self, row: &Row, path: &str, who: Who) -> Reply {
        let method = Method::from_bytes(row.method.as_bytes()).unwrap();
        let request = TestRequest::default().method(method).uri(&at(path)).insert_header(("if-match", "*"));
        let request = match body(row) {
            Some(body) => request.set_json(body),
            None => request,
        };
        self.world.send(self.world.as_(who, request)).await
    }
}

/// What an operation is sent.
fn body(row: &Row) -> Option<Value> {
    let ends_with = |end: &str| row.path.ends_with(end);
    match row.method {
        "PATCH" if row.path.starts_with("/automations") => Some(json!({"title": "Welcome, again"})),
        "PATCH" if row.path.starts_with("/credentials") => Some(json!({"name": "renamed"})),
        "PATCH" => Some(json!({"name": "Eve"})),
        "PUT" if ends_with("/role") => Some(json!({"role": "TEAM"})),
        "PUT" if ends_with("/company") => Some(json!({"companyId": null})),
        "PUT" if ends_with("/secret") => Some(json!({"kind": "bearer", "token": "another-token"})),
        "PUT" => Some(simple()),
        "POST" if ends_with("/dry-run") => Some(json!({})),
        "POST" if ends_with("/retry") => Some(json!({"from": "start"})),
        _ => None,
    }
}
