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

fn vault(keys: &[RingKey], now: i64) -> AeadVault {
    let clock = StillClock::default();
    clock.set(at(now));
    AeadVault::new(Keyring::new(keys.to_vec()).unwrap(), Arc::new(clock))
}

fn secret() -> Redacted<Vec<u8>> {
    Redacted::new(b"a secret to share".to_vec())
}

fn is_unreadable(vault: &AeadVault, sealed: &str, place: &str) -> bool {
    matches!(vault.open(&Redacted::new(sealed.to_owned()), place), Err(VaultError::Unreadable))
}

#[test]
fn what_was_sealed_opens_in_its_place_only() {
    let vault = vault(&[ring_key(0)], 0);
    let sealed = vault.seal(&secret(), "users/1/totp").unwrap();
    assert_eq!(vault.open(&sealed, "users/1/totp").unwrap(), secret());
    assert!(is_unreadable(&vault, sealed.expose(), "users/2/totp"));
}

#[test]
fn no_two_seals_are_alike_and_none_shows_the_value() {
    let vault = vault(&[ring_key(0)], 0);
    let (a, b) = (vault.seal(&secret(), "p").unwrap(), vault.seal(&secret(), "p").unwrap());
    assert_ne!(a, b);
    let (id, text) = a.expose().split_once('.').unwrap();
    assert_eq!(id.len(), 16);
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
    assert_eq!(bytes.len(), NONCE_LEN + secret().expose().len() + AES_256_GCM.tag_len());
    assert!(!bytes.windows(8).any(|part| part == &secret().expose()[..8]));
}

#[test]
fn the_present_key_seals_and_every_key_of_the_ring_opens() {
    let (old, new) = (ring_key(0), ring_key(100));
    let sealed = vault(std::slice::from_ref(&old), 0).seal(&secret(), "p").unwrap();
    let rotated = vault(&[old.clone(), new.clone()], 100);
    assert_eq!(rotated.open(&sealed, "p").unwrap(), secret());
    let anew = rotated.seal(&secret(), "p").unwrap();
    assert!(anew.expose().starts_with(&new.key.id().unwrap()));
    assert!(is_unreadable(&vault(&[old], 0), anew.expose(), "p"));
    assert!(is_unreadable(&vault(&[new], 100), sealed.expose(), "p"));
}

#[test]
fn what_was_never_sealed_is_unreadable() {
    let key = ring_key(0);
    let vault = vault(std::slice::from_ref(&key), 0);
    let id = key.key.id().unwrap();
    for text in ["", ".", "x.y", &id, &format!("{id}."), &format!("{id}.AAAA"), &format!("{id}.***")] {
        assert!(is_unreadable(&vault, text, "p"), "{text}");
    }
}

proptest! {
    #[test]
    fn a_changed_bit_is_noticed(seed in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let vault = vault(&[ring_key(0)], 0);
        let sealed = vault.seal(&secret(), "p").unwrap();
        let (id, text) = sealed.expose().split_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
        let place = seed.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let changed = format!("{id}.{}", URL_SAFE_NO_PAD.encode(bytes));
        prop_assert!(is_unreadable(&vault, &changed, "p"));
    }
}
