use chrono::{DateTime, SecondsFormat, Utc};
use zeroize::Zeroizing;

use super::{BadKeyring, Keyring, RingKey};
use crate::SigningKey;

impl Keyring {
    /// Reads a ring: a line for each key, with the key in base64 and the instant from which it signs (RFC 3339). A
    /// line without an instant is a key that signs from the beginning, `#` begins a comment.
    ///
    /// # Errors
    /// [`BadKeyring`], naming the line that is at fault, never what is in it.
    pub fn parse(text: &str) -> Result<Self, BadKeyring> {
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, content(line)));
        let keys = lines.filter(|(_, content)| !content.is_empty());
        Self::new(
            keys.map(|(line, content)| read(content).ok_or(BadKeyring::Line { line }))
                .collect::<Result<_, _>>()?,
        )
    }

    /// The ring as text, to be kept where nobody else can read it.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::from("# key and the instant from which it signs\n"));
        for RingKey { key, signs_from } in self.keys() {
            text.push_str(&key.to_base64());
            text.push(' ');
            text.push_str(&signs_from.to_rfc3339_opts(SecondsFormat::AutoSi, true));
            text.push('\n');
        }
        text
    }
}

/// What a line says before its comment.
fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

fn read(content: &str) -> Option<RingKey> {
    let mut words = content.split_whitespace();
    let key = SigningKey::parse(words.next()?).ok()?;
    let signs_from = words.next().map_or(Some(DateTime::UNIX_EPOCH), instant)?;
    words.next().is_none().then_some(RingKey { key, signs_from })
}

fn instant(word: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(word).ok().map(|instant| instant.to_utc())
}
