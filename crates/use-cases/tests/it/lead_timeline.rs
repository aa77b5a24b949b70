//! Notes and timelines of leads against the in-memory store.

use chrono::TimeDelta;
use kairo_domain::{
    Actor, AutomationId, Change, Condition, FieldValue, Lead, LeadEntry, LeadEntryField, LeadEntryKind,
    LeadId, LeadNote, LeadPatch, LeadStatus, Message, Reason, Seen, Test, UserActor, Via,
};
use kairo_ports::Store;
use kairo_ports::mock::{MockStore, MockUnitOfWork};
use kairo_testkit::builders::{actor_of, full_lead, lead, next_id, person, team_member};
use kairo_testkit::fakes::ManualClock;
use kairo_use_cases::{
    Answer, CaptureLead, Claim, DeleteLead, EditLead, Error, IdempotencyKey, Listing, MoveLead, NoteLead,
    Once, Outcome,
};

use crate::world::{World, studio_on};

async fn captured(world: &World) -> Lead {
    let form = CaptureLead { details: full_lead().build().details.clone() };
    done(world.studio.leads().capture(&Actor::Visitor, form, None).await.unwrap())
}

fn done<T>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(value) => value,
        Outcome::Replayed(_) => panic!("nothing was done before"),
    }
}

fn saying(lead: LeadId, text: &str) -> NoteLead {
    NoteLead { lead, text: Message::parse(text).unwrap() }
}

fn once(key: &str) -> Option<Once<LeadNote>> {
    let key = IdempotencyKey::parse(key).unwrap();
    let claim = Claim { scope: "POST /leads/{id}/notes".into(), key, body_digest: [7; 32] };
    let answer = |note: &LeadNote| Answer { status: 201, headers: vec![], body: note.id.to_string().into() };
    Some(Once::new(claim, answer))
}

async fn timeline(world: &World, lead: LeadId) -> Vec<LeadEntry> {
    let listed = world.studio.leads().timeline(&world.as_team(), lead, &Listing::default()).await;
    listed.unwrap().items
}

async fn notes(world: &World, lead: LeadId) -> Vec<LeadNote> {
    world.studio.leads().notes(&world.as_team(), lead, &Listing::default()).await.unwrap().items
}

