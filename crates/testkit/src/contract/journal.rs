//! The journal: audit log and outbox.

use kairo_domain::{
    Actor, AutomationId, Event, JournalEntry, Lead, LeadDeleted, LeadEdited, LeadMoved, LeadStatus, Origin,
    Permit, Reason, Redacted, Refused, Resource, UserActor, Verb, Via,
};
use kairo_ports::{JournalFilter, Store};
use serde_json::json;

use super::steps::{World, assert_refused, begin, begin_read, boss, land};
use crate::builders::{at, company, lead, next_id, permit, session};

/// An entry tells who did what to which thing, and when.
pub async fn what_was_recorded_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (team, ada) = (world.as_team(), lead("Ada").build());
    let event = Event::LeadMoved(LeadMoved {
        lead: ada.id,
        from: LeadStatus::New,
        to: LeadStatus::Lost,
        reason: Reason::parse("said \"no\"").ok(),
    });
    let mut work = begin(store, &team).await;
    work.journal().record(&permit(&team, Verb::Move, &ada), &event, at(7)).await.unwrap();
    work.commit().await.unwrap();

    let entries = latest(store, &boss(), &about(&ada), 10).await;
    let [entry] = entries.as_slice() else { panic!("one entry was expected, not {entries:?}") };
    assert_eq!(entry.at, at(7));
    assert_eq!((entry.actor.as_str(), entry.actor_id), ("user", Some(world.team.id.uuid())));
    assert_eq!((entry.verb.as_str(), entry.resource.as_str()), ("move", "lead"));
    assert_eq!((entry.subject, entry.event.as_str()), (Some(ada.id.uuid()), "lead.status_changed"));
    assert_eq!(entry.body, json!({"from": "NEW", "to": "LOST", "reason": "said \"no\""}));
}

/// Every kind of actor is told apart.
pub async fn every_kind_of_actor_is_recorded(store: &dyn Store) {
    let world = World::in_store(store).await;
    let owner = UserActor { id: world.team.id, role: world.team.role, company: None, via: Via::Program };
    let automation = AutomationId::from_uuid(next_id());
    for (actor, word, id) in [
        (Actor::Visitor, "visitor", None),
        (Actor::System, "system", None),
        (world.as_client(), "user", Some(world.client.id.uuid())),
        (Actor::Automation { id: automation, on_behalf_of: owner }, "automation", Some(automation.uuid())),
    ] {
        let ada = lead("Ada").build();
        record(store, &actor, &[&ada]).await;
        let entries = latest(store, &boss(), &about(&ada), 1).await;
        assert_eq!((entries[0].actor.as_str(), entries[0].actor_id), (word, id));
    }
}

/// A dropped unit recorded nothing.
pub async fn nothing_is_recorded_without_commit(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    let mut work = begin(store, &boss).await;
    work.journal()
        .record(&created(&boss, &ada), &Event::LeadCreated { lead: ada.id, source: None }, at(0))
        .await
        .unwrap();
    drop(work);
    assert!(latest(store, &boss, &about(&ada), 10).await.is_empty());
}

/// A unit sees what it recorded.
pub async fn own_entries_are_visible_in_the_unit(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    let mut work = begin(store, &boss).await;
    work.journal()
        .record(&created(&boss, &ada), &Event::LeadCreated { lead: ada.id, source: None }, at(0))
        .await
        .unwrap();
    assert_eq!(work.journal().latest(&about(&ada), 10).await.unwrap().len(), 1);
}

/// Later entries have greater numbers, and the latest comes first, whatever their instants say.
pub async fn the_latest_entry_comes_first(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    let mut work = begin(store, &boss).await;
    let events = [
        (Verb::Create, Event::LeadCreated { lead: ada.id, source: None }, at(30)),
        (Verb::Update, Event::LeadEdited(LeadEdited { lead: ada.id, fields: vec!["name", "phone"] }), at(20)),
        (Verb::Delete, Event::LeadDeleted(LeadDeleted { lead: ada.id }), at(10)),
    ];
    for (verb, event, when) in &events {
        work.journal().record(&permit(&boss, *verb, &ada), event, *when).await.unwrap();
    }
    work.commit().await.unwrap();
    let entries = latest(store, &boss, &about(&ada), 10).await;
    let told: Vec<_> = entries.iter().map(|entry| (entry.event.as_str(), entry.at)).collect();
    assert_eq!(told, [("lead.deleted", at(10)), ("lead.edited", at(20)), ("lead.created", at(30))]);
    assert!(entries.is_sorted_by(|a, b| a.seq > b.seq));
    assert_eq!(entries[1].body, json!({"fields": ["name", "phone"]}));
}

