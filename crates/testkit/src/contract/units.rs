//! Units of work.

use bytes::Bytes;
use kairo_domain::{Actor, Event, Purpose, Role, Verb};
use kairo_ports::{Answer, Claim, IdempotencyKey, JournalFilter, PasswordHash, Store};

use super::aggregates::Aggregate;
use super::steps::{
    World, add_leads, add_session, assert_refused, begin, begin_read, boss, lead_seen_by, session_seen_by,
};
use crate::builders::{
    api_key, at, company, email_change, invitation, lead, one_time_token, permit, second_factor, session,
    sign_up, team_member,
};

/// A store that works says so.
pub async fn a_store_is_ready(store: &dyn Store) {
    store.ready().await.unwrap();
}

/// What one unit wrote into several repositories is kept together.
pub async fn a_unit_is_kept_as_a_whole(store: &dyn Store) {
    let (boss, ada, acme) = (boss(), lead("Ada").build(), company("Acme").build());
    let mut work = begin(store, &boss).await;
    work.leads().add(&permit(&boss, Verb::Create, &ada), &ada).await.unwrap();
    work.companies().add(&permit(&boss, Verb::Create, &acme), &acme).await.unwrap();
    let event = Event::LeadCreated { lead: ada.id, source: None };
    work.journal().record(&permit(&boss, Verb::Create, &ada), &event, at(0)).await.unwrap();
    work.commit().await.unwrap();

    let mut work = begin_read(store, &boss).await;
    assert_eq!(work.leads().get(ada.id).await.unwrap(), Some(ada));
    assert_eq!(work.companies().get(acme.id).await.unwrap(), Some(acme));
    assert_eq!(work.journal().latest(&JournalFilter::default(), 10).await.unwrap().len(), 1);
}

/// What one unit wrote into several repositories is dropped together.
pub async fn a_unit_is_dropped_as_a_whole(store: &dyn Store) {
    let (boss, ada, acme) = (boss(), lead("Ada").build(), company("Acme").build());
    let mut work = begin(store, &boss).await;
    work.leads().add(&permit(&boss, Verb::Create, &ada), &ada).await.unwrap();
    work.companies().add(&permit(&boss, Verb::Create, &acme), &acme).await.unwrap();
    let event = Event::LeadCreated { lead: ada.id, source: None };
    work.journal().record(&permit(&boss, Verb::Create, &ada), &event, at(0)).await.unwrap();
    drop(work);

    let mut work = begin_read(store, &boss).await;
    assert_eq!(work.leads().get(ada.id).await.unwrap(), None);
    assert_eq!(work.companies().get(acme.id).await.unwrap(), None);
    assert!(work.journal().latest(&JournalFilter::default(), 10).await.unwrap().is_empty());
}

/// A unit that wrote nothing can be committed.
pub async fn an_empty_unit_can_be_committed(store: &dyn Store) {
    begin(store, &boss()).await.commit().await.unwrap();
    begin_read(store, &boss()).await.commit().await.unwrap();
}

/// Nobody sees what another unit has not committed.
pub async fn an_open_unit_is_not_seen(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    let mut work = begin(store, &boss).await;
    work.leads().add(&permit(&boss, Verb::Create, &ada), &ada).await.unwrap();
    assert_eq!(lead_seen_by(store, &boss, ada.id).await, None);
    work.commit().await.unwrap();
    assert_eq!(lead_seen_by(store, &boss, ada.id).await, Some(ada));
}

/// Two units that have nothing to do with each other are both kept.
pub async fn units_that_do_not_meet_both_win(store: &dyn Store) {
    let (boss, ada, bob) = (boss(), lead("Ada").build(), lead("Bob").build());
    add_leads(store, &[ada.clone(), bob.clone()]).await;
    let (mut one, mut other) = (begin(store, &boss).await, begin(store, &boss).await);
    ada.changed("One").save(&mut *one, &permit(&boss, Verb::Update, &ada)).await.unwrap();
    bob.changed("Other").save(&mut *other, &permit(&boss, Verb::Update, &bob)).await.unwrap();
    other.commit().await.unwrap();
    one.commit().await.unwrap();
    assert_eq!(lead_seen_by(store, &boss, ada.id).await, Some(ada.changed("One")));
    assert_eq!(lead_seen_by(store, &boss, bob.id).await, Some(bob.changed("Other")));
}

/// Once a write has failed, a unit cannot be committed: it would be kept in part, or not at all and say nothing.
pub async fn a_unit_with_a_failed_write_is_not_kept(store: &dyn Store) {
    let (boss, ada, bob) = (boss(), lead("Ada").build(), lead("Bob").build());
    add_leads(store, std::slice::from_ref(&ada)).await;
    let mut taken = begin(store, &boss).await;
    bob.add(&mut *taken, &permit(&boss, Verb::Create, &bob)).await.unwrap();
    ada.add(&mut *taken, &permit(&boss, Verb::Create, &ada)).await.unwrap_err();
    taken.commit().await.unwrap_err();
    assert_eq!(lead_seen_by(store, &boss, bob.id).await, None);

    let mut stale = begin(store, &boss).await;
    bob.add(&mut *stale, &permit(&boss, Verb::Create, &bob)).await.unwrap();
    ada.save(&mut *stale, &permit(&boss, Verb::Update, &ada)).await.unwrap_err();
    stale.commit().await.unwrap_err();
    assert_eq!(lead_seen_by(store, &boss, bob.id).await, None);
}

