//! A connection string that does not show its password by accident.

use std::fmt;

use crate::secret::{Password, SUPERUSER};

/// A `postgres://` URL; `Debug` hides the password and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    full: String,
    redacted: String,
}

impl DatabaseUrl {
    pub(crate) fn new(port: u16, password: &Password, database: &str) -> Self {
        let database = percent_encoded(database);
        let with = |password: &str| format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}");
        Self { full: with(password.expose()), redacted: with("[redacted]") }
    }

    /// The whole URL, password included.
    pub fn as_str(&self) -> &str {
        &self.full
    }
}

impl From<DatabaseUrl> for String {
    fn from(url: DatabaseUrl) -> Self {
        url.full
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted)
    }
}

fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_password() {
        let password = Password::generate().unwrap();
        let url = DatabaseUrl::new(5999, &password, "kairo");
        assert_eq!(format!("{url:?}"), "postgres://kairo_root:[redacted]@127.0.0.1:5999/kairo");
        assert!(url.as_str().contains(password.expose()));
    }

    #[test]
    fn an_odd_database_name_is_encoded() {
        let url = DatabaseUrl::new(5999, &Password::generate().unwrap(), "a/b c?é");
        assert!(url.as_str().ends_with("/a%2Fb%20c%3F%C3%A9"));
    }
}
