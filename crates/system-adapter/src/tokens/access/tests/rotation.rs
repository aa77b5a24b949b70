use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

fn ring_key(signs_from: i64) -> RingKey {
    RingKey { key: SigningKey::generate(), signs_from: at(signs_from) }
}

fn published(tokens: &Ed25519AccessTokens, now: i64) -> Vec<String> {
    tokens.published_keys(at(now)).into_iter().map(|key| key.id).collect()
}

/// The lifetime of a token and the minute by which clocks may differ, in seconds.
const OVERLAP: i64 = 660;

#[test]
fn a_replaced_key_is_believed_until_its_last_token_has_expired() {
    let (old, new) = (ring_key(-9_999), ring_key(0));
    let both = Keyring::new(vec![old.clone(), new.clone()]).unwrap();
    let tokens = tokens(&both);
    let (old, new) = (old.key.id().unwrap(), new.key.id().unwrap());
    assert_eq!(published(&tokens, -1), [old.clone(), new.clone()]);
    assert_eq!(published(&tokens, 0), [new.clone(), old.clone()]);
    assert_eq!(published(&tokens, OVERLAP), [new.clone(), old]);
    assert_eq!(published(&tokens, OVERLAP + 1), [new]);
}

#[test]
fn a_token_outlives_the_rotation_of_its_key() {
    let (old, new) = (ring_key(-9_999), ring_key(0));
    let tokens = tokens(&Keyring::new(vec![old, new]).unwrap());
    let token = tokens.issue(&claims(), at(-1)).unwrap();
    assert!(tokens.verify(token.expose(), at(0)).is_ok());
    assert!(tokens.verify(token.expose(), at(598)).is_ok());
}

#[test]
fn a_retired_key_is_refused_whatever_it_signs() {
    let (old, new) = (ring_key(-9_999), ring_key(0));
    let stolen = tokens(&Keyring::new(vec![old.clone()]).unwrap());
    let tokens = tokens(&Keyring::new(vec![old, new]).unwrap());
    let forged = stolen.issue(&claims(), at(OVERLAP + 1)).unwrap();
    assert!(tokens.verify(forged.expose(), at(OVERLAP)).is_ok());
    assert!(matches!(tokens.verify(forged.expose(), at(OVERLAP + 1)), Err(TokenError::Invalid)));
}

#[test]
fn a_node_whose_clock_is_behind_believes_the_key_to_come() {
    let keys = vec![ring_key(-9_999), ring_key(0)];
    let tokens = tokens(&Keyring::new(keys).unwrap());
    let ahead = tokens.issue(&claims(), at(0)).unwrap();
    assert!(tokens.verify(ahead.expose(), at(-30)).is_ok());
}

#[test]
fn a_ring_replaced_while_running_counts_at_once() {
    let ring = ring();
    let tokens = tokens(&ring);
    let token = tokens.issue(&claims(), now()).unwrap();
    ring.replace(vec![ring_key(0)]).unwrap();
    assert!(is_invalid(&tokens, token.expose()));
    assert!(tokens.verify(tokens.issue(&claims(), now()).unwrap().expose(), now()).is_ok());
}