/// Entries of two units have different numbers, whoever commits first.
pub async fn no_number_is_given_twice(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    let event = Event::LeadCreated { lead: ada.id, source: None };
    let (mut one, mut other) = (begin(store, &boss).await, begin(store, &boss).await);
    one.journal().record(&created(&boss, &ada), &event, at(1)).await.unwrap();
    other.journal().record(&created(&boss, &ada), &event, at(2)).await.unwrap();
    other.commit().await.unwrap();
    one.commit().await.unwrap();
    let entries = latest(store, &boss, &about(&ada), 10).await;
    assert_eq!(entries.len(), 2);
    assert!(entries[0].seq > entries[1].seq);
}

/// No more entries than asked for.
pub async fn entries_keep_to_their_limit(store: &dyn Store) {
    let leads = [lead("Ada").build(), lead("Bob").build(), lead("Cid").build()];
    record(store, &boss(), &[&leads[0], &leads[1], &leads[2]]).await;
    let entries = latest(store, &boss(), &JournalFilter::default(), 2).await;
    assert_eq!(subjects(&entries), [leads[2].id.uuid(), leads[1].id.uuid()]);
    assert!(latest(store, &boss(), &JournalFilter::default(), 0).await.is_empty());
}

/// Entries about one kind of thing, about one thing, and before a number.
pub async fn entries_are_filtered(store: &dyn Store) {
    let (boss, acme) = (boss(), company("Acme").build());
    let leads = [lead("Ada").build(), lead("Bob").build()];
    record(store, &boss, &[&leads[0], &leads[1]]).await;
    let mut work = begin(store, &boss).await;
    let event = Event::CompanyCreated { company: acme.id };
    work.journal().record(&permit(&boss, Verb::Create, &acme), &event, at(0)).await.unwrap();
    work.commit().await.unwrap();

    let of_leads = JournalFilter { resource: Some(Resource::Lead), ..JournalFilter::default() };
    let entries = latest(store, &boss, &of_leads, 10).await;
    assert_eq!(subjects(&entries), [leads[1].id.uuid(), leads[0].id.uuid()]);
    let before = JournalFilter { before: Some(entries[0].seq), ..of_leads };
    assert_eq!(subjects(&latest(store, &boss, &before, 10).await), [leads[0].id.uuid()]);
    let wrong = JournalFilter { resource: Some(Resource::Company), ..about(&leads[0]) };
    assert!(latest(store, &boss, &wrong, 10).await.is_empty());
    assert_eq!(subjects(&latest(store, &boss, &about(&leads[0]), 10).await), [leads[0].id.uuid()]);
}

/// Administrators and the program read the whole journal.
pub async fn administrators_read_everything(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    for actor in [Actor::Visitor, world.as_client(), world.as_team(), world.as_admin(), Actor::System] {
        record(store, &actor, &[&ada]).await;
    }
    for actor in [world.as_admin(), Actor::System] {
        assert_eq!(latest(store, &actor, &about(&ada), 10).await.len(), 5, "{actor:?}");
    }
}

/// The team and clients read what they did themselves; a visitor reads nothing.
pub async fn everybody_else_reads_own_actions(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    for actor in [Actor::Visitor, world.as_client(), world.as_team(), world.as_admin(), Actor::System] {
        record(store, &actor, &[&ada]).await;
    }
    for (actor, user) in [(world.as_team(), &world.team), (world.as_client(), &world.client)] {
        let entries = latest(store, &actor, &about(&ada), 10).await;
        assert_eq!(entries.len(), 1, "{actor:?}");
        assert_eq!(entries[0].actor_id, Some(user.id.uuid()));
    }
    for actor in [world.as_rival(), Actor::Visitor] {
        assert!(latest(store, &actor, &about(&ada), 10).await.is_empty(), "{actor:?}");
    }
}

