use super::*;

/// A token that is good, taken apart, to be made bad.
fn good(ring: &Keyring) -> [Value; 2] {
    parts(tokens(ring).issue(&claims(), now()).unwrap().expose())
}

fn public(ring: &Keyring) -> Vec<u8> {
    ring.ring().signing(now()).parts.public.clone()
}

/// The key as `openssl pkey -pubout` prints it.
fn pem(public: &[u8]) -> String {
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let body = STANDARD.encode([&prefix[..], public].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn what_these_tests_sign_themselves_would_be_good() {
    let ring = ring();
    let [header, body] = good(&ring);
    assert!(tokens(&ring).verify(&signed(&ring, &header, &body), now()).is_ok());
}

#[test]
fn no_algorithm_is_refused_in_every_spelling() {
    let ring = ring();
    let [mut header, body] = good(&ring);
    for none in ["none", "None", "NONE", "nOnE", ""] {
        header["alg"] = none.into();
        let unsigned = format!("{}.{}.", part(&header), part(&body));
        assert!(is_invalid(&tokens(&ring), &unsigned), "{none}");
        assert!(is_invalid(&tokens(&ring), &signed(&ring, &header, &body)), "{none}");
    }
}

#[test]
fn the_public_key_is_no_secret_of_an_hmac() {
    let ring = ring();
    let [header, body] = good(&ring);
    let public = public(&ring);
    let text = pem(&public);
    let secrets = [&public[..], text.as_bytes(), text.trim_end().as_bytes(), &text.as_bytes()[27..]];
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let header = Header { kid: header["kid"].as_str().map(str::to_owned), ..Header::new(algorithm) };
        for secret in secrets {
            let token = encode(&header, &body, &EncodingKey::from_secret(secret)).unwrap();
            assert!(is_invalid(&tokens(&ring), &token), "{algorithm:?}");
        }
    }
}

#[test]
fn a_name_for_another_algorithm_does_not_help_a_good_signature() {
    let ring = ring();
    let [mut header, body] = good(&ring);
    for algorithm in ["HS256", "RS256", "ES256", "ES384", "PS512", "Ed448", "eddsa"] {
        header["alg"] = algorithm.into();
        assert!(is_invalid(&tokens(&ring), &signed(&ring, &header, &body)), "{algorithm}");
    }
}

#[test]
fn a_token_must_name_a_key_of_the_ring() {
    let ring = ring();
    let [header, body] = good(&ring);
    let id = header["kid"].as_str().unwrap().to_owned();
    let unknown = [
        json!("0000000000000000"),
        json!(""),
        json!(id.to_uppercase() + "X"),
        json!("../../dev/null"),
        Value::Null,
    ];
    for kid in unknown {
        let mut header = header.clone();
        header["kid"] = kid;
        assert!(is_invalid(&tokens(&ring), &signed(&ring, &header, &body)), "{header}");
    }
    let mut unnamed = header;
    unnamed.as_object_mut().unwrap().remove("kid");
    assert!(is_invalid(&tokens(&ring), &signed(&ring, &unnamed, &body)));
}

#[test]
fn a_token_of_another_ring_is_refused_under_either_name() {
    let (ours, theirs) = (ring(), ring());
    let token = tokens(&theirs).issue(&claims(), now()).unwrap();
    assert!(is_invalid(&tokens(&ours), token.expose()));
    let [header, body] = good(&ours);
    assert!(is_invalid(&tokens(&ours), &signed(&theirs, &header, &body)));
}

#[test]
fn where_a_token_says_its_key_is_does_not_count() {
    let (ours, theirs) = (ring(), ring());
    let [header, body] = good(&ours);
    let x = URL_SAFE_NO_PAD.encode(public(&theirs));
    for (name, value) in [
        ("jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": x})),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/key.pem")),
    ] {
        let mut header = header.clone();
        header[name] = value;
        assert!(is_invalid(&tokens(&ours), &signed(&theirs, &header, &body)), "{name}");
        let ignored = tokens(&ours).verify(&signed(&ours, &header, &body), now());
        assert!(ignored.is_ok(), "{name} is not read");
    }
}