#[tokio::test]
async fn a_timeline_tells_what_happened_to_a_lead_the_latest_first() {
    let world = World::new().await;
    let (leads, team) = (world.studio.leads(), world.as_team());
    let lead = captured(&world).await;
    let other = captured(&world).await;
    leads.note(&team, saying(other.id, "Another one"), None).await.unwrap();
    let pass = || world.clock.advance(TimeDelta::minutes(1));
    pass();
    let patch = LeadPatch { name: Change::Set(person("Ada L.")), ..LeadPatch::default() };
    leads.edit(&team, EditLead { lead: lead.id, patch, seen: Seen::Anything }).await.unwrap();
    pass();
    leads.note(&team, saying(lead.id, "Call again"), None).await.unwrap();
    pass();
    let lost = MoveLead {
        lead: lead.id,
        to: LeadStatus::Lost,
        reason: Reason::parse("no budget").ok(),
        seen: Seen::Anything,
    };
    leads.move_to(&team, lost, None).await.unwrap();
    let told = timeline(&world, lead.id).await;
    let told: Vec<_> = told.iter().map(|entry| (entry.kind.as_str(), entry.body.to_string())).collect();
    let expected = [
        ("status_changed", r#"{"from":"NEW","reason":"no budget","to":"LOST"}"#),
        ("noted", "{}"),
        ("edited", r#"{"fields":["name"]}"#),
        ("created", r#"{"source":"PLATFORM_SIGNUP"}"#),
    ];
    assert_eq!(told, expected.map(|(kind, body)| (kind, body.to_owned())));
}

#[tokio::test]
async fn an_entry_says_who_acted_and_when() {
    let world = World::new().await;
    let lead = captured(&world).await;
    world.clock.advance(TimeDelta::minutes(5));
    world.studio.leads().note(&world.as_team(), saying(lead.id, "Call again"), None).await.unwrap();
    let told = timeline(&world, lead.id).await;
    assert_eq!((told[1].actor.as_str(), told[1].actor_id), ("visitor", None));
    assert_eq!((told[0].actor.as_str(), told[0].actor_id), ("user", Some(world.team.id.uuid())));
    assert_eq!(told[0].at - told[1].at, TimeDelta::minutes(5));
}

#[tokio::test]
async fn a_note_leaves_the_lead_as_it_is_and_its_text_out_of_the_journal() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let outcome = world.studio.leads().note(&world.as_team(), saying(lead.id, "Call again"), None).await;
    let note = done(outcome.unwrap());
    assert_eq!(notes(&world, lead.id).await, std::slice::from_ref(&note));
    assert_eq!(note.text.as_str(), "Call again");
    assert_eq!(world.studio.leads().get(&world.as_team(), lead.id).await.unwrap(), lead);
    let entry = world.journal().await.remove(0);
    assert_eq!((entry.event.as_str(), entry.verb.as_str()), ("lead.noted", "update"));
    assert_eq!(entry.subject, Some(lead.id.uuid()));
    assert_eq!(entry.body.to_string(), format!(r#"{{"note":"{}"}}"#, note.id));
}

#[tokio::test]
async fn an_automation_takes_notes_under_its_own_name() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let on_behalf_of =
        UserActor { id: world.team.id, role: world.team.role, company: None, via: Via::Program };
    let id = AutomationId::from_uuid(next_id());
    let automation = Actor::Automation { id, on_behalf_of };
    world.studio.leads().note(&automation, saying(lead.id, "Two days old"), None).await.unwrap();
    let note = notes(&world, lead.id).await.remove(0);
    assert_eq!((note.actor.as_str(), note.actor_id), ("automation", Some(id.uuid())));
}

#[tokio::test]
async fn one_key_is_one_note() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let leads = world.studio.leads();
    let order = saying(lead.id, "Call again");
    let note = done(leads.note(&world.as_team(), order.clone(), once("k1")).await.unwrap());
    let again = leads.note(&world.as_team(), order, once("k1")).await.unwrap();
    assert!(matches!(again, Outcome::Replayed(answer) if answer.body == note.id.to_string()));
    assert_eq!(notes(&world, lead.id).await.len(), 1);
}

#[tokio::test]
async fn clients_and_visitors_learn_nothing_of_notes() {
    let world = World::new().await;
    let lead = captured(&world).await;
    for actor in [world.as_client(), Actor::Visitor] {
        let leads = world.studio.leads();
        let noted = leads.note(&actor, saying(lead.id, "Hello?"), None).await;
        assert!(matches!(noted, Err(Error::NotFound { .. })));
        let listed = leads.notes(&actor, lead.id, &Listing::default()).await;
        assert!(matches!(listed, Err(Error::NotFound { .. })));
        let listed = leads.timeline(&actor, lead.id, &Listing::default()).await;
        assert!(matches!(listed, Err(Error::NotFound { .. })));
    }
    assert!(notes(&world, lead.id).await.is_empty());
}

#[tokio::test]
async fn a_deleted_lead_takes_its_timeline_along() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let leads = world.studio.leads();
    leads.delete(&world.as_team(), DeleteLead { lead: lead.id, seen: Seen::Anything }).await.unwrap();
    let listed = leads.timeline(&world.as_admin(), lead.id, &Listing::default()).await;
    assert!(matches!(listed, Err(Error::NotFound { .. })));
    let noted = leads.note(&world.as_admin(), saying(lead.id, "Too late"), None).await;
    assert!(matches!(noted, Err(Error::NotFound { .. })));
    let mut work = world.store.begin_read(&Actor::System).await.unwrap();
    let Listing { filter, sort, page } = Listing::<LeadEntryField>::default();
    let kept = work.lead_timeline().list(lead.id, &filter, &sort, &page).await.unwrap();
    assert_eq!(kept.items[0].kind, LeadEntryKind::Deleted);
}

#[tokio::test]
async fn a_refused_move_is_not_told() {
    let world = World::new().await;
    let lead = captured(&world).await;
    let order = MoveLead { lead: lead.id, to: LeadStatus::New, reason: None, seen: Seen::Anything };
    world.studio.leads().move_to(&world.as_team(), order, None).await.unwrap_err();
    assert_eq!(timeline(&world, lead.id).await.len(), 1);
}

#[tokio::test]
async fn a_timeline_is_filtered_by_kind() {
    let world = World::new().await;
    let lead = captured(&world).await;
    world.studio.leads().note(&world.as_team(), saying(lead.id, "Call again"), None).await.unwrap();
    let mut query = Listing::<LeadEntryField>::default();
    let test = Test::Equal(FieldValue::text("created"));
    query.filter.conditions.push(Condition { field: LeadEntryField::Kind, test });
    let page = world.studio.leads().timeline(&world.as_team(), lead.id, &query).await.unwrap();
    assert_eq!(page.items.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [LeadEntryKind::Created]);
}

#[tokio::test]
async fn what_the_timeline_does_not_take_does_not_happen() {
    let mut store = MockStore::new();
    store.expect_begin().times(1).returning(|_| {
        let mut unit = MockUnitOfWork::default();
        unit.leads.expect_get().returning(|id| Ok(Some(lead("Ada").with(|lead| lead.id = id).build())));
        unit.leads.expect_save().returning(|_, _| Ok(()));
        unit.journal.expect_came_from().returning(|_| ());
        unit.journal.expect_record().returning(|_, _, _| Ok(()));
        let refused = || kairo_ports::StoreError::Refused { why: "the timeline is full".to_owned() };
        unit.lead_timeline.expect_add().returning(move |_, _| Err(refused()));
        // Without an expectation, a claim or an answer ends the test; so would a commit of what was refused.
        unit.commit_error = Some(kairo_ports::StoreError::Contention(None));
        Ok(Box::new(unit))
    });
    let studio = studio_on(std::sync::Arc::new(store), ManualClock::new());
    let actor = actor_of(&team_member("Tom").build());
    let order = MoveLead {
        lead: LeadId::from_uuid(next_id()),
        to: LeadStatus::Contacted,
        reason: None,
        seen: Seen::Anything,
    };
    let moved = studio.leads().move_to(&actor, order, None).await;
    assert!(matches!(moved, Err(Error::Broken(_))), "{moved:?}");
}