/// An event is recorded with the permit for what happened, and no other.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    let (boss, ada, bob) = (boss(), lead("Ada").build(), lead("Bob").build());
    let mut work = begin(store, &boss).await;
    let event = Event::LeadCreated { lead: ada.id, source: None };
    let recorded = work.journal().record(&created(&boss, &bob), &event, at(0)).await;
    assert_refused(land(work, recorded).await);
    assert!(latest(store, &boss, &JournalFilter::default(), 10).await.is_empty());
}

/// An entry tells with which role its actor acted, and the company whose members may learn of it.
pub async fn role_and_company_are_told(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    for (actor, role) in [
        (Actor::Visitor, "ANONYMOUS"),
        (world.as_client(), "CLIENT"),
        (world.as_team(), "TEAM"),
        (world.as_admin(), "ADMIN"),
        (Actor::System, "SYSTEM"),
    ] {
        record(store, &actor, &[&ada]).await;
        let entry = latest(store, &boss(), &about(&ada), 1).await.remove(0);
        assert_eq!((entry.role.as_deref(), entry.company), (Some(role), None));
    }
    let mut work = begin(store, &Actor::System).await;
    let may = permit(&Actor::System, Verb::Create, &world.client);
    work.journal().record(&may, &Event::UserCreated { user: world.client.id }, at(0)).await.unwrap();
    work.commit().await.unwrap();
    let entry = latest(store, &boss(), &JournalFilter::default(), 1).await.remove(0);
    assert_eq!(entry.company, Some(world.acme.id));
}

/// An entry tells where it came from, once the unit was told.
pub async fn where_it_came_from_is_told(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    let origin = Origin {
        request: Some("01J-request".to_owned()),
        address: Some(Redacted::new("2001:db8::1".to_owned())),
        agent: Some(Redacted::new("curl/8 \"quoted\"".to_owned())),
    };
    let mut work = begin(store, &boss).await;
    let event = Event::LeadCreated { lead: ada.id, source: None };
    work.journal().record(&created(&boss, &ada), &event, at(0)).await.unwrap();
    work.journal().came_from(&origin);
    work.journal().record(&created(&boss, &ada), &event, at(0)).await.unwrap();
    let refused = Refused { verb: Verb::Move, resource: Resource::Lead, subject: None, why: "forbidden" };
    work.journal().record_refusal(&boss, &refused, at(0)).await.unwrap();
    work.commit().await.unwrap();
    let origins: Vec<Origin> = latest(store, &boss, &JournalFilter::default(), 3)
        .await
        .into_iter()
        .map(|entry| entry.origin)
        .collect();
    assert_eq!(origins, [origin.clone(), origin, Origin::default()]);
}

/// The program records what others did: in their name, with their role, and they read it as their own.
pub async fn the_program_records_for_others(store: &dyn Store) {
    let world = World::in_store(store).await;
    let system = Actor::System;
    for (user, actor) in [(&world.client, world.as_client()), (&world.team, world.as_team())] {
        let opened = session(user.id).build();
        let event = Event::SessionOpened { session: opened.id, user: user.id };
        let mut work = begin(store, &system).await;
        let may = permit(&system, Verb::Create, &opened);
        work.journal().record_for(&actor, &may, &event, at(7)).await.unwrap();
        work.commit().await.unwrap();

        let entry = latest(store, &actor, &JournalFilter::default(), 10).await.remove(0);
        assert_eq!((entry.actor.as_str(), entry.actor_id), ("user", Some(user.id.uuid())));
        assert_eq!((entry.role.as_deref(), entry.verb.as_str()), (Some(user.role.as_str()), "create"));
        assert_eq!((entry.subject, entry.event.as_str()), (Some(opened.id.uuid()), "session.opened"));
        assert_eq!((entry.at, entry.body), (at(7), json!({"user": user.id})));
    }
}