/// A unit that only reads, reads.
pub async fn a_read_unit_reads(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut work = begin_read(store, &world.as_client()).await;
    assert_eq!(work.users().get(world.client.id).await.unwrap(), Some(world.client));
    assert_eq!(work.companies().get(world.acme.id).await.unwrap(), Some(world.acme));
}

/// A unit that only reads writes no lead.
pub async fn a_read_unit_writes_no_lead(store: &dyn Store) {
    let (boss, ada, bob) = (boss(), lead("Ada").build(), lead("Bob").build());
    add_leads(store, std::slice::from_ref(&ada)).await;
    let mut work = begin_read(store, &boss).await;
    assert_refused(bob.add(&mut *work, &permit(&boss, Verb::Create, &bob)).await);
    let mut work = begin_read(store, &boss).await;
    assert_refused(ada.changed("No").save(&mut *work, &permit(&boss, Verb::Update, &ada)).await);
    assert_eq!(lead_seen_by(store, &boss, ada.id).await, Some(ada));
}

/// Nor a user, nor a password.
pub async fn a_read_unit_writes_no_user(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (system, tom) = (Actor::System, team_member("Tom").build());
    let mut work = begin_read(store, &system).await;
    assert_refused(tom.add(&mut *work, &permit(&system, Verb::Create, &tom)).await);
    let mut work = begin_read(store, &system).await;
    let may = permit(&system, Verb::Update, &world.client);
    assert_refused(world.client.changed("No").save(&mut *work, &may).await);
    let mut work = begin_read(store, &system).await;
    let hash = PasswordHash::new("secret".to_owned());
    assert_refused(work.users().set_password_hash(&may, world.client.id, &hash).await);
}

/// Nor a company.
pub async fn a_read_unit_writes_no_company(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (boss, initech) = (boss(), company("Initech").build());
    let mut work = begin_read(store, &boss).await;
    assert_refused(initech.add(&mut *work, &permit(&boss, Verb::Create, &initech)).await);
    let mut work = begin_read(store, &boss).await;
    let may = permit(&boss, Verb::Update, &world.acme);
    assert_refused(world.acme.changed("No").save(&mut *work, &may).await);
}

/// Nor a session.
pub async fn a_read_unit_writes_no_session(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (system, mut known) = (Actor::System, session(world.client.id).build());
    add_session(store, &known).await.unwrap();
    let fresh = session(world.client.id).build();
    let mut work = begin_read(store, &system).await;
    assert_refused(work.sessions().add(&permit(&system, Verb::Create, &fresh), &fresh).await);
    known.revoke(at(5));
    let mut work = begin_read(store, &system).await;
    assert_refused(work.sessions().revoke(&permit(&system, Verb::Delete, &known), &known).await);
    let kept = session_seen_by(store, &system, known.id).await.unwrap();
    assert_eq!(kept.revoked_at, None);
}

/// Nor an invitation, nor an API key.
pub async fn a_read_unit_gives_nobody_access(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (system, ivy) = (Actor::System, invitation("ivy@example.com", Role::Client).build());
    let mut work = begin_read(store, &system).await;
    assert_refused(work.invitations().add(&permit(&system, Verb::Create, &ivy), &ivy).await);
    let key = api_key(world.client.id).build();
    let mut work = begin_read(store, &system).await;
    assert_refused(work.api_keys().add(&permit(&system, Verb::Create, &key), &key).await);
    let mut work = begin_read(store, &system).await;
    assert_refused(work.api_keys().note_use(key.id, at(0)).await);
}

/// Nor anything on the way to an account.
pub async fn a_read_unit_writes_nothing_about_accounts(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (system, user) = (Actor::System, world.client.id);
    let mut work = begin_read(store, &system).await;
    let hash = PasswordHash::new("secret".to_owned());
    assert_refused(work.sign_ups().add(&sign_up("nora@example.com").build(), &hash).await);
    let mut work = begin_read(store, &system).await;
    assert_refused(work.email_changes().add(&email_change(user, "cleo@example.org").build()).await);
    let mut work = begin_read(store, &system).await;
    let token = one_time_token("mailed", Purpose::PasswordReset(user)).build();
    assert_refused(work.one_time_tokens().add(&token).await);
    let mut work = begin_read(store, &system).await;
    assert_refused(work.second_factors().put(&second_factor(user).build()).await);
    let mut work = begin_read(store, &system).await;
    assert_refused(work.attempts().failed(&[token.digest], at(0)).await);
    let mut work = begin_read(store, &system).await;
    assert_refused(work.expired().purge(at(0), 10).await.map(drop));
}

/// Nor an entry of the journal, nor an answer.
pub async fn a_read_unit_records_nothing(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    let mut work = begin_read(store, &boss).await;
    let event = Event::LeadCreated { lead: ada.id, source: None };
    assert_refused(work.journal().record(&permit(&boss, Verb::Create, &ada), &event, at(0)).await);
    let mut work = begin_read(store, &boss).await;
    let key = IdempotencyKey::parse("k").unwrap();
    let claim = Claim { scope: "POST /".to_owned(), key, body_digest: [0; 32] };
    let answer = Answer { status: 200, headers: vec![], body: Bytes::new() };
    assert_refused(work.idempotency().keep(&claim, &answer, at(0), at(9)).await);
}
