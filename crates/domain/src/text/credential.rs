//! What credentials are made of. What is secret keeps at least [`SECRET_MIN`] characters: anything shorter could not be
//! told from the text around it when it has to be taken out of it.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::issue::line;
use super::value::{Text, TextKind};
use crate::TextIssue;

/// The fewest characters of a secret.
pub(crate) const SECRET_MIN: usize = 8;
/// The most characters of a secret.
const SECRET_MAX: usize = 8_192;

/// By what flows refer to a credential: `^[a-z0-9]+([-_.][a-z0-9]+)*$`, at most 80 characters.
pub type CredentialName = Text<CredentialNameKind>;

/// What is sent as `Authorization: Bearer …`: 8 to 8,192 visible ASCII characters.
pub type BearerToken = Text<BearerTokenKind>;

/// The user name of Basic authentication: one line of 1 to 200 characters without a colon.
pub type BasicUsername = Text<BasicUsernameKind>;

/// The password of Basic authentication: 8 to 8,192 characters without control characters, taken as typed.
pub type BasicPassword = Text<BasicPasswordKind>;

/// The name of an HTTP header that carries a secret; none of those by which the connection itself is run.
pub type HeaderName = Text<HeaderNameKind>;

/// The value of an HTTP header: 8 to 8,192 visible ASCII characters and spaces.
pub type HeaderValue = Text<HeaderValueKind>;

/// The name of a parameter of a query string: one line of 1 to 200 characters.
pub type QueryName = Text<QueryNameKind>;

/// The value of a parameter of a query string: 8 to 8,192 characters without control characters, taken as typed.
pub type QueryValue = Text<QueryValueKind>;

/// The key of signatures: 8 to 8,192 characters without control characters, taken as typed, or `whsec_` and base64 as in
/// Standard Webhooks.
pub type SigningSecret = Text<SigningSecretKind>;

/// The kind of [`CredentialName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialNameKind {}

impl TextKind for CredentialNameKind {
    const MAX: usize = 80;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = line(text, Self::MAX)?;
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if text.split(['-', '_', '.']).all(is_word) { Ok(text) } else { Err(TextIssue::NotACredentialName) }
    }
}

/// The kind of [`BearerToken`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BearerTokenKind {}

impl TextKind for BearerTokenKind {
    const MAX: usize = SECRET_MAX;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = secret(text.trim())?;
        if text.bytes().all(|b| b.is_ascii_graphic()) { Ok(text) } else { Err(TextIssue::NotVisibleAscii) }
    }
}

/// The kind of [`BasicUsername`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BasicUsernameKind {}

impl TextKind for BasicUsernameKind {
    const MAX: usize = 200;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = line(text, Self::MAX)?;
        if text.contains(':') { Err(TextIssue::Colon) } else { Ok(text) }
    }
}

/// The kind of [`BasicPassword`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BasicPasswordKind {}

impl TextKind for BasicPasswordKind {
    const MAX: usize = SECRET_MAX;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        secret(text)
    }
}

/// The kind of [`HeaderName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeaderNameKind {}

/// Whoever sets one of these decides where a request ends or whom it reaches.
const OF_THE_CONNECTION: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl TextKind for HeaderNameKind {
    const MAX: usize = 100;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = line(text, Self::MAX)?;
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if !text.bytes().all(is_part) {
            return Err(TextIssue::NotAHeaderName);
        }
        if OF_THE_CONNECTION.iter().any(|name| text.eq_ignore_ascii_case(name)) {
            return Err(TextIssue::ReservedHeader);
        }
        Ok(text)
    }
}

/// The kind of [`HeaderValue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeaderValueKind {}

impl TextKind for HeaderValueKind {
    const MAX: usize = SECRET_MAX;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        // White space around a value is none of it (RFC 9110, section 5.5).
        let text = secret(text.trim())?;
        let is_part = |b: u8| b.is_ascii_graphic() || b == b' ';
        if text.bytes().all(is_part) { Ok(text) } else { Err(TextIssue::NotVisibleAscii) }
    }
}

/// The kind of [`QueryName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueryNameKind {}

impl TextKind for QueryNameKind {
    const MAX: usize = 200;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        line(text, Self::MAX)
    }
}

/// The kind of [`QueryValue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueryValueKind {}

impl TextKind for QueryValueKind {
    const MAX: usize = SECRET_MAX;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        secret(text)
    }
}

/// The kind of [`SigningSecret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SigningSecretKind {}

