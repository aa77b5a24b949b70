use super::issue::line;
use super::value::{Text, TextKind};
use crate::TextIssue;

/// An absolute `http` or `https` URL, at most 2,048 characters. It is stored, shown and never fetched here.
pub type HttpUrl = Text<HttpUrlKind>;

/// The kind of [`HttpUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HttpUrlKind {}

impl TextKind for HttpUrlKind {
    const MAX: usize = 2_048;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = line(text, Self::MAX)?;
        let (scheme, rest) = text.split_once("://").ok_or(TextIssue::NotAUrl)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let valid = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
            && is_authority(authority)
            && !text.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}']);
        if valid { Ok(text) } else { Err(TextIssue::NotAUrl) }
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
