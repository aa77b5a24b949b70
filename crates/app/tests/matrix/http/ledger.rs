//! What has been handed out, and must never be seen again.

use std::collections::HashSet;

use serde_json::Value;

use super::server::Reply;
use crate::world::{CREDENTIAL, PASSWORD};

/// How what is stored of a secret is called, and how it looks.
const NEVER: [&str; 9] = [
    "passwordHash",
    "password_hash",
    "$argon2",
    "refreshTokenDigest",
    "refreshDigest",
    "refresh_token",
    "previousToken",
    "previous_token",
    "sealedSecret",
];

/// The properties that are secrets, or lists of secrets.
const SECRETS: [&str; 4] = ["accessToken", "refreshToken", "secret", "recoveryCodes"];

/// The operations whose answers may have them: each hands out something new.
const HANDS_OUT: [&str; 6] =
    ["signIn", "refreshSession", "createApiKey", "beginTwoFactor", "confirmTwoFactor", "renewRecoveryCodes"];

/// All secrets so far, and all words of the answers that are long enough to be the digest of one.
pub(super) struct Ledger {
    secrets: Vec<String>,
    words: HashSet<String>,
    stored: usize,
    searched: usize,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            secrets: vec![PASSWORD.to_owned(), CREDENTIAL.to_owned()],
            words: HashSet::new(),
            stored: 0,
            searched: 0,
        }
    }

    /// Remembers what was handed out by another way, such as a mail.
    pub(super) fn remember(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    /// Searches an answer for every secret that was handed out or sent in before, and remembers those it hands out itself.
    pub(super) fn search(&mut self, operation: &str, reply: &Reply) {
        let text = &reply.text;
        for word in NEVER {
            assert!(!text.contains(word), "the answer of {operation} has {word}: {text}");
        }
        for secret in &self.secrets {
            assert!(!text.contains(secret), "the answer of {operation} repeats {secret}: {text}");
        }
        // The document names the properties, and has none.
        if operation != "getOpenApi" {
            let before = self.secrets.len();
            collect(&reply.json, &mut self.secrets);
            self.secrets.extend(reply.cookies.iter().filter(|value| !value.is_empty()).cloned());
            let is_new = self.secrets.len() > before;
            assert!(!is_new || HANDS_OUT.contains(&operation), "{operation} hands out a secret: {text}");
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let words = text.split(|c| !is_part(c)).filter(|word| word.len() > 20);
        self.words.extend(words.map(str::to_owned));
        self.searched += 1;
    }

    /// Searches all answers so far for what is stored of secrets. They are whole words wherever they are.
    pub(super) fn search_for_stored(&mut self, stored: &[String]) {
        for secret in stored {
            assert!(!self.words.contains(secret), "an answer has {secret}, which is stored of a secret");
        }
        self.stored += stored.len();
    }

    pub(super) fn counts(&self) -> (usize, usize) {
        (self.searched, self.secrets.len() + self.stored)
    }
}

fn collect(json: &Value, secrets: &mut Vec<String>) {
    match json {
        Value::Object(properties) => {
            for (name, value) in properties {
                if SECRETS.contains(&name.as_str()) {
                    secrets.extend(texts(value));
                } else {
                    collect(value, secrets);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}
