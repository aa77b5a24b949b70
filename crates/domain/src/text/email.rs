use super::issue::line;
use super::value::{Text, TextKind};
use crate::TextIssue;

/// An e-mail address as its owner typed it, trimmed; personal data.
pub type Email = Text<EmailKind>;

/// The most characters before the `@` (RFC 5321, section 4.5.3.1).
const LOCAL_MAX: usize = 64;

/// The kind of [`Email`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmailKind {}

impl TextKind for EmailKind {
    const MAX: usize = 254;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = line(text, Self::MAX)?;
        let (local, host) = text.rsplit_once('@').ok_or(TextIssue::NotAnEmail)?;
        let valid = is_local(local) && is_host(host) && text.chars().all(folds_alike);
        if valid { Ok(text) } else { Err(TextIssue::NotAnEmail) }
    }
}

impl Email {
    /// The form in which addresses are compared: lower case.
    pub fn folded(&self) -> String {
        self.as_str().to_lowercase()
    }
}

/// Whether every program folds this letter to the same one. Where two disagree, one address would be two for one of
/// them and a single one for the other: Turkish `İ` is `i` here and `i` with a dot above there.
fn folds_alike(c: char) -> bool {
    let mut lower = c.to_lowercase();
    c.is_ascii() || matches!((lower.next(), lower.next()), (Some(one), None) if !one.is_ascii())
}

fn is_local(local: &str) -> bool {
    let atoms = || local.split('.');
    local.chars().count() <= LOCAL_MAX && atoms().all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

fn is_atom(c: char) -> bool {
    // RFC 5322 atext, and letters beyond ASCII (RFC 6531).
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn is_host(host: &str) -> bool {
    host.contains('.') && host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.chars().count())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_typed() {
        for text in ["ada@example.com", " Ada.Lovelace+crm@Mail.Example.co.uk ", "jörg@bücher.example"] {
            assert_eq!(Email::parse(text).unwrap().as_str(), text.trim());
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "ada",
            "@example.com",
            "ada@",
            "ada@host",
            "a b@example.com",
            "ada@-x.com",
            "a..b@example.com",
            "ada@example..com",
            "admİn@example.com",
            "admin@\u{212a}airo.example",
        ] {
            assert_eq!(Email::parse(text), Err(TextIssue::NotAnEmail), "{text}");
        }
        assert_eq!(Email::parse("  "), Err(TextIssue::Empty));
        assert_eq!(Email::parse("a\0@example.com"), Err(TextIssue::ControlCharacter));
        let long = format!("{}@example.com", "a".repeat(Email::MAX));
        assert_eq!(Email::parse(&long), Err(TextIssue::TooLong { max: Email::MAX }));
    }

    #[test]
    fn an_address_is_never_printed() {
        assert_eq!(format!("{:?}", Email::parse("ada@example.com").unwrap()), "[redacted]");
    }
}
