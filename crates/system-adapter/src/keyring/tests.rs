use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn ring_key(signs_from: i64) -> RingKey {
    RingKey { key: SigningKey::generate(), signs_from: at(signs_from) }
}

fn id(key: &RingKey) -> String {
    key.key.id().unwrap()
}

fn ids<'a>(members: impl Iterator<Item = &'a Member>) -> Vec<String> {
    members.map(|member| member.id.clone()).collect()
}

#[test]
fn the_latest_key_that_has_begun_signs_and_the_oldest_before_that() {
    let (first, second) = (ring_key(0), ring_key(60));
    let ring = Keyring::new(vec![second.clone(), first.clone()]).unwrap().ring();
    for (now, signing) in [(-1, &first), (0, &first), (59, &first), (60, &second), (9_999, &second)] {
        assert_eq!(ring.signing(at(now)).id, id(signing), "{now}");
    }
}

#[test]
fn keys_come_with_the_signing_one_first_then_backwards_then_those_to_come() {
    let keys = [0, 10, 20, 30].map(ring_key);
    let ring = Keyring::new(keys.to_vec()).unwrap().ring();
    let expected = [2, 1, 0, 3].map(|place: usize| id(&keys[place]));
    assert_eq!(ids(ring.signing_first(at(20))), expected);
    assert_eq!(ids(ring.iter()), keys.each_ref().map(id));
}

#[test]
fn a_replaced_key_is_trusted_for_the_overlap_only() {
    let keys = [0, 100].map(ring_key);
    let ring = Keyring::new(keys.to_vec()).unwrap().ring();
    let trusted = |now| ids(ring.trusted(at(now), TimeDelta::seconds(10)));
    assert_eq!(trusted(50), [id(&keys[0]), id(&keys[1])]);
    assert_eq!(trusted(110), [id(&keys[1]), id(&keys[0])]);
    assert_eq!(trusted(111), [id(&keys[1])]);
}

#[test]
fn a_ring_is_replaced_for_everybody_who_holds_it() {
    let held = Keyring::single(SigningKey::generate()).unwrap();
    let key = ring_key(0);
    held.clone().replace(vec![key.clone()]).unwrap();
    assert_eq!(held.ring().signing(at(0)).id, id(&key));
    assert_eq!(held.replace(vec![]), Err(BadKeyring::Empty));
    assert_eq!(held.ring().signing(at(0)).id, id(&key), "a bad ring replaces nothing");
}

#[test]
fn a_key_is_in_a_ring_once() {
    let key = ring_key(0);
    let again = RingKey { signs_from: at(5), ..key.clone() };
    assert_eq!(Keyring::new(vec![key, again]).unwrap_err(), BadKeyring::Twice);
}

#[test]
fn a_ring_survives_text() {
    let ring = Keyring::new([0, 60].map(ring_key).to_vec()).unwrap();
    let text = ring.to_text();
    let again = Keyring::parse(&text).unwrap();
    assert_eq!(*again.to_text(), *text);
    assert_eq!(ids(again.ring().iter()), ids(ring.ring().iter()));
    assert_eq!(again.keys()[1].signs_from, at(60));
}

#[test]
fn comments_empty_lines_and_a_bare_key_are_read() {
    let key = SigningKey::generate();
    let text = format!("# the ring\n\n  {} # the first\n", *key.to_base64());
    let keys = Keyring::parse(&text).unwrap().keys();
    assert_eq!((keys.len(), keys[0].signs_from), (1, DateTime::UNIX_EPOCH));
    assert_eq!(*keys[0].key.to_base64(), *key.to_base64());
}

#[test]
fn a_bad_line_is_named_and_not_shown() {
    let key = SigningKey::generate().to_base64();
    for bad in [format!("{} yesterday", *key), format!("{} 2026-01-01T00:00:00Z more", *key), "secret".into()]
    {
        let error = Keyring::parse(&format!("# comment\n{bad}\n")).unwrap_err();
        assert_eq!(error, BadKeyring::Line { line: 2 }, "{bad}");
        assert!(!error.to_string().contains(&bad));
    }
    assert_eq!(Keyring::parse("# nothing\n").unwrap_err(), BadKeyring::Empty);
}

#[test]
fn a_ring_is_never_printed() {
    let ring = Keyring::single(SigningKey::generate()).unwrap();
    let printed = format!("{ring:?}");
    assert!(printed.contains("[redacted]") && !printed.contains(ring.keys()[0].key.to_base64().as_str()));
}
