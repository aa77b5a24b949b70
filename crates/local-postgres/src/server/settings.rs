//! The settings that every start gives to the server, over what its files say.

use crate::error::Error;

/// True for every cluster: who may talk to it, how time and text look.
const ALWAYS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("password_encryption", "scram-sha-256"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("logging_collector", "off"),
    ("log_line_prefix", "%m [%p] %q%u@%d %a "),
];

/// What a cluster that stays must not lose.
const LASTING: &[(&str, &str)] = &[("fsync", "on"), ("full_page_writes", "on")];

/// What a test does not need, and more connections, because tests run in parallel.
const EPHEMERAL: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("max_connections", "300"),
    ("log_checkpoints", "off"),
];

/// Names and values, checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings(Vec<(String, String)>);

impl Settings {
    /// For a cluster that stays.
    pub(crate) fn lasting(extra: &[(String, String)]) -> Result<Self, Error> {
        Self::checked(LASTING, extra)
    }

    /// For a cluster that may lose everything.
    pub(crate) fn ephemeral(extra: &[(String, String)]) -> Result<Self, Error> {
        Self::checked(EPHEMERAL, extra)
    }

    fn checked(kind: &[(&str, &str)], extra: &[(String, String)]) -> Result<Self, Error> {
        if let Some((name, _)) = extra.iter().find(|(name, _)| !is_name(name)) {
            return Err(Error::Setting { name: name.clone() });
        }
        let ours = ALWAYS.iter().chain(kind).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Ok(Self(ours.chain(extra.iter().cloned()).collect()))
    }

    /// One string for `pg_ctl --options`, which a shell takes apart; the last of equal names wins.
    pub(super) fn arguments(&self, port: u16) -> String {
        let mut arguments = format!("-c port={port}");
        for (name, value) in &self.0 {
            arguments.push_str(&format!(" -c {name}='{}'", value.replace('\'', "'\\''")));
        }
        arguments
    }
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extra(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), value.to_owned())]
    }

    #[test]
    fn the_callers_settings_come_last() {
        let settings = Settings::ephemeral(&extra("max_connections", "7")).unwrap();
        let arguments = settings.arguments(5999);
        assert!(arguments.starts_with("-c port=5999 -c listen_addresses='127.0.0.1'"));
        assert!(arguments.ends_with(" -c max_connections='7'"));
    }

    #[test]
    fn a_quote_in_a_value_stays_a_quote() {
        let settings = Settings::lasting(&extra("log_line_prefix", "it's $HOME")).unwrap();
        assert!(settings.arguments(1).ends_with(r"-c log_line_prefix='it'\''s $HOME'"));
    }

    #[test]
    fn a_name_that_is_not_a_name_is_refused() {
        for name in ["", "port; rm", "a b", "-c", "9x"] {
            assert!(matches!(Settings::lasting(&extra(name, "1")), Err(Error::Setting { .. })), "{name}");
        }
    }
}
