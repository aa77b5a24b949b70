use super::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn tokens(key: &SigningKey) -> Ed25519AccessTokens {
    Ed25519AccessTokens::new(key, TokenSettings::default()).unwrap()
}

fn claims() -> AccessClaims {
    AccessClaims {
        user: Id::from_uuid(Uuid::from_u128(1)),
        session: Id::from_uuid(Uuid::from_u128(2)),
        role: Role::Client,
        company: Some(Id::from_uuid(Uuid::from_u128(3))),
    }
}

fn part(json: &serde_json::Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn is_invalid(tokens: &Ed25519AccessTokens, token: &str) -> bool {
    matches!(tokens.verify(token, now()), Err(TokenError::Invalid))
}

#[test]
fn a_token_says_what_was_put_in_until_it_expires() {
    let tokens = tokens(&SigningKey::generate());
    let token = tokens.issue(&claims(), now()).unwrap();
    assert_eq!(tokens.verify(token.expose(), now()).unwrap(), claims());
    let later = now() + tokens.lifetime();
    assert!(matches!(tokens.verify(token.expose(), later), Err(TokenError::Expired)));
}

#[test]
fn a_token_of_another_key_is_refused() {
    let token = tokens(&SigningKey::generate()).issue(&claims(), now()).unwrap();
    assert!(is_invalid(&tokens(&SigningKey::generate()), token.expose()));
}

#[test]
fn another_issuer_or_audience_is_refused() {
    let key = SigningKey::generate();
    for settings in [
        TokenSettings { issuer: "elsewhere".into(), ..TokenSettings::default() },
        TokenSettings { audience: "elsewhere".into(), ..TokenSettings::default() },
    ] {
        let token = Ed25519AccessTokens::new(&key, settings).unwrap().issue(&claims(), now()).unwrap();
        assert!(is_invalid(&tokens(&key), token.expose()));
    }
}

#[test]
fn a_tampered_token_is_refused() {
    let tokens = tokens(&SigningKey::generate());
    let token = tokens.issue(&claims(), now()).unwrap();
    let mut parts: Vec<String> = token.expose().split('.').map(str::to_owned).collect();
    let body = URL_SAFE_NO_PAD.decode(&parts[1]).unwrap();
    let mut body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    body["role"] = "ADMIN".into();
    parts[1] = part(&body);
    assert!(is_invalid(&tokens, &parts.join(".")));
}

#[test]
fn other_algorithms_are_refused() {
    let key = SigningKey::generate();
    let tokens = tokens(&key);
    let token = tokens.issue(&claims(), now()).unwrap();
    let body = token.expose().split('.').nth(1).unwrap().to_owned();
    let none = part(&serde_json::json!({"alg": "none", "kid": tokens.key_id}));
    assert!(is_invalid(&tokens, &format!("{none}.{body}.")));
    let header = Header { kid: Some(tokens.key_id.clone()), ..Header::new(Algorithm::HS256) };
    let public = key.to_pair().unwrap().public;
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&body).unwrap()).unwrap();
    let confused = encode(&header, &claims, &EncodingKey::from_secret(&public)).unwrap();
    assert!(is_invalid(&tokens, &confused));
}

#[test]
fn what_is_no_token_is_refused() {
    let tokens = tokens(&SigningKey::generate());
    for text in ["", "a.b.c", "..", "Bearer x"] {
        assert!(is_invalid(&tokens, text), "{text}");
    }
}

#[test]
fn opaque_tokens_differ_and_only_their_digest_is_kept() {
    let ((a, a_digest), (b, b_digest)) = (OpaqueTokens.next(), OpaqueTokens.next());
    assert_ne!(a.expose(), b.expose());
    assert_ne!(a_digest, b_digest);
    assert_eq!(a.expose().len(), 43);
}
