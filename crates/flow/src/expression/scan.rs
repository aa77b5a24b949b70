//! What the template language would accept and we would not: a look at the source before it is parsed.
//!
//! The parser of the language recurses along chains of operators without a bound, so a source that could
//! exhaust the stack must never reach it.

mod binding;
mod chains;
mod words;

use binding::Binding;
use chains::Chains;
use words::{FILTERS, OPERATOR_WORDS, STATEMENTS};

/// The longest template.
const MAX_TEMPLATE: usize = 256 * 1024;
/// The longest expression.
const MAX_EXPRESSION: usize = 16 * 1024;
/// The most `elif` of a template, which nest although they do not look like it.
const MAX_ELIF: usize = 60;

/// Whether a text has nothing for the template language in it.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.as_bytes().windows(2).any(|pair| matches!(pair, b"{{" | b"{%" | b"{#"))
}

/// Refuses a template that the parser must not see, and gives it back with a bound on everything it binds to a name.
pub(super) fn template(source: &str) -> Result<String, String> {
    if source.len() > MAX_TEMPLATE {
        return Err(format!("a template has at most {MAX_TEMPLATE} bytes"));
    }
    let mut scan = Scan { source: source.as_bytes(), at: 0, elifs: 0 };
    let mut edits = Vec::new();
    while let Some(marker) = scan.next_marker() {
        match marker {
            b'#' => scan.comment(),
            b'%' => {
                let mut binding = scan.statement()?;
                scan.code(Some(*b"%}"), &mut binding)?;
                edits.extend(binding.edits());
            }
            _ => {
                scan.skip_sign();
                scan.code(Some(*b"}}"), &mut Binding::none())?;
            }
        }
    }
    Ok(edited(source, &edits))
}

/// A text with others put in at these places, the first place first.
fn edited(source: &str, edits: &[(usize, &str)]) -> String {
    let mut text =
        String::with_capacity(source.len() + edits.iter().map(|(_, edit)| edit.len()).sum::<usize>());
    let mut done = 0;
    for (at, edit) in edits {
        text.push_str(&source[done..*at]);
        text.push_str(edit);
        done = *at;
    }
    text.push_str(&source[done..]);
    text
}

/// Refuses an expression that the parser must not see.
pub(super) fn expression(source: &str) -> Result<(), String> {
    if source.len() > MAX_EXPRESSION {
        return Err(format!("an expression has at most {MAX_EXPRESSION} bytes"));
    }
    Scan { source: source.as_bytes(), at: 0, elifs: 0 }.code(None, &mut Binding::none())
}

struct Scan<'a> {
    source: &'a [u8],
    at: usize,
    elifs: usize,
}

impl Scan<'_> {
    /// Moves behind the next opening marker, and says which it is.
    fn next_marker(&mut self) -> Option<u8> {
        let rest = self.source.get(self.at..)?;
        let found =
            rest.windows(2).position(|pair| pair[0] == b'{' && matches!(pair[1], b'{' | b'%' | b'#'))?;
        self.at += found + 2;
        Some(rest[found + 1])
    }

    fn comment(&mut self) {
        let rest = &self.source[self.at..];
        let length = rest.windows(2).position(|pair| pair == b"#}").map_or(rest.len(), |end| end + 2);
        self.at += length;
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn skip_sign(&mut self) {
        if matches!(self.peek(), Some(b'-' | b'+')) {
            self.at += 1;
        }
    }

    fn statement(&mut self) -> Result<Binding, String> {
        self.skip_sign();
        self.skip_spaces();
        let word = self.word();
        if !STATEMENTS.contains(&word.as_str()) {
            return Err(format!("there is no statement `{word}`"));
        }
        self.elifs += usize::from(word == "elif");
        if self.elifs > MAX_ELIF {
            return Err(format!("a template has at most {MAX_ELIF} `elif`"));
        }
        Ok(Binding::of(&word))
    }

    /// Walks over code up to its end, and bounds the chains in it.
    fn code(&mut self, end: Option<[u8; 2]>, binding: &mut Binding) -> Result<(), String> {
        let mut chains = Chains::new();
        while let Some(byte) = self.peek() {
            let start = self.at;
            if chains.open == 0 && self.ends(end) {
                binding.close(start);
                return Ok(());
            }
            if is_word(byte) {
                let word = self.word();
                if OPERATOR_WORDS.contains(&word.as_str()) {
                    chains.link()?;
                }
                if chains.open == 0 {
                    binding.word(&word, start..self.at)?;
                }
            } else {
                self.sign(byte, &mut chains, binding)?;
            }
        }
        Ok(())
    }

    /// Walks over what is no word.
    fn sign(&mut self, byte: u8, chains: &mut Chains, binding: &mut Binding) -> Result<(), String> {
        let start = self.at;
        match byte {
            b'\'' | b'"' => {
                self.text(byte);
                return Ok(());
            }
            b'(' | b'[' | b'{' => chains.enter()?,
            b')' | b']' | b'}' => chains.leave(),
            b',' => chains.restart(),
            b'|' | b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'.' | b'=' | b'<' | b'>' | b'!' => {
                chains.link()?;
            }
            _ => {}
        }
        self.at += 1;
        match byte {
            b'|' => self.filter()?,
            b'.' => self.attribute()?,
            _ => {}
        }
        match byte {
            b'=' if chains.open == 0 && self.is_assignment(start) => binding.open(self.at),
            b',' if chains.open == 0 => binding.comma(start),
            b'.' => {}
            _ if byte.is_ascii_whitespace() => {}
            _ => binding.builds(),
        }
        Ok(())
    }

    /// Whether a sign of equality stands alone.
    fn is_assignment(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.source[before]);
        let compares = before.is_some_and(|before| matches!(before, b'=' | b'!' | b'<' | b'>'));
        !compares && self.source.get(at + 1) != Some(&b'=')
    }

    /// A loop keeps what its method `changed` is given: with itself in it, nothing would ever be freed.
    fn attribute(&mut self) -> Result<(), String> {
        self.skip_spaces();
        let name = self.word();
        self.skip_spaces();
        if name == "changed" && self.peek() == Some(b'(') {
            return Err("there is no method `changed`".to_owned());
        }
        Ok(())
    }

    fn filter(&mut self) -> Result<(), String> {
        self.skip_spaces();
        let name = self.word();
        if name.is_empty() || FILTERS.contains(&name.as_str()) {
            Ok(())
        } else {
            Err(format!("there is no filter `{name}`"))
        }
    }

    fn ends(&mut self, end: Option<[u8; 2]>) -> bool {
        let Some(end) = end else { return false };
        let rest = &self.source[self.at..];
        let sign = usize::from(matches!(rest.first(), Some(b'-' | b'+')));
        for skip in [sign, 0] {
            if rest[skip..].starts_with(&end) {
                self.at += skip + end.len();
                return true;
            }
        }
        false
    }

    fn text(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == quote {
                return;
            }
        }
    }

    fn word(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.source[start..self.at]).into_owned()
    }

    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
