//! What the template language would accept and we would not: a look at the source before it is parsed.
//!
//! The parser of the language recurses along chains of operators without a bound, so a source that could
//! exhaust the stack must never reach it.

mod binding;
mod chains;
mod operands;
mod words;

use binding::Binding;
use chains::Chains;
use operands::Operands;
use words::{FILTERS, OPERATOR_WORDS, STATEMENTS, is_number};

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

/// Refuses a template that the parser must not see, and gives it back with a bound on all that it binds and computes.
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
                let code = scan.statement()?;
                edits.extend(scan.code(Some(*b"%}"), code)?);
            }
            _ => {
                scan.skip_sign();
                edits.extend(scan.code(Some(*b"}}"), Code::expression())?);
            }
        }
    }
    Ok(edited(source, edits))
}

/// A text with others put in at these places; those for the same place stand as they come.
fn edited(source: &str, mut edits: Vec<(usize, &str)>) -> String {
    edits.sort_by_key(|(at, _)| *at);
    let mut text =
        String::with_capacity(source.len() + edits.iter().map(|(_, edit)| edit.len()).sum::<usize>());
    let mut done = 0;
    for (at, edit) in edits {
        text.push_str(&source[done..at]);
        text.push_str(edit);
        done = at;
    }
    text.push_str(&source[done..]);
    text
}

/// Refuses an expression that the parser must not see, and gives it back with a bound on all that it computes.
pub(super) fn expression(source: &str) -> Result<String, String> {
    if source.len() > MAX_EXPRESSION {
        return Err(format!("an expression has at most {MAX_EXPRESSION} bytes"));
    }
    if source.trim().is_empty() {
        return Err("an expression is not empty".to_owned());
    }
    let edits = Scan { source: source.as_bytes(), at: 0, elifs: 0 }.code(None, Code::alone())?;
    Ok(edited(source, edits))
}

/// What is known of the code that is being read.
struct Code {
    chains: Chains,
    binding: Binding,
    operands: Operands,
    /// Whether it is put between brackets, where a comma would make a list of it.
    alone: bool,
}

impl Code {
    fn expression() -> Self {
        Self { chains: Chains::new(), binding: Binding::none(), operands: Operands::new(), alone: false }
    }

    fn alone() -> Self {
        Self { alone: true, ..Self::expression() }
    }

    fn statement(word: &str) -> Self {
        Self { binding: Binding::of(word), operands: Operands::of(word), ..Self::expression() }
    }

    /// What is to be put into the source once the code ends here.
    fn edits(mut self, at: usize) -> Vec<(usize, &'static str)> {
        self.binding.close(at);
        let mut edits = self.operands.edits(at);
        edits.extend(self.binding.edits());
        edits
    }
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

    fn statement(&mut self) -> Result<Code, String> {
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
        Ok(Code::statement(&word))
    }

    /// Walks over code up to its end, and says what is to be put into it.
    fn code(&mut self, end: Option<[u8; 2]>, mut code: Code) -> Result<Vec<(usize, &'static str)>, String> {
        while let Some(byte) = self.peek() {
            let start = self.at;
            if code.chains.open == 0 && self.ends(end) {
                return Ok(code.edits(start));
            }
            match byte {
                b'\'' | b'"' => {
                    self.text(byte);
                    code.operands.text(start);
                }
                _ if is_word(byte) => self.any_word(&mut code)?,
                b'(' | b'[' | b'{' | b')' | b']' | b'}' => self.bracket(byte, &mut code)?,
                _ => self.sign(byte, &mut code)?,
            }
        }
        Ok(code.edits(self.at.min(self.source.len())))
    }

    fn any_word(&mut self, code: &mut Code) -> Result<(), String> {
        let start = self.at;
        let word = self.word();
        numeral(&word, is_digit_first(&word))?;
        if OPERATOR_WORDS.contains(&word.as_str()) {
            code.chains.link()?;
        }
        if code.chains.open == 0 {
            code.binding.word(&word, start..self.at)?;
        }
        code.operands.word(&word, start..self.at)
    }

    fn bracket(&mut self, byte: u8, code: &mut Code) -> Result<(), String> {
        let start = self.at;
        self.at += 1;
        code.binding.builds();
        if matches!(byte, b'(' | b'[' | b'{') {
            code.chains.enter()?;
            code.operands.open(byte, start);
            Ok(())
        } else if code.chains.open == 0 {
            Err("a bracket closes that is not open".to_owned())
        } else {
            code.chains.leave();
            code.operands.close(start)
        }
    }

    /// Walks over what is no word, no text and no bracket.
    fn sign(&mut self, byte: u8, code: &mut Code) -> Result<(), String> {
        let start = self.at;
        self.at += 1;
        match byte {
            b',' if code.alone && code.chains.open == 0 => {
                return Err("an expression is one value".to_owned());
            }
            b',' => code.chains.restart(),
            b'|' | b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'.' | b'=' | b'<' | b'>' | b'!' => {
                code.chains.link()?;
            }
            _ => {}
        }
        code.operands.sign(byte, self.peek(), start)?;
        match byte {
            b'|' => self.filter()?,
            b'.' => self.attribute()?,
            _ => {}
        }
        match byte {
            b'=' if code.chains.open == 0 && self.is_assignment(start) => code.binding.open(self.at),
            b',' if code.chains.open == 0 => code.binding.comma(start),
            b'.' => {}
            _ if byte.is_ascii_whitespace() => {}
            _ => code.binding.builds(),
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
        let number = self.is_behind_number();
        if number && !self.peek().is_some_and(is_word) {
            return Ok(());
        }
        let exponent = number
            && matches!(self.peek(), Some(b'e' | b'E'))
            && self.source.get(self.at + 1).is_some_and(u8::is_ascii_digit);
        self.skip_spaces();
        let name = self.word();
        numeral(&name, exponent || is_digit_first(&name))?;
        self.skip_spaces();
        if name == "changed" && self.peek() == Some(b'(') {
            return Err("there is no method `changed`".to_owned());
        }
        if name == "cycle" && self.is_bare_call() {
            return Err("`cycle` is given what it cycles through".to_owned());
        }
        Ok(())
    }

    /// Whether this point is that of a number; behind the `1` of `a.1` it is that of an attribute.
    fn is_behind_number(&self) -> bool {
        let before = &self.source[..self.at - 1];
        let word = before.iter().rev().take_while(|byte| is_word(**byte)).count();
        let (before, word) = before.split_at(before.len() - word);
        word.first().is_some_and(u8::is_ascii_digit) && before.last() != Some(&b'.')
    }

    /// Whether brackets follow with nothing in them.
    fn is_bare_call(&self) -> bool {
        let mut rest = self.source[self.at..].iter().filter(|byte| !byte.is_ascii_whitespace());
        rest.next() == Some(&b'(') && rest.next() == Some(&b')')
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

fn is_digit_first(word: &str) -> bool {
    word.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// Refuses a number with a word at its end, which would be missed.
fn numeral(word: &str, number: bool) -> Result<(), String> {
    if number && !is_number(word) { Err(format!("`{word}` is not a number")) } else { Ok(()) }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