#[test]
fn what_must_be_understood_makes_a_token_invalid() {
    let ring = ring();
    let [mut header, body] = good(&ring);
    for crit in [json!(["b64"]), json!(["exp"]), json!([])] {
        header["crit"] = crit;
        assert!(is_invalid(&tokens(&ring), &signed(&ring, &header, &body)), "{header}");
    }
}

#[test]
fn another_issuer_or_audience_is_refused() {
    let ring = ring();
    let [header, body] = good(&ring);
    for name in ["iss", "aud"] {
        for other in
            [json!("elsewhere"), json!(""), json!(["elsewhere"]), json!(["kairo", "elsewhere"]), json!(7)]
        {
            let mut body = body.clone();
            body[name] = other;
            assert!(is_invalid(&tokens(&ring), &signed(&ring, &header, &body)), "{body}");
        }
    }
}

#[test]
fn every_claim_is_required() {
    let ring = ring();
    let [header, body] = good(&ring);
    for name in ["aud", "exp", "iat", "iss", "jti", "role", "sid", "sub"] {
        let mut without = body.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(is_invalid(&tokens(&ring), &signed(&ring, &header, &without)), "{name}");
        let mut null = body.clone();
        null[name] = Value::Null;
        assert!(is_invalid(&tokens(&ring), &signed(&ring, &header, &null)), "{name}");
    }
}

#[test]
fn a_time_that_is_none_is_refused() {
    let ring = ring();
    let [header, mut body] = good(&ring);
    for exp in [json!("4000000000"), json!(1e40), json!(true), json!([4_000_000_000_i64])] {
        body["exp"] = exp;
        assert!(is_invalid(&tokens(&ring), &signed(&ring, &header, &body)), "{body}");
    }
    body["exp"] = json!(-1);
    assert!(tokens(&ring).verify(&signed(&ring, &header, &body), now()).is_err());
}

#[test]
fn an_expired_token_is_refused() {
    let ring = ring();
    let token = tokens(&ring).issue(&claims(), now() - TimeDelta::minutes(10)).unwrap();
    assert!(matches!(tokens(&ring).verify(token.expose(), now()), Err(TokenError::Expired)));
}

#[test]
fn a_tampered_token_is_refused() {
    let ring = ring();
    let token = tokens(&ring).issue(&claims(), now()).unwrap();
    let [header, mut body] = parts(token.expose());
    body["role"] = "ADMIN".into();
    let signature = token.expose().rsplit('.').next().unwrap();
    assert!(is_invalid(&tokens(&ring), &format!("{}.{}.{signature}", part(&header), part(&body))));
}

#[test]
fn a_changed_character_anywhere_is_refused() {
    let ring = ring();
    let token = tokens(&ring).issue(&claims(), now()).unwrap();
    for place in 0..token.expose().len() {
        for with in [b'A', b'_', b'.', b'='] {
            let mut bytes = token.expose().clone().into_bytes();
            if bytes[place] == with {
                continue;
            }
            bytes[place] = with;
            assert!(is_invalid(&tokens(&ring), std::str::from_utf8(&bytes).unwrap()), "{place}");
        }
    }
}

#[test]
fn a_claim_twice_is_refused() {
    let ring = ring();
    let [header, body] = good(&ring);
    let twice = body.to_string().replacen('{', r#"{"role":"ADMIN","#, 1);
    let text = format!("{}.{}", part(&header), URL_SAFE_NO_PAD.encode(twice));
    let pkcs8 = ring.ring().signing(now()).parts.pkcs8.clone();
    let key = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap();
    let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes())));
    assert!(is_invalid(&tokens(&ring), &token));
}

#[test]
fn what_is_no_token_is_refused() {
    let ring = ring();
    let token = tokens(&ring).issue(&claims(), now()).unwrap();
    let token = token.expose();
    let odd = [
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{token}"),
        format!(" {token}"),
        token.replace('.', ""),
    ];
    for text in
        ["", ".", "..", "...", "a.b.c", "Bearer x", "null", "{}"].map(str::to_owned).into_iter().chain(odd)
    {
        assert!(is_invalid(&tokens(&ring), &text), "{text}");
    }
}
