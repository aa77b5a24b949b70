use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::{RingKey, SigningKey};

mod attacks;
mod rotation;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn ring() -> Keyring {
    Keyring::single(SigningKey::generate()).unwrap()
}

fn tokens(ring: &Keyring) -> Ed25519AccessTokens {
    Ed25519AccessTokens::new(ring.clone(), TokenSettings::default())
}

fn claims() -> AccessClaims {
    AccessClaims {
        user: Id::from_uuid(Uuid::from_u128(1)),
        session: Id::from_uuid(Uuid::from_u128(2)),
        role: Role::Client,
        company: Some(Id::from_uuid(Uuid::from_u128(3))),
    }
}

fn is_invalid(tokens: &Ed25519AccessTokens, token: &str) -> bool {
    matches!(tokens.verify(token, now()), Err(TokenError::Invalid))
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Header and claims of a token as they are sent.
fn parts(token: &str) -> [Value; 2] {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    [(); 2].map(|()| serde_json::from_slice(&parts.next().unwrap()).unwrap())
}

/// A token of the ring's own key over whatever is wanted, so that nothing but that is at fault.
fn signed(ring: &Keyring, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let pkcs8 = ring.ring().signing(now()).parts.pkcs8.clone();
    let key = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes())))
}

#[test]
fn a_token_says_what_was_put_in_until_it_expires() {
    let tokens = tokens(&ring());
    let token = tokens.issue(&claims(), now()).unwrap();
    assert_eq!(tokens.verify(token.expose(), now()).unwrap(), claims());
    let end = now() + tokens.lifetime();
    assert!(tokens.verify(token.expose(), end - TimeDelta::seconds(1)).is_ok());
    assert!(matches!(tokens.verify(token.expose(), end), Err(TokenError::Expired)));
}

#[test]
fn a_token_carries_what_the_specification_names() {
    let ring = ring();
    let [header, body] = parts(tokens(&ring).issue(&claims(), now()).unwrap().expose());
    let id = ring.ring().signing(now()).id.clone();
    assert_eq!(header, json!({"typ": "JWT", "alg": "EdDSA", "kid": id}));
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["aud", "company", "exp", "iat", "iss", "jti", "role", "sid", "sub"]);
    assert_eq!(body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap(), 600);
}

#[test]
fn a_published_key_checks_a_token_elsewhere() {
    let tokens = tokens(&ring());
    let token = tokens.issue(&claims(), now()).unwrap();
    let [key] = tokens.published_keys(now()).try_into().unwrap();
    assert_eq!(parts(token.expose())[0]["kid"], key.id);
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_audience(&["kairo"]);
    let elsewhere = DecodingKey::from_ed_components(&key.x).unwrap();
    assert!(decode::<Value>(token.expose(), &elsewhere, &validation).is_ok());
}
