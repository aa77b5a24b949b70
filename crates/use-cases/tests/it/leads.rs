//! Leads against the in-memory store.

use crate::world::World;
use chrono::TimeDelta;
use kairo_domain::{Actor, Change, Lead, LeadPatch, LeadStatus, Reason, Role, Seen, UserActor, Version, Via};
use kairo_testkit::builders::{actor_of, full_lead, person};
use kairo_use_cases::{
    Answer, CaptureLead, Claim, DeleteLead, EditLead, Error, IdempotencyKey, LeadQuery, MoveLead, Once,
    Outcome,
};

fn answer(lead: &Lead) -> Answer {
    Answer { status: 201, headers: Vec::new(), body: lead.id.to_string().into() }
}

fn form() -> CaptureLead {
    CaptureLead { details: full_lead().build().details.clone() }
}

fn once(key: &str, body: u8) -> Option<Once<Lead>> {
    let key = IdempotencyKey::parse(key).unwrap();
    Some(Once::new(Claim { scope: "POST /leads".into(), key, body_digest: [body; 32] }, answer))
}

async fn captured(world: &World) -> Lead {
    match world.studio.leads().capture(&Actor::Visitor, form(), None).await.unwrap() {
        Outcome::Done(lead) => lead,
        Outcome::Replayed(_) => panic!("nothing was captured before"),
    }
}

fn to(lead: &Lead, to: LeadStatus) -> MoveLead {
    MoveLead { lead: lead.id, to, reason: None, seen: Seen::Anything }
}

#[tokio::test]
async fn a_visitors_lead_is_the_first_the_team_sees() {
    let world = World::new().await;
    captured(&world).await;
    world.clock.advance(TimeDelta::seconds(1));
    let lead = captured(&world).await;
    let page = world.studio.leads().list(&world.as_team(), &LeadQuery::default()).await.unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.items[0], lead);
    assert_eq!((lead.status, lead.version), (LeadStatus::New, Version::FIRST));
}

#[tokio::test]
async fn clients_and_visitors_learn_nothing_of_leads() {
    let world = World::new().await;
    let lead = captured(&world).await;
    for actor in [actor_of(&world.client), Actor::Visitor] {
        let leads = world.studio.leads();
        assert!(matches!(leads.get(&actor, lead.id).await, Err(Error::NotFound { .. })));
        assert!(matches!(leads.list(&actor, &LeadQuery::default()).await, Err(Error::NotFound { .. })));
        let moved = leads.move_to(&actor, to(&lead, LeadStatus::Contacted), None).await;
        assert!(matches!(moved, Err(Error::NotFound { .. })));
        let deleted = leads.delete(&actor, DeleteLead { lead: lead.id, seen: Seen::Anything }).await;
        assert!(matches!(deleted, Err(Error::NotFound { .. })));
    }
}

#[tokio::test]
async fn a_move_is_kept_and_recorded_with_who_and_why() {
    let world = World::new().await;
    let lead = captured(&world).await;
    world.clock.advance(TimeDelta::minutes(5));
    let reason = Reason::parse("spam").unwrap();
    let order = MoveLead { reason: Some(reason), ..to(&lead, LeadStatus::Lost) };
    world.studio.leads().move_to(&world.as_team(), order, None).await.unwrap();
    let stored = world.studio.leads().get(&world.as_team(), lead.id).await.unwrap();
    assert_eq!((stored.status, stored.version.number()), (LeadStatus::Lost, 2));
    assert_eq!(stored.updated_at - stored.created_at, TimeDelta::minutes(5));
    let entry = world.journal().await.remove(0);
    assert_eq!((entry.event.as_str(), entry.verb.as_str()), ("lead.status_changed", "move"));
    assert_eq!(entry.actor_id, Some(world.team.id.uuid()));
    assert_eq!(entry.body["reason"], "spam");
}

