//! Automations against the in-memory store.

use kairo_domain::{Actor, AutomationStatus, FlowNumber, Seen, Version};
use kairo_flow::{FaultCode, FlowDocument};
use kairo_use_cases::{
    CopyAutomation, DrawFlow, Error, MoveAutomation, Outcome, RollBack, RotateHook, TryOut,
};
use serde_json::{Map, json};

use crate::engine::{done, flow, new};
use crate::world::World;

fn hello(text: &str) -> FlowDocument {
    flow(&[("t", "trigger.manual", json!({})), ("a", "transform", json!({"value": text}))], &["t>a"])
}

fn to(id: kairo_domain::AutomationId, to: AutomationStatus) -> MoveAutomation {
    MoveAutomation { automation: id, to, seen: Seen::Anything }
}

#[tokio::test]
async fn a_draft_may_have_faults_and_is_not_activated_with_them() {
    let world = World::new().await;
    let team = world.as_team();
    let automation = world.draft(&team, new("Draft", FlowDocument::empty())).await;
    assert_eq!((automation.status, automation.owner), (AutomationStatus::Draft, world.team.id));
    let refused =
        world.studio.automations().move_to(&team, to(automation.id, AutomationStatus::Active), None).await;
    let Err(Error::FlowNotRunnable(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!(faults[0].code, FaultCode::NoTrigger);
}

#[tokio::test]
async fn every_fault_is_told_at_once_those_of_the_store_too() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.schedule", json!({"cron": "every day"})),
        (
            "call",
            "http.request",
            json!({"method": "GET", "url": "https://x.example", "credential": "nobodys"}),
        ),
        ("sub", "subflow", json!({"automation": "00000000-0000-0000-0000-000000000009"})),
        ("if", "if", json!({"condition": "trigger. +"})),
        ("lost", "transform", json!({"value": 1})),
    ];
    let flow = flow(&nodes, &["t>call", "call>sub", "sub>if", "if/maybe>nowhere"]);
    let found = world.studio.automations().inspect(&world.as_team(), &flow).await.unwrap();
    let codes: Vec<_> = found.faults.iter().map(|fault| fault.code).collect();
    for code in [
        FaultCode::InvalidParam,
        FaultCode::CredentialMissing,
        FaultCode::InvalidExpression,
        FaultCode::DanglingEdge,
        FaultCode::UnreachableNode,
    ] {
        assert!(codes.contains(&code), "{code} is missing in {codes:?}");
    }
}

