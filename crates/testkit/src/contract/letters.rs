//! Letters that are owed.

use kairo_domain::{Actor, EmailChangeId, InvitationId, Letter, LetterId, Notice, SignUpId, UserId};
use kairo_ports::{QueuedLetter, Store, StoreError};
use uuid::Uuid;

use super::steps::{World, assert_contention, assert_refused, assert_taken, begin, begin_read, land};
use crate::builders::{at, email, next_id};

/// A letter of every kind comes back as it was posted.
pub async fn what_was_posted_is_taken(store: &dyn Store) {
    let id = next_id();
    let letters = [
        Letter::VerifyAddress(SignUpId::from_uuid(id)),
        Letter::ResetPassword(email("Ada@Example.com")),
        Letter::Welcome(UserId::from_uuid(id)),
        Letter::Invitation(InvitationId::from_uuid(id)),
        Letter::ConfirmOldAddress(EmailChangeId::from_uuid(id)),
        Letter::ConfirmNewAddress(EmailChangeId::from_uuid(id)),
    ];
    let notices = Notice::ALL.map(|notice| Letter::Notice(UserId::from_uuid(id), notice));
    let mut posted = Vec::new();
    for (letter, seconds) in letters.into_iter().chain(notices).zip(0..) {
        let id = new_id();
        post(store, &Actor::System, id, &letter, seconds).await.unwrap();
        posted.push(QueuedLetter { id, letter, attempts: 0 });
    }
    assert_eq!(take(store, 100, 200, 50).await, posted);
}

/// Nothing is posted without commit, nor taken.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let mut work = begin(store, &Actor::System).await;
    work.letters().post(new_id(), &welcome(), at(0)).await.unwrap();
    drop(work);
    assert!(take(store, 100, 200, 50).await.is_empty());

    let id = posted(store, 0).await;
    let mut work = begin(store, &Actor::System).await;
    assert_eq!(work.letters().take(at(100), at(200), 50).await.unwrap().len(), 1);
    drop(work);
    // A dropped unit holds what it took until its end has reached the database.
    let mut taken = Vec::new();
    for _ in 0..1_000 {
        taken = take(store, 100, 200, 50).await;
        if !taken.is_empty() {
            break;
        }
    }
    assert_eq!(ids(&taken), [id]);
}

/// The oldest letter comes first, and no more than asked for.
pub async fn the_oldest_letter_comes_first(store: &dyn Store) {
    let (late, early, middle) = (posted(store, 3).await, posted(store, 1).await, posted(store, 2).await);
    assert_eq!(ids(&take(store, 10, 20, 2).await), [early, middle]);
    assert_eq!(ids(&take(store, 10, 20, 2).await), [late]);
}

/// A letter is not due before it was posted, nor before the instant until which it was taken; then it comes again, and
/// tells how often it came.
pub async fn a_letter_comes_again_when_nobody_sent_it(store: &dyn Store) {
    let id = posted(store, 10).await;
    assert!(take(store, 9, 100, 50).await.is_empty());
    for (now, until, attempts) in [(10, 100, 0), (100, 200, 1), (250, 300, 2)] {
        let taken = take(store, now, until, 50).await;
        let [letter] = &taken[..] else { panic!("one letter was expected, not {taken:?}") };
        assert_eq!((letter.id, letter.attempts), (id, attempts));
        assert!(take(store, until - 1, 999, 50).await.is_empty(), "taken until {until}");
    }
}

/// What was sent is gone; once more is no error.
pub async fn a_sent_letter_is_gone(store: &dyn Store) {
    let (sent, other) = (posted(store, 0).await, posted(store, 1).await);
    for _ in 0..2 {
        done(store, &Actor::System, sent).await.unwrap();
    }
    assert_eq!(ids(&take(store, 100, 200, 50).await), [other]);
}

/// A letter is put back until an instant, earlier or later than it was taken for; one that is gone is no error.
pub async fn a_letter_is_put_back(store: &dyn Store) {
    let id = posted(store, 0).await;
    assert_eq!(ids(&take(store, 10, 100, 50).await), [id]);
    for until in [50, 500] {
        postpone(store, &Actor::System, id, until).await.unwrap();
        assert!(take(store, until - 1, 999, 50).await.is_empty(), "put back until {until}");
        assert_eq!(ids(&take(store, until, 600, 50).await), [id]);
    }
    postpone(store, &Actor::System, new_id(), 50).await.unwrap();
}

/// Two senders at the same time: each letter goes to one of them.
pub async fn two_units_never_take_the_same_letter(store: &dyn Store) {
    let posted = [posted(store, 1).await, posted(store, 2).await];
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    assert_eq!(ids(&one.letters().take(at(10), at(99), 50).await.unwrap()), posted);
    // A store that passes over what another open unit takes has nothing for the second one.
    let also_taken = other.letters().take(at(10), at(99), 50).await.unwrap();
    one.commit().await.unwrap();
    let outcome = other.commit().await;
    if also_taken.is_empty() {
        outcome.unwrap();
    } else {
        assert_contention(outcome);
    }
    assert!(take(store, 98, 200, 50).await.is_empty());
}