#[tokio::test]
async fn an_illegal_move_names_the_legal_targets_and_records_nothing() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let before = world.journal().await.len();
    let refused = world.studio.leads().move_to(&world.as_team(), to(&lead, LeadStatus::New), None).await;
    let Err(Error::IllegalTransition { from, to, allowed, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((from, to, allowed), ("NEW", "NEW", vec!["CONTACTED", "QUALIFIED", "LOST"]));
    assert_eq!(world.journal().await.len(), before);
}

#[tokio::test]
async fn a_missing_reason_is_pointed_at() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let refused = world.studio.leads().move_to(&world.as_team(), to(&lead, LeadStatus::Lost), None).await;
    let Err(Error::Invalid(issues)) = refused else { panic!("{refused:?}") };
    assert_eq!((issues[0].pointer.as_str(), issues[0].code), ("/reason", "required"));
}

#[tokio::test]
async fn a_write_from_an_old_version_is_refused_with_the_current_one() {
    let world = World::new().await;
    let lead = captured(&world).await;
    world.studio.leads().move_to(&world.as_team(), to(&lead, LeadStatus::Contacted), None).await.unwrap();
    let patch = LeadPatch { name: Change::Set(person("Ada L.")), ..LeadPatch::default() };
    let order = EditLead { lead: lead.id, patch, seen: Seen::OneOf(vec![Version::FIRST]) };
    let refused = world.studio.leads().edit(&world.as_team(), order).await;
    assert!(matches!(refused, Err(Error::Stale { current: Some(version) }) if version.number() == 2));
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_no_version_and_no_entry() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let before = world.journal().await.len();
    let order = EditLead { lead: lead.id, patch: LeadPatch::default(), seen: Seen::Anything };
    let same = world.studio.leads().edit(&world.as_team(), order).await.unwrap();
    assert_eq!((same.version, world.journal().await.len()), (Version::FIRST, before));
}

#[tokio::test]
async fn a_deleted_lead_is_gone_for_everybody() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let order = DeleteLead { lead: lead.id, seen: Seen::Anything };
    world.studio.leads().delete(&world.as_team(), order.clone()).await.unwrap();
    assert!(matches!(
        world.studio.leads().get(&actor_of(&world.admin), lead.id).await,
        Err(Error::NotFound { .. })
    ));
    let again = world.studio.leads().delete(&world.as_team(), order).await;
    assert!(matches!(again, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn one_key_is_one_lead() {
    let world = World::new().await;
    let leads = world.studio.leads();
    let first = leads.capture(&Actor::Visitor, form(), once("k1", 1)).await.unwrap();
    let Outcome::Done(lead) = first else { panic!("{first:?}") };
    let again = leads.capture(&Actor::Visitor, form(), once("k1", 1)).await.unwrap();
    assert_eq!(again, Outcome::Replayed(answer(&lead)));
    let other = leads.capture(&Actor::Visitor, form(), once("k1", 2)).await;
    assert!(matches!(other, Err(Error::KeyReused)));
    let page = leads.list(&world.as_team(), &LeadQuery::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let world = World::new().await;
    let leads = world.studio.leads();
    leads.capture(&Actor::Visitor, form(), once("k1", 1)).await.unwrap();
    world.clock.advance(TimeDelta::hours(24));
    let later = leads.capture(&Actor::Visitor, form(), once("k1", 1)).await.unwrap();
    assert!(matches!(later, Outcome::Done(_)));
}

#[tokio::test]
async fn expired_answers_are_purged() {
    let world = World::new().await;
    world.studio.leads().capture(&Actor::Visitor, form(), once("k1", 1)).await.unwrap();
    assert_eq!(world.studio.upkeep().purge().await.unwrap(), 0);
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(world.studio.upkeep().purge().await.unwrap(), 1);
}

#[tokio::test]
async fn who_may_not_act_any_more_is_told_no_earlier_answer() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let order = to(&lead, LeadStatus::Contacted);
    world.studio.leads().move_to(&world.as_team(), order.clone(), once("k1", 1)).await.unwrap();
    let demoted =
        Actor::User(UserActor { id: world.team.id, role: Role::Client, company: None, via: Via::Program });
    let repeated = world.studio.leads().move_to(&demoted, order, once("k1", 1)).await;
    assert!(matches!(repeated, Err(Error::NotFound { .. })));
}
