use std::fmt;

use super::issue::line;
use crate::TextIssue;

/// An absolute `http` or `https` URL, at most 2,048 characters. It is stored, shown and never fetched here.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HttpUrl(String);

impl HttpUrl {
    /// The most characters a URL may have.
    pub const MAX: usize = 2_048;

    /// Trims and checks a URL: scheme, host, no credentials, no white space.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or not such a URL.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        let text = line(text, Self::MAX)?;
        let (scheme, rest) = text.split_once("://").ok_or(TextIssue::NotAUrl)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let valid = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
            && is_authority(authority)
            && !text.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}']);
        if valid { Ok(Self(text)) } else { Err(TextIssue::NotAUrl) }
    }

    /// The URL as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    };
    let is_ipv6 = host.starts_with('[') && host.ends_with(']') && host.len() > 2;
    let is_name = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-._".contains(c));
    (is_ipv6 || is_name) && port.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_web_addresses_are_taken() {
        for text in ["https://example.com", "HTTP://a.b:8080/x?y=z#w", "http://[::1]/"] {
            assert!(HttpUrl::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "example.com",
            "javascript:alert(1)",
            "ftp://a.b",
            "https://",
            "https://user:pw@a.b",
            "https://a b",
        ] {
            assert_eq!(HttpUrl::parse(text), Err(TextIssue::NotAUrl), "{text}");
        }
    }
}
