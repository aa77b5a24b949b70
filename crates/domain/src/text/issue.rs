/// Why a text was refused. Lengths count Unicode characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextIssue {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Too short to be told from the text around it.
    #[error("must have at least {min} characters")]
    TooShort {
        /// The bound, in characters.
        min: usize,
    },
    /// Longer than the field may be.
    #[error("must have at most {max} characters")]
    TooLong {
        /// The bound, in characters.
        max: usize,
    },
    /// A control character, or U+0000, which PostgreSQL cannot store.
    #[error("must not contain control characters")]
    ControlCharacter,
    /// Not an e-mail address.
    #[error("must be an e-mail address such as ada@example.com")]
    NotAnEmail,
    /// Not a slug.
    #[error("must be lower-case words of a-z and 0-9 joined by single hyphens")]
    NotASlug,
    /// Not the name of a credential.
    #[error("must be lower-case words of a-z and 0-9 joined by single hyphens, underscores or dots")]
    NotACredentialName,
    /// More than visible characters of ASCII.
    #[error("must be visible ASCII characters")]
    NotVisibleAscii,
    /// The user name of Basic authentication ends at the first colon.
    #[error("must not contain a colon")]
    Colon,
    /// Not the name of an HTTP header.
    #[error("must be the name of an HTTP header")]
    NotAHeaderName,
    /// A header that belongs to the connection.
    #[error("must not name a header by which HTTP connections are run")]
    ReservedHeader,
    /// A key that says it is base64, and is not.
    #[error("must be base64 after whsec_")]
    NotBase64,
    /// Not an absolute http or https URL.
    #[error("must be an absolute http or https URL")]
    NotAUrl,
    /// Not a telephone number.
    #[error("must be a telephone number of 3 to 20 digits; +, spaces and ()-./ may join them")]
    NotAPhone,
}

impl TextIssue {
    /// The stable word of this issue, part of the public API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacter => "control_character",
            Self::NotAnEmail => "not_an_email",
            Self::NotASlug => "not_a_slug",
            Self::NotACredentialName => "not_a_credential_name",
            Self::NotVisibleAscii => "not_visible_ascii",
            Self::Colon => "colon",
            Self::NotAHeaderName => "not_a_header_name",
            Self::ReservedHeader => "reserved_header",
            Self::NotBase64 => "not_base64",
            Self::NotAUrl => "not_a_url",
            Self::NotAPhone => "not_a_phone",
        }
    }
}

/// Trims a text of one line and holds it to `1..=max` characters.
pub(crate) fn line(text: &str, max: usize) -> Result<String, TextIssue> {
    bounded(text, max, char::is_control)
}

/// Trims a text that may have line breaks and tabs, and holds it to `1..=max` characters.
pub(crate) fn lines(text: &str, max: usize) -> Result<String, TextIssue> {
    bounded(text, max, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn bounded(text: &str, max: usize, refused: fn(char) -> bool) -> Result<String, TextIssue> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextIssue::Empty);
    }
    if text.chars().any(refused) {
        return Err(TextIssue::ControlCharacter);
    }
    if text.chars().count() > max {
        return Err(TextIssue::TooLong { max });
    }
    Ok(text.to_owned())
}