#[tokio::test]
async fn an_automation_that_would_run_itself_is_not_activated() {
    let world = World::new().await;
    let team = world.as_team();
    let first = world.active(&team, hello("first")).await;
    let calls = |id: kairo_domain::AutomationId| {
        let sub = json!({"automation": id.to_string()});
        flow(&[("t", "trigger.manual", json!({})), ("sub", "subflow", sub)], &["t>sub"])
    };
    let second = world.active(&team, calls(first.id)).await;
    let order = DrawFlow { automation: first.id, flow: calls(second.id), seen: Seen::Anything };
    let refused = world.studio.automations().draw(&team, order).await;
    let Err(Error::FlowNotRunnable(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [FaultCode::SubflowCycle]);
}

#[tokio::test]
async fn every_flow_that_was_drawn_can_be_had_again() {
    let world = World::new().await;
    let team = world.as_team();
    let automation = world.active(&team, hello("one")).await;
    let draw = |flow| DrawFlow { automation: automation.id, flow, seen: Seen::Anything };
    world.studio.automations().draw(&team, draw(hello("two"))).await.unwrap();
    // Nothing is different, so there is no version.
    let same = world.studio.automations().draw(&team, draw(hello("two"))).await.unwrap();
    assert_eq!(same.flow_number.number(), 2);
    let automations = world.studio.automations();
    let changes = automations.compare(&team, automation.id, FlowNumber::FIRST, same.flow_number).await;
    assert!(changes.unwrap().to_json().to_string().contains("/data/params/value"));
    let order = RollBack { automation: automation.id, to: FlowNumber::FIRST, seen: Seen::Anything };
    let back = done(world.studio.automations().roll_back(&team, order, None).await.unwrap());
    assert_eq!((back.flow_number.number(), &back.flow), (3, &hello("one")));
    let versions = world.studio.automations().flows(&team, automation.id, None, 10).await.unwrap();
    let numbers: Vec<_> = versions.iter().map(|version| version.number.number()).collect();
    assert_eq!(numbers, [3, 2, 1]);
    assert!(versions.iter().all(|version| version.drawn_by == Some(world.team.id)));
}

#[tokio::test]
async fn a_run_keeps_the_flow_it_was_fired_with() {
    let world = World::new().await;
    let team = world.as_team();
    let automation = world.active(&team, hello("old")).await;
    let run = world.fire(&team, automation.id, json!({})).await;
    let order = DrawFlow { automation: automation.id, flow: hello("new"), seen: Seen::Anything };
    world.studio.automations().draw(&team, order).await.unwrap();
    world.work().await;
    assert_eq!(world.outcome(run).await, Ok(json!("old")));
}

#[tokio::test]
async fn whoever_saw_an_older_version_changes_nothing() {
    let world = World::new().await;
    let team = world.as_team();
    let automation = world.active(&team, hello("one")).await;
    let seen = Seen::OneOf(vec![Version::FIRST]);
    let order = DrawFlow { automation: automation.id, flow: hello("two"), seen };
    let refused = world.studio.automations().draw(&team, order).await;
    assert!(matches!(refused, Err(Error::Stale { current: Some(current) }) if current == automation.version));
}

#[tokio::test]
async fn automations_are_their_owners_business() {
    let world = World::new().await;
    let mine = world.draft(&world.as_client(), new("Mine", hello("x"))).await;
    let theirs = world.draft(&world.as_team(), new("Theirs", hello("x"))).await;
    let automations = world.studio.automations();
    // Staff look at everything, and change their own.
    assert!(automations.get(&world.as_team(), mine.id).await.is_ok());
    let refused = automations.move_to(&world.as_team(), to(mine.id, AutomationStatus::Active), None).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
    // For clients there is nothing but their own.
    assert!(matches!(automations.get(&world.as_client(), theirs.id).await, Err(Error::NotFound { .. })));
    let listed = automations.list(&world.as_client(), &Default::default()).await.unwrap().items;
    assert_eq!(listed.iter().map(|automation| automation.id).collect::<Vec<_>>(), [mine.id]);
    for nobody in [Actor::Visitor, Actor::System] {
        assert!(automations.create(&nobody, new("Nobody's", hello("x")), None).await.is_err());
    }
}

#[tokio::test]
async fn a_copy_is_a_draft_of_ones_own_with_addresses_of_its_own() {
    let world = World::new().await;
    let hooked = flow(&[("t", "trigger.webhook", json!({}))], &[]);
    let original = world.active(&world.as_team(), hooked).await;
    let order = CopyAutomation { automation: original.id, title: None };
    let copy = done(world.studio.automations().duplicate(&world.as_admin(), order, None).await.unwrap());
    assert_eq!(copy.title.as_str(), "Flow (copy)");
    assert_eq!(
        (copy.status, copy.owner, &copy.flow),
        (AutomationStatus::Draft, world.admin.id, &original.flow)
    );
    let token = |hooks: Vec<kairo_use_cases::Hook>| hooks[0].token.clone().unwrap();
    let automations = world.studio.automations();
    let one = token(automations.hooks(&world.as_team(), original.id).await.unwrap());
    let other = token(automations.hooks(&world.as_admin(), copy.id).await.unwrap());
    assert_ne!(one.expose(), other.expose());
}

#[tokio::test]
async fn a_webhook_keeps_its_address_until_it_is_rotated() {
    let world = World::new().await;
    let team = world.as_team();
    let hooked = |x: i32| {
        let nodes = [("t", "trigger.webhook", json!({})), ("a", "transform", json!({"value": x}))];
        flow(&nodes, &["t>a"])
    };
    let automation = world.active(&team, hooked(1)).await;
    let automations = world.studio.automations();
    let address = async || automations.hooks(&team, automation.id).await.unwrap()[0].token.clone().unwrap();
    let first = address().await;
    let order = DrawFlow { automation: automation.id, flow: hooked(2), seen: Seen::Anything };
    automations.draw(&team, order).await.unwrap();
    assert_eq!(address().await, first);
    let order = RotateHook { automation: automation.id, node: "t".to_owned() };
    let rotated = automations.rotate_hook(&team, order).await.unwrap().token.unwrap();
    assert_ne!(rotated.expose(), first.expose());
    assert_eq!(address().await, rotated);
}

#[tokio::test]
async fn a_flow_is_tried_out_without_any_effect() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://x.example/{{ trigger.path }}"})),
        ("end", "transform", json!({"value": "{{ steps.call.body.answer }}"})),
    ];
    let automation = world.draft(&world.as_team(), new("Try", flow(&nodes, &["t>call", "call>end"]))).await;
    let mocks = Map::from_iter([("call".to_owned(), json!({"status": 200, "body": {"answer": 42}}))]);
    let input = json!({"path": "a"});
    let order = TryOut { automation: automation.id, flow: None, trigger: None, input, mocks };
    let tried = world.studio.automations().try_out(&world.as_team(), order).await.unwrap();
    assert_eq!(tried.outcome, kairo_flow::Outcome::Succeeded { output: json!(42), message: None });
    let call = tried.records.iter().find(|record| record.key.node == "call").unwrap();
    assert_eq!(call.input["url"], "https://x.example/a");
    assert!(world.egress.keys().is_empty());
    assert!(world.studio.runs().list(&world.as_team(), &Default::default()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn what_is_repeated_under_one_key_makes_one_automation() {
    let world = World::new().await;
    let once = || {
        let key = kairo_use_cases::IdempotencyKey::parse("k").unwrap();
        let claim = kairo_use_cases::Claim { scope: "POST /automations".into(), key, body_digest: [0; 32] };
        Some(kairo_use_cases::Once::new(claim, |automation: &kairo_domain::Automation| {
            kairo_use_cases::Answer {
                status: 201,
                headers: Vec::new(),
                body: automation.id.to_string().into(),
            }
        }))
    };
    let automations = world.studio.automations();
    done(automations.create(&world.as_team(), new("Once", hello("x")), once()).await.unwrap());
    let again = automations.create(&world.as_team(), new("Once", hello("x")), once()).await.unwrap();
    assert!(matches!(again, Outcome::Replayed(_)));
    let listed = automations.list(&world.as_team(), &Default::default()).await.unwrap().items;
    assert_eq!(listed.len(), 1);
}
