//! Tokens that were mailed, good for one thing and once.

use kairo_domain::{
    Actor, EmailChangeId, InvitationId, OneTimeToken, Purpose, SignUpId, TokenDigest, UserId,
};
use kairo_ports::{Store, StoreError};

use super::steps::{World, assert_refused, assert_stale, assert_taken, begin, begin_read, land};
use crate::builders::{at, next_id, one_time_token};
use crate::fakes::NumberedTokens;

/// Every field comes back as it was given, whatever the token is for, and also after its time.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let id = next_id();
    for (at_place, purpose) in all_purposes(id).into_iter().enumerate() {
        let token = one_time_token(&format!("token-{at_place}"), purpose).with(|one| one.expires_at = at(-9));
        let token = token.build();
        add(store, &Actor::System, &token).await.unwrap();
        assert_eq!(find(store, &token.digest).await, Some(token));
    }
    assert_eq!(find(store, &NumberedTokens::digest_of("unknown")).await, None);
}

/// A dropped unit leaves no trace: neither of a new token nor of a used one.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let token = reset("mailed");
    let mut work = begin(store, &Actor::System).await;
    work.one_time_tokens().add(&token).await.unwrap();
    assert_eq!(work.one_time_tokens().find(&token.digest).await.unwrap().as_ref(), Some(&token));
    drop(work);
    assert_eq!(find(store, &token.digest).await, None);

    add(store, &Actor::System, &token).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    work.one_time_tokens().take(&token.digest).await.unwrap();
    assert_eq!(work.one_time_tokens().find(&token.digest).await.unwrap(), None);
    drop(work);
    assert_eq!(find(store, &token.digest).await, Some(token));
}

/// A digest belongs to one token.
pub async fn a_digest_cannot_be_taken_twice(store: &dyn Store) {
    let token = reset("mailed");
    add(store, &Actor::System, &token).await.unwrap();
    assert_taken(add(store, &Actor::System, &reset("mailed")).await, "token");
    assert_eq!(find(store, &token.digest).await, Some(token));
}

/// A token is used once, and nothing else with it.
pub async fn a_token_is_used_once(store: &dyn Store) {
    let (token, other) = (reset("mailed"), reset("other"));
    for token in [&token, &other] {
        add(store, &Actor::System, token).await.unwrap();
    }
    take(store, &Actor::System, &token.digest).await.unwrap();
    assert_eq!(find(store, &token.digest).await, None);
    assert_stale(take(store, &Actor::System, &token.digest).await);
    assert_stale(take(store, &Actor::System, &NumberedTokens::digest_of("unknown")).await);
    assert_eq!(find(store, &other.digest).await, Some(other));
}

/// Of two units that use the same token, one does.
pub async fn two_units_cannot_both_use_a_token(store: &dyn Store) {
    let token = reset("mailed");
    add(store, &Actor::System, &token).await.unwrap();
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    for work in [&mut one, &mut other] {
        assert!(work.one_time_tokens().find(&token.digest).await.unwrap().is_some());
    }
    one.one_time_tokens().take(&token.digest).await.unwrap();
    one.commit().await.unwrap();
    let taken = other.one_time_tokens().take(&token.digest).await;
    assert_stale(land(other, taken).await);
}

/// Every token for one purpose is forgotten; other purposes, and other things of the same purpose, are not touched.
pub async fn the_tokens_of_a_purpose_are_forgotten(store: &dyn Store) {
    let (id, other) = (next_id(), next_id());
    let mut kept = Vec::new();
    for (at_place, purpose) in all_purposes(id).into_iter().chain(all_purposes(other)).enumerate() {
        kept.push(one_time_token(&format!("token-{at_place}"), purpose).build());
    }
    let gone = one_time_token("second mail", Purpose::OldAddress(EmailChangeId::from_uuid(id))).build();
    for token in kept.iter().chain([&gone]) {
        add(store, &Actor::System, token).await.unwrap();
    }
    for _ in 0..2 {
        discard(store, &Actor::System, gone.purpose).await.unwrap();
        for token in &kept {
            let is_there = find(store, &token.digest).await.is_some();
            assert_eq!(is_there, token.purpose != gone.purpose, "{:?}", token.purpose);
        }
        assert_eq!(find(store, &gone.digest).await, None);
    }
}

/// Nobody but the program keeps tokens.
pub async fn only_the_program_keeps_tokens(store: &dyn Store) {
    let world = World::in_store(store).await;
    let known = reset("mailed");
    add(store, &Actor::System, &known).await.unwrap();
    for actor in world.outsiders() {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.one_time_tokens().find(&known.digest).await.map(drop));
        assert_refused(add(store, &actor, &reset("forged")).await);
        assert_refused(take(store, &actor, &known.digest).await);
        assert_refused(discard(store, &actor, known.purpose).await);
    }
    assert_eq!(find(store, &NumberedTokens::digest_of("forged")).await, None);
    assert_eq!(find(store, &known.digest).await, Some(known));
}

fn all_purposes(id: uuid::Uuid) -> [Purpose; 5] {
    [
        Purpose::SignUp(SignUpId::from_uuid(id)),
        Purpose::PasswordReset(UserId::from_uuid(id)),
        Purpose::OldAddress(EmailChangeId::from_uuid(id)),
        Purpose::NewAddress(EmailChangeId::from_uuid(id)),
        Purpose::Invitation(InvitationId::from_uuid(id)),
    ]
}

fn reset(token: &str) -> OneTimeToken {
    one_time_token(token, Purpose::PasswordReset(UserId::from_uuid(next_id()))).build()
}

async fn find(store: &dyn Store, digest: &TokenDigest) -> Option<OneTimeToken> {
    begin_read(store, &Actor::System).await.one_time_tokens().find(digest).await.unwrap()
}

pub(super) async fn add(store: &dyn Store, actor: &Actor, token: &OneTimeToken) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let added = work.one_time_tokens().add(token).await;
    land(work, added).await
}

async fn take(store: &dyn Store, actor: &Actor, digest: &TokenDigest) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let taken = work.one_time_tokens().take(digest).await;
    land(work, taken).await
}

async fn discard(store: &dyn Store, actor: &Actor, purpose: Purpose) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let discarded = work.one_time_tokens().discard(purpose).await;
    land(work, discarded).await
}
