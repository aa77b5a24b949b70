use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;
use crate::test_clock::StillClock;
use crate::{RingKey, SigningKey};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn ring_key(signs_from: i64) -> RingKey {
    RingKey { key: SigningKey::generate(), signs_from: at(signs_from) }
}

fn tokens(keys: &[RingKey], now: i64) -> HmacRefreshTokens {
    let clock = StillClock::default();
    clock.set(at(now));
    HmacRefreshTokens::new(Keyring::new(keys.to_vec()).unwrap(), Arc::new(clock))
}

fn session() -> SessionId {
    Id::from_uuid(Uuid::from_u128(7))
}

fn texts(tokens: &[(Redacted<String>, TokenDigest)]) -> Vec<&str> {
    tokens.iter().map(|(token, _)| token.expose().as_str()).collect()
}

#[test]
fn a_token_names_its_session_and_no_two_are_alike() {
    let tokens = tokens(&[ring_key(0)], 0);
    let ((a, digest), (b, _)) = (tokens.first(session()), tokens.first(session()));
    assert_ne!(a.expose(), b.expose());
    assert_eq!(tokens.session_of(a.expose()), Some(session()));
    assert_eq!((tokens.digest(a.expose()), a.expose().len()), (digest, 86));
}

#[test]
fn the_successor_is_the_same_each_time_and_of_the_same_session() {
    let tokens = tokens(&[ring_key(0)], 0);
    let (first, _) = tokens.first(session());
    let (second, again) = (tokens.successors(first.expose()), tokens.successors(first.expose()));
    assert_eq!(second, again);
    let [(token, digest)] = second.as_slice() else { panic!("one key, one successor") };
    assert_ne!(token, &first);
    assert_eq!(&tokens.digest(token.expose()), digest);
    assert_eq!(tokens.session_of(token.expose()), Some(session()));
}

#[test]
fn a_chain_never_comes_back_to_an_earlier_token() {
    let tokens = tokens(&[ring_key(0)], 0);
    let mut chain = vec![tokens.first(session()).0];
    for _ in 0..100 {
        let next = tokens.successors(chain.last().unwrap().expose()).remove(0).0;
        assert!(!chain.contains(&next));
        chain.push(next);
    }
}

#[test]
fn a_rotated_ring_gives_the_successor_of_the_present_key_first_and_the_earlier_one_after_it() {
    let (old, new) = (ring_key(0), ring_key(100));
    let before = tokens(std::slice::from_ref(&old), 0);
    let (token, _) = before.first(session());
    let of_old = before.successors(token.expose());
    let after = tokens(&[old.clone(), new.clone()], 100).successors(token.expose());
    assert_eq!(after.len(), 2);
    assert_eq!(after[1], of_old[0]);
    assert!(tokens(&[new], 100).session_of(after[0].0.expose()).is_some(), "made with the present key");
    let early = tokens(&[old, ring_key(100)], 99).successors(token.expose());
    assert_eq!(early[0], of_old[0]);
}

#[test]
fn a_token_of_another_ring_is_nobodys() {
    let (token, _) = tokens(&[ring_key(0)], 0).first(session());
    let others = tokens(&[ring_key(0), ring_key(5)], 0);
    assert_eq!(others.session_of(token.expose()), None);
    assert!(others.successors(token.expose()).is_empty());
}

#[test]
fn what_is_no_token_is_nobodys() {
    let tokens = tokens(&[ring_key(0)], 0);
    let (token, _) = tokens.first(session());
    let short = &token.expose()[..85];
    for text in ["", "x", short, &format!("{}A", token.expose()), &format!(" {}", token.expose())] {
        assert_eq!(tokens.session_of(text), None, "{text}");
        assert!(tokens.successors(text).is_empty());
    }
}

#[test]
fn tag_and_successor_come_from_different_keys() {
    let keys = [ring_key(0)];
    let tokens = tokens(&keys, 0);
    let (token, _) = tokens.first(session());
    let successors = tokens.successors(token.expose());
    let bytes = URL_SAFE_NO_PAD.decode(texts(&successors)[0]).unwrap();
    let ring = tokens.ring.ring();
    let tag_of_token = tag(ring.signing(at(0)), &URL_SAFE_NO_PAD.decode(token.expose()).unwrap());
    assert_ne!(&bytes[SESSION..TAGGED], tag_of_token.as_ref());
}

proptest! {
    #[test]
    fn a_changed_bit_is_noticed(bit in 0_usize..TOKEN * 8) {
        let tokens = tokens(&[ring_key(0)], 0);
        let mut bytes = URL_SAFE_NO_PAD.decode(tokens.first(session()).0.expose()).unwrap();
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(tokens.session_of(&URL_SAFE_NO_PAD.encode(bytes)), None);
    }

    #[test]
    fn no_text_makes_it_fail(text in ".*") {
        prop_assert_eq!(tokens(&[ring_key(0)], 0).session_of(&text), None);
    }
}