/// Nobody else records in the name of others, the program's least of all.
pub async fn nobody_else_records_for_others(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    let event = Event::LeadCreated { lead: ada.id, source: None };
    for actor in world.outsiders() {
        for other in [world.as_rival(), Actor::System] {
            let mut work = begin(store, &actor).await;
            let may = created(&other, &ada);
            let recorded = work.journal().record_for(&other, &may, &event, at(0)).await;
            assert_refused(land(work, recorded).await);
            let mut work = begin(store, &actor).await;
            let recorded = work.journal().record(&may, &event, at(0)).await;
            assert_refused(land(work, recorded).await);
        }
    }
    assert!(latest(store, &boss(), &about(&ada), 10).await.is_empty());
}

/// What was refused is told as well: to whom, what, and why.
pub async fn a_refusal_is_recorded(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (client, ada) = (world.as_client(), lead("Ada").build());
    let subject = Some(ada.id.uuid());
    let refused = Refused { verb: Verb::Update, resource: Resource::Lead, subject, why: "forbidden" };
    for writer in [client, Actor::System] {
        let mut work = begin(store, &writer).await;
        work.journal().record_refusal(&client, &refused, at(7)).await.unwrap();
        work.commit().await.unwrap();

        let entry = latest(store, &client, &about(&ada), 1).await.remove(0);
        assert_eq!((entry.at, entry.subject), (at(7), subject));
        assert_eq!((entry.actor.as_str(), entry.actor_id), ("user", Some(world.client.id.uuid())));
        assert_eq!((entry.role.as_deref(), entry.verb.as_str()), (Some("CLIENT"), "update"));
        assert_eq!((entry.resource.as_str(), entry.event.as_str()), ("lead", "lead.refused"));
        assert_eq!(entry.body, json!({"why": "forbidden"}));
    }
    let mut work = begin(store, &Actor::System).await;
    let refused = Refused { verb: Verb::Create, resource: Resource::ApiKey, subject: None, why: "password" };
    work.journal().record_refusal(&Actor::Visitor, &refused, at(8)).await.unwrap();
    work.commit().await.unwrap();
    let entry = latest(store, &boss(), &JournalFilter::default(), 1).await.remove(0);
    assert_eq!((entry.actor.as_str(), entry.actor_id, entry.subject), ("visitor", None, None));
    assert_eq!(entry.event, "api_key.refused");
}

/// Nobody says of others that they were refused something.
pub async fn nobody_records_the_refusals_of_others(store: &dyn Store) {
    let world = World::in_store(store).await;
    let refused = Refused { verb: Verb::Read, resource: Resource::Lead, subject: None, why: "forbidden" };
    for actor in world.outsiders() {
        for other in [world.as_rival(), Actor::System] {
            let mut work = begin(store, &actor).await;
            let recorded = work.journal().record_refusal(&other, &refused, at(0)).await;
            assert_refused(land(work, recorded).await);
        }
    }
    assert!(latest(store, &boss(), &JournalFilter::default(), 10).await.is_empty());
}

fn created(actor: &Actor, lead: &Lead) -> Permit {
    permit(actor, Verb::Create, lead)
}

fn about(lead: &Lead) -> JournalFilter {
    JournalFilter { subject: Some(lead.id.uuid()), ..JournalFilter::default() }
}

fn subjects(entries: &[JournalEntry]) -> Vec<uuid::Uuid> {
    entries.iter().filter_map(|entry| entry.subject).collect()
}

/// Records that leads came in.
async fn record(store: &dyn Store, actor: &Actor, leads: &[&Lead]) {
    let mut work = begin(store, actor).await;
    for lead in leads {
        let event = Event::LeadCreated { lead: lead.id, source: None };
        work.journal().record(&created(actor, lead), &event, at(0)).await.unwrap();
    }
    work.commit().await.unwrap();
}

async fn latest(store: &dyn Store, actor: &Actor, filter: &JournalFilter, limit: u16) -> Vec<JournalEntry> {
    begin_read(store, actor).await.journal().latest(filter, limit).await.unwrap()
}
