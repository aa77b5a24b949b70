//! Something to try an operation on.

use kairo_domain::{
    Actor, AutomationId, AutomationSettings, AutomationStatus, BearerToken, CompanyId, CredentialName,
    CredentialSecret, Email, NewAutomation, Redacted, Role, Scope, Seen, Title, UserActor, UserId, Via,
};
use kairo_flow::FlowDocument;
use kairo_use_cases::{CreateApiKey, CreateCredential, Invite, MoveAutomation, Outcome, StartRun};
use serde_json::json;

use crate::drawn;
use crate::support::{PASSWORD, Who, World, company};

/// The path of an operation with the ids of things that were just made, for this caller where they are somebody's own.
/// Every world has one such thing of each kind.
pub(crate) async fn filled(world: &World, who: Who, template: &str) -> String {
    let mut path = template.to_owned();
    let mut fill = |place: &str, id: String| path = path.replace(place, &id);
    match template.split('/').nth(1) {
        Some("leads") if template.contains("{id}") => {
            fill("{id}", world.lead("Ada").await["id"].as_str().unwrap().to_owned());
        }
        Some("automations") if template.contains("{id}") => {
            let ids = drawn::with_standing(world, template.rsplit('/').next().unwrap_or_default()).await;
            fill("{id}", ids);
            fill("{number}", "1".to_owned());
            fill("{node}", "hook".to_owned());
        }
        Some("runs") if template.contains("{id}") => {
            let is_open = template.ends_with("/cancel");
            fill("{id}", if is_open { drawn::open_run(world).await } else { drawn::failed_run(world).await });
        }
        Some("hooks") => fill("{token}", drawn::hook(world).await),
        Some("companies") if template.contains("{id}") => {
            fill("{id}", company(&world.studio, "Engines").await.to_string());
        }
        Some("credentials") if who != Who::Anonymous && template.contains("{id}") => {
            fill("{id}", credential(world, world.id(who)).await);
        }
        Some("invitations") if template.contains("{id}") => fill("{id}", invitation(world).await),
        Some("users") if template.contains("{id}") => {
            let user = world.user("thea", Role::Client, Some(world.company)).await;
            world.sign_in("thea").await;
            second_factor(world, user).await;
            fill("{id}", user.to_string());
            fill("{session}", session(world, user).await);
            fill("{key}", api_key(world, user).await);
        }
        Some("me") if who != Who::Anonymous && template.contains("{id}") => {
            let user = world.id(who);
            let is_key = template.contains("api-keys");
            fill("{id}", if is_key { api_key(world, user).await } else { session(world, user).await });
        }
        _ => {}
    }
    if template.ends_with("/compare") {
        path.push_str("?from=1&to=1");
    }
    path
}

/// The latest session of a user.
pub(crate) async fn session(world: &World, user: UserId) -> String {
    let sessions = world.studio.sessions().list(&Actor::System, user).await.unwrap();
    sessions[0].id.to_string()
}

/// A new API key of a user.
pub(crate) async fn api_key(world: &World, user: UserId) -> String {
    let scopes = Scope::named("leads:read").into_iter().collect();
    let order = CreateApiKey { name: Title::parse("Export").unwrap(), scopes, expires_at: None };
    let actor = in_person(world, user).await;
    world.studio.api_keys().create(&actor, order).await.unwrap().key.id.to_string()
}

/// A new credential of a user.
pub(crate) async fn credential(world: &World, user: UserId) -> String {
    credential_named(world, user, "crm").await
}

pub(crate) async fn credential_named(world: &World, user: UserId, name: &str) -> String {
    let token = BearerToken::parse("a-token-of-the-crm").unwrap();
    let order = CreateCredential {
        name: CredentialName::parse(name).unwrap(),
        secret: CredentialSecret::Bearer { token },
    };
    let actor = in_person(world, user).await;
    world.studio.credentials().create(&actor, order).await.unwrap().id.to_string()
}

/// A new automation of a user that stands where this can be done to it.
pub(crate) async fn automation_for(world: &World, user: UserId, act: &str) -> String {
    let (actor, automations) = (in_person(world, user).await, world.studio.automations());
    let new = NewAutomation {
        title: Title::parse("Welcome").unwrap(),
        description: None,
        flow: FlowDocument::parse(drawn::simple()).unwrap(),
        settings: AutomationSettings::default(),
    };
    let id = done(automations.create(&actor, new, None).await.unwrap()).id;
    let to = match act {
        "pause" => AutomationStatus::Active,
        "restore" => AutomationStatus::Archived,
        _ => return id.to_string(),
    };
    let order = MoveAutomation { automation: id, to, seen: Seen::Anything };
    automations.move_to(&actor, order, None).await.unwrap();
    id.to_string()
}

/// A new run of a user that stands where this can be done to it.
pub(crate) async fn run_for(world: &World, user: UserId, act: &str) -> String {
    let automation = AutomationId::from_uuid(automation_for(world, user, "").await.parse().unwrap());
    let order = StartRun { automation, trigger: None, input: json!({}) };
    let actor = in_person(world, user).await;
    let run = done(world.studio.runs().start(&actor, order, None).await.unwrap());
    if act != "cancel" {
        world.work().await;
    }
    run.id.to_string()
}

/// What came of an order without an idempotency key.
fn done<T>(outcome: Outcome<T>) -> T {
    let Outcome::Done(made) = outcome else { unreachable!("without a key, nothing is replayed") };
    made
}

/// Begins to set up a second factor for a user.
pub(crate) async fn second_factor(world: &World, user: UserId) {
    let actor = in_person(world, user).await;
    world.studio.two_factor().begin(&actor, &Redacted::new(PASSWORD.to_owned())).await.unwrap();
}

async fn in_person(world: &World, id: UserId) -> Actor {
    let user = world.studio.users().get(&Actor::System, id).await.unwrap();
    Actor::User(UserActor { id, role: user.role, company: user.company, via: Via::Program })
}

/// An open invitation of a client of the first company.
pub(crate) async fn invitation(world: &World) -> String {
    invitation_of(world, "ida", Role::Client, world.company).await
}

/// An open invitation of `<name>@example.com`.
pub(crate) async fn invitation_of(world: &World, name: &str, role: Role, company: CompanyId) -> String {
    let email = Email::parse(&format!("{name}@example.com")).unwrap();
    let order = Invite { email, role, company: Some(company) };
    done(world.studio.invitations().create(&Actor::System, order, None).await.unwrap()).id.to_string()
}