impl TextKind for SigningSecretKind {
    const MAX: usize = SECRET_MAX;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = secret(text)?;
        match text.strip_prefix(SigningSecret::PREFIX) {
            Some(encoded) if LENIENT.decode(encoded).is_err() => Err(TextIssue::NotBase64),
            Some(encoded) => secret(encoded).map(|_| text),
            None => Ok(text),
        }
    }
}

/// Some services leave the padding out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl SigningSecret {
    /// How a key begins that is written in base64 (Standard Webhooks).
    pub(crate) const PREFIX: &str = "whsec_";

    /// The key itself.
    pub(crate) fn key(&self) -> Vec<u8> {
        let encoded = self.as_str().strip_prefix(Self::PREFIX);
        let decoded = encoded.and_then(|encoded| LENIENT.decode(encoded).ok());
        decoded.unwrap_or_else(|| self.as_str().as_bytes().to_vec())
    }
}

fn secret(text: &str) -> Result<String, TextIssue> {
    if text.chars().any(char::is_control) {
        return Err(TextIssue::ControlCharacter);
    }
    match text.chars().count() {
        count if count < SECRET_MIN => Err(TextIssue::TooShort { min: SECRET_MIN }),
        count if count > SECRET_MAX => Err(TextIssue::TooLong { max: SECRET_MAX }),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_joined_by_single_signs_are_names() {
        for text in ["crm", "crm-2026", "acme_crm.token"] {
            assert!(CredentialName::parse(text).is_ok(), "{text}");
        }
        for text in ["CRM", "a--b", "a-_b", ".a", "a.", "a b", "ä"] {
            assert_eq!(CredentialName::parse(text), Err(TextIssue::NotACredentialName), "{text}");
        }
        let long = "a".repeat(81);
        assert_eq!(CredentialName::parse(&long), Err(TextIssue::TooLong { max: 80 }));
    }

    #[test]
    fn a_secret_is_neither_short_nor_broken_over_lines() {
        let too_short = Err(TextIssue::TooShort { min: 8 });
        assert_eq!(BearerToken::parse("seven77").map(drop), too_short);
        assert_eq!(BasicPassword::parse("hunter2").map(drop), too_short);
        assert_eq!(HeaderValue::parse("  seven77  ").map(drop), too_short);
        assert_eq!(QueryValue::parse("").map(drop), too_short);
        assert_eq!(SigningSecret::parse("whsec_YQ==").map(drop), too_short);
        for text in ["two\nlines of it", "a null \0 in it"] {
            assert_eq!(SigningSecret::parse(text), Err(TextIssue::ControlCharacter));
        }
        assert_eq!(BearerToken::parse(&"a".repeat(8_193)), Err(TextIssue::TooLong { max: 8_192 }));
    }

    #[test]
    fn what_goes_into_a_header_cannot_leave_it() {
        assert_eq!(BearerToken::parse(" abcd1234\n").unwrap().as_str(), "abcd1234");
        assert_eq!(BearerToken::parse("abcd 1234"), Err(TextIssue::NotVisibleAscii));
        assert_eq!(HeaderValue::parse("Token abcd1234").unwrap().as_str(), "Token abcd1234");
        assert_eq!(HeaderValue::parse("schlüssel"), Err(TextIssue::NotVisibleAscii));
        assert_eq!(HeaderName::parse("X-Api: Key"), Err(TextIssue::NotAHeaderName));
        for name in ["Host", "content-length", "Transfer-Encoding"] {
            assert_eq!(HeaderName::parse(name), Err(TextIssue::ReservedHeader), "{name}");
        }
        assert_eq!(BasicUsername::parse("ada:lovelace"), Err(TextIssue::Colon));
    }

    #[test]
    fn a_signing_key_is_base64_when_it_says_so() {
        let key = |text: &str| SigningSecret::parse(text).map(|secret| secret.key());
        assert_eq!(key("whsec_MTIzNDU2Nzg5MA==").unwrap(), b"1234567890");
        assert_eq!(key("whsec_MTIzNDU2Nzg5MA").unwrap(), b"1234567890");
        assert_eq!(key(" plain key ").unwrap(), b" plain key ");
        assert_eq!(key("whsec_not base64").unwrap_err(), TextIssue::NotBase64);
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", BearerToken::parse("abcd1234").unwrap()), "[redacted]");
        assert_eq!(format!("{:?}", SigningSecret::parse("abcd1234").unwrap()), "[redacted]");
    }
}
