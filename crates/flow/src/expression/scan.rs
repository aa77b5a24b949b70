//! What the template language would accept and we would not: a look at the source before it is parsed.
//!
//! The parser of the language recurses along chains of operators without a bound, so a source that could
//! exhaust the stack must never reach it.

/// The longest template.
const MAX_TEMPLATE: usize = 256 * 1024;
/// The longest expression.
const MAX_EXPRESSION: usize = 16 * 1024;
/// The most operators that may depend on each other in one expression.
const MAX_CHAIN: usize = 120;
/// The most `elif` of a template, which nest although they do not look like it.
const MAX_ELIF: usize = 60;

const STATEMENTS: &[&str] =
    &["if", "elif", "else", "endif", "for", "endfor", "set", "with", "endwith", "filter", "endfilter"];

const OPERATOR_WORDS: &[&str] = &["not", "and", "or", "in", "is", "if", "else"];

/// The filters of the language.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "fromjson",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "zip",
];

/// Whether a text has nothing for the template language in it.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.as_bytes().windows(2).any(|pair| matches!(pair, b"{{" | b"{%" | b"{#"))
}

/// Refuses a template that the parser must not see.
pub(super) fn template(source: &str) -> Result<(), String> {
    if source.len() > MAX_TEMPLATE {
        return Err(format!("a template has at most {MAX_TEMPLATE} bytes"));
    }
    let mut scan = Scan { source: source.as_bytes(), at: 0, elifs: 0 };
    while let Some(marker) = scan.next_marker() {
        match marker {
            b'#' => scan.comment(),
            b'%' => {
                scan.statement()?;
                scan.code(Some(*b"%}"))?;
            }
            _ => {
                scan.skip_sign();
                scan.code(Some(*b"}}"))?;
            }
        }
    }
    Ok(())
}

/// Refuses an expression that the parser must not see.
pub(super) fn expression(source: &str) -> Result<(), String> {
    if source.len() > MAX_EXPRESSION {
        return Err(format!("an expression has at most {MAX_EXPRESSION} bytes"));
    }
    Scan { source: source.as_bytes(), at: 0, elifs: 0 }.code(None)
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

    fn skip_sign(&mut self) {
        if matches!(self.peek(), Some(b'-' | b'+')) {
            self.at += 1;
        }
    }

    fn statement(&mut self) -> Result<(), String> {
        self.skip_sign();
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
        let word = self.word();
        if !STATEMENTS.contains(&word.as_str()) {
            return Err(format!("there is no statement `{word}`"));
        }
        self.elifs += usize::from(word == "elif");
        if self.elifs > MAX_ELIF {
            return Err(format!("a template has at most {MAX_ELIF} `elif`"));
        }
        Ok(())
    }

    /// Walks over code up to its end, and bounds the chains in it.
    fn code(&mut self, end: Option<[u8; 2]>) -> Result<(), String> {
        let mut chains = Chains::new();
        while let Some(byte) = self.peek() {
            if chains.open == 0 && self.ends(end) {
                return Ok(());
            }
            match byte {
                b'\'' | b'"' => self.text(byte),
                b'(' | b'[' | b'{' => {
                    self.at += 1;
                    chains.enter()?;
                }
                b')' | b']' | b'}' => {
                    self.at += 1;
                    chains.leave();
                }
                b',' => {
                    self.at += 1;
                    chains.restart();
                }
                b'|' => {
                    self.at += 1;
                    chains.link()?;
                    self.filter()?;
                }
                b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'.' | b'=' | b'<' | b'>' | b'!' => {
                    self.at += 1;
                    chains.link()?;
                }
                _ if is_word(byte) => {
                    if OPERATOR_WORDS.contains(&self.word().as_str()) {
                        chains.link()?;
                    }
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn filter(&mut self) -> Result<(), String> {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
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

/// Counts, over all open brackets, the operators whose operands contain each other.
struct Chains {
    levels: Vec<usize>,
    total: usize,
    open: isize,
}

impl Chains {
    fn new() -> Self {
        Self { levels: vec![0], total: 0, open: 0 }
    }

    fn link(&mut self) -> Result<(), String> {
        if let Some(level) = self.levels.last_mut() {
            *level += 1;
        }
        self.total += 1;
        if self.total > MAX_CHAIN {
            return Err(format!("an expression nests at most {MAX_CHAIN} operators"));
        }
        Ok(())
    }

    fn enter(&mut self) -> Result<(), String> {
        self.link()?;
        self.open += 1;
        self.levels.push(0);
        Ok(())
    }

    fn leave(&mut self) {
        self.open -= 1;
        if self.levels.len() > 1 {
            self.total -= self.levels.pop().unwrap_or(0);
        }
    }

    fn restart(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.total -= std::mem::take(level);
        }
    }
}