/// Nor does one that began before the other took it.
pub async fn a_taken_letter_is_hidden_from_older_units(store: &dyn Store) {
    let id = posted(store, 1).await;
    let mut older = begin(store, &Actor::System).await;
    assert_eq!(ids(&take(store, 10, 99, 50).await), [id]);
    let also_taken = older.letters().take(at(10), at(99), 50).await.unwrap();
    if !also_taken.is_empty() {
        assert_contention(older.commit().await);
    }
}

/// An id belongs to one letter.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let id = posted(store, 0).await;
    assert_taken(post(store, &Actor::System, id, &welcome(), 1).await, "id");
}

/// A user is told of what it did itself, staff invite, and administrators make users; the program posts any letter.
pub async fn everybody_posts_what_is_their_business(store: &dyn Store) {
    let world = World::in_store(store).await;
    let [admin, team, client, visitor] = world.outsiders();
    let actors = [Actor::System, admin, team, client, visitor];
    let id = next_id();
    let invitation = Letter::Invitation(InvitationId::from_uuid(id));
    let mut posted = Vec::new();
    for (letter, posting) in of_nobody(id)
        .map(|letter| (letter, 1))
        .into_iter()
        .chain([(Letter::Welcome(UserId::from_uuid(id)), 2), (invitation, 3)])
    {
        for (place, actor) in actors.iter().enumerate() {
            let (id, may) = (new_id(), place < posting);
            let outcome = post(store, actor, id, &letter, 0).await;
            assert_eq!(outcome.is_ok(), may, "{actor:?} {letter:?}: {outcome:?}");
            if may { posted.push(id) } else { assert_refused(outcome) }
        }
    }
    let taken = take(store, 100, 200, 50).await;
    assert_eq!(taken.len(), posted.len());
    assert!(posted.iter().all(|id| ids(&taken).contains(id)));
}

/// Whatever a user is told of.
pub async fn everybody_posts_notices_to_themselves(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut posted = 0;
    for (actor, notice) in
        world.outsiders().into_iter().flat_map(|actor| Notice::ALL.map(|notice| (actor, notice)))
    {
        for user in [world.admin.id, world.team.id, world.client.id, world.rival.id] {
            let outcome = post(store, &actor, new_id(), &Letter::Notice(user, notice), 0).await;
            if actor.user() == Some(user) {
                outcome.unwrap();
                posted += 1;
            } else {
                assert_refused(outcome);
            }
        }
    }
    assert_eq!(posted, 3 * Notice::ALL.len());
    assert_eq!(take(store, 100, 200, 50).await.len(), posted);
}

/// Nobody but the program sends letters.
pub async fn only_the_program_sends(store: &dyn Store) {
    let world = World::in_store(store).await;
    let id = posted(store, 0).await;
    for actor in world.outsiders() {
        let mut work = begin(store, &actor).await;
        let taken = work.letters().take(at(10), at(20), 50).await.map(drop);
        assert_refused(land(work, taken).await);
        assert_refused(done(store, &actor, id).await);
        assert_refused(postpone(store, &actor, id, 500).await);
    }
    assert_eq!(ids(&take(store, 10, 20, 50).await), [id]);
}

/// A unit that only reads posts nothing.
pub async fn a_read_unit_posts_nothing(store: &dyn Store) {
    let mut work = begin_read(store, &Actor::System).await;
    assert_refused(work.letters().post(new_id(), &welcome(), at(0)).await);
    drop(work);
    assert!(take(store, 100, 200, 50).await.is_empty());
}

/// The letters that only the program itself posts.
fn of_nobody(id: Uuid) -> [Letter; 4] {
    [
        Letter::VerifyAddress(SignUpId::from_uuid(id)),
        Letter::ResetPassword(email("Ada@Example.com")),
        Letter::ConfirmOldAddress(EmailChangeId::from_uuid(id)),
        Letter::ConfirmNewAddress(EmailChangeId::from_uuid(id)),
    ]
}

fn new_id() -> LetterId {
    LetterId::from_uuid(next_id())
}

fn welcome() -> Letter {
    Letter::Welcome(UserId::from_uuid(next_id()))
}

fn ids(letters: &[QueuedLetter]) -> Vec<LetterId> {
    letters.iter().map(|letter| letter.id).collect()
}

/// The id of a letter that was posted then.
async fn posted(store: &dyn Store, seconds: i64) -> LetterId {
    let id = new_id();
    post(store, &Actor::System, id, &welcome(), seconds).await.unwrap();
    id
}

async fn post(
    store: &dyn Store,
    actor: &Actor,
    id: LetterId,
    letter: &Letter,
    seconds: i64,
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let posted = work.letters().post(id, letter, at(seconds)).await;
    land(work, posted).await
}

/// What the program takes at an instant, until another one.
async fn take(store: &dyn Store, now: i64, until: i64, limit: u16) -> Vec<QueuedLetter> {
    let mut work = begin(store, &Actor::System).await;
    let taken = work.letters().take(at(now), at(until), limit).await.unwrap();
    work.commit().await.unwrap();
    taken
}

async fn done(store: &dyn Store, actor: &Actor, id: LetterId) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let done = work.letters().done(id).await;
    land(work, done).await
}

async fn postpone(store: &dyn Store, actor: &Actor, id: LetterId, seconds: i64) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let postponed = work.letters().postpone(id, at(seconds)).await;
    land(work, postponed).await
}
