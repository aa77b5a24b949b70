//! What no answer may show, checked in the one place where answers arrive.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::Reply;

/// What is for the program itself alone.
const INTERNAL: &[&str] = &[
    "passwordHash",
    "password_hash",
    "$argon2",
    "plain:",
    "refreshDigest",
    "refresh_digest",
    "sealed:",
    "sealedSecret",
];

/// The operations that hand secrets out, and where in their answers.
const HANDED_OUT: &[(&str, &[&str])] = &[
    ("POST /auth/login", &["accessToken", "refreshToken"]),
    ("POST /auth/refresh", &["accessToken", "refreshToken"]),
    ("POST /me/api-keys", &["secret"]),
    ("POST /me/two-factor", &["secret", "url"]),
    ("POST /me/two-factor/confirm", &["recoveryCodes"]),
    ("POST /me/two-factor/recovery-codes", &["recoveryCodes"]),
];

/// The secrets that were handed out. Clones remember together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Arc<Mutex<BTreeSet<String>>>);

impl Secrets {
    /// Remembers a secret that came in another way.
    pub(crate) fn remember(&self, secret: &str) {
        if !secret.is_empty() {
            self.0.lock().unwrap().insert(secret.to_owned());
        }
    }

    /// Checks that an answer shows no secret but the ones that it is there to hand out, and remembers these.
    pub(crate) fn inspect(&self, operation: &str, reply: &Reply) {
        let mut body = reply.json();
        let handed_out = handed_out(operation, &mut body);
        forget_prefixes(&mut body);
        let shown = if body.is_null() {
            String::from_utf8_lossy(&reply.bytes).into_owned()
        } else {
            body.to_string()
        };
        for word in INTERNAL {
            assert!(!shown.contains(word), "{operation} shows {word}: {shown}");
        }
        let headers = reply.headers.iter().filter(|(name, _)| *name != "set-cookie");
        let headers = headers.map(|(_, value)| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let places: Vec<_> = headers.chain([shown]).collect();
        for secret in self.0.lock().unwrap().iter() {
            assert!(
                places.iter().all(|place| !place.contains(secret)),
                "{operation} repeats {secret}: {places:?}"
            );
        }
        let cookies = reply.cookies().into_iter().filter(|cookie| cookie.http_only() == Some(true));
        let cookies = cookies.map(|cookie| cookie.value().to_owned());
        handed_out.into_iter().chain(cookies).for_each(|secret| self.remember(&secret));
    }
}

/// Takes out of a body what the operation is there to hand out.
fn handed_out(operation: &str, body: &mut Value) -> Vec<String> {
    let operation = operation.replacen("/studio", "", 1).replacen("/api/v1", "", 1);
    let members =
        HANDED_OUT.iter().find(|(known, _)| *known == operation).map_or(&[][..], |(_, members)| members);
    let taken = members.iter().filter_map(|member| body.as_object_mut()?.remove(*member));
    let texts = taken.flat_map(|value| match value {
        Value::Array(items) => items,
        value => vec![value],
    });
    texts.filter_map(|text| text.as_str().map(ToOwned::to_owned)).collect()
}

/// Takes out how API keys begin: with numbered tokens a key is no longer than that.
fn forget_prefixes(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("prefix");
            members.values_mut().for_each(forget_prefixes);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_prefixes),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn reply(body: &Value) -> Reply {
    Reply {
        status: 200,
        headers: actix_web::http::header::HeaderMap::new(),
        bytes: body.to_string().into_bytes(),
    }
}

#[test]
#[should_panic(expected = "GET /me shows passwordHash")]
fn an_internal_word_is_found() {
    Secrets::default().inspect("GET /me", &reply(&serde_json::json!({"user": {"passwordHash": null}})));
}

#[test]
#[should_panic(expected = "GET /api/v1/me/api-keys repeats kairo_x")]
fn a_secret_is_found_where_it_is_repeated() {
    let secrets = Secrets::default();
    let body = serde_json::json!({"secret": "kairo_x"});
    secrets.inspect("POST /api/v1/me/api-keys", &reply(&body));
    secrets.inspect("GET /api/v1/me/api-keys", &reply(&body));
}
