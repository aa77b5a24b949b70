//! Puts what an expression writes out, compares, multiplies or looks up through filters that weigh it: the language
//! itself charges for none of that before it is done.

mod level;

use std::ops::Range;

use super::words::OPERATOR_WORDS;
use level::{Atom, Bracket, Level, Need, Term, Test};

/// How many digits an index has that is not worth a look at what it is an index of.
const SHORT_INDEX: usize = 4;

/// Follows the operands of the operators through an expression.
pub(super) struct Operands {
    levels: Vec<Level>,
    edits: Vec<(usize, &'static str)>,
    /// Up to where signs are read: an operator may have two.
    read: usize,
    /// Whether the next `in` belongs to the statement.
    binds: bool,
}

impl Operands {
    /// Those of an expression.
    pub(super) fn new() -> Self {
        Self { levels: vec![Level::new(Bracket::Other)], edits: Vec::new(), read: 0, binds: false }
    }

    /// Those of the statement with this word.
    pub(super) fn of(statement: &str) -> Self {
        Self { binds: statement == "for", ..Self::new() }
    }

    /// What is to be put into the source, and where, once the code ends here.
    pub(super) fn edits(mut self, at: usize) -> Vec<(usize, &'static str)> {
        self.end_term(at, Need::Nothing);
        self.edits
    }

    /// At a text.
    pub(super) fn text(&mut self, at: usize) {
        self.operand(Atom::constant(at, true));
    }

    /// At a word that is no attribute and no name of a filter.
    pub(super) fn word(&mut self, word: &str, place: Range<usize>) -> Result<(), String> {
        if self.top().takes_operand() {
            return self.first_word(word, place);
        }
        match (self.top().test(), word) {
            (Test::Awaited, "not") => {}
            (Test::Awaited, _) => self.set_test(Test::Named),
            (_, "is") => self.set_test(Test::Awaited),
            (_, "and" | "or" | "else") => self.operator(place.start, Need::Nothing, Need::Nothing),
            // The language takes whatever else follows for what the test is given.
            (Test::Named, _) => return self.name(word, place.start),
            (_, "if") => self.operator(place.start, Need::Nothing, Need::Nothing),
            (_, "in" | "not") => self.membership(word, place.start),
            _ => return self.name(word, place.start),
        }
        Ok(())
    }

    fn first_word(&mut self, word: &str, place: Range<usize>) -> Result<(), String> {
        let top = self.top();
        let negates = word == "not" && !top.tight && top.term.is_none();
        if std::mem::take(&mut top.negated) && word == "in" {
            top.tight = true;
            return Ok(());
        }
        if negates {
            return Ok(());
        }
        let number = word.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if number || matches!(word, "true" | "True" | "false" | "False" | "none" | "None") {
            self.operand(Atom::constant(place.start, number && place.len() <= SHORT_INDEX));
            return Ok(());
        }
        self.name(word, place.start)
    }

    /// The language would take a word of its own for a name where no operator can stand.
    fn name(&mut self, word: &str, at: usize) -> Result<(), String> {
        if OPERATOR_WORDS.contains(&word) {
            return Err(format!("`{word}` is not a name"));
        }
        self.operand(Atom::new(at));
        Ok(())
    }

    fn membership(&mut self, word: &str, at: usize) {
        if std::mem::take(&mut self.binds) {
            return self.operator(at, Need::Nothing, Need::Nothing);
        }
        self.operator(at, Need::Weight, Need::Search);
        self.top().negated = word == "not";
    }

    /// At a sign that is neither of a text nor of a bracket, and the one behind it.
    pub(super) fn sign(&mut self, sign: u8, next: Option<u8>, at: usize) -> Result<(), String> {
        if at < self.read {
            return Ok(());
        }
        let twice = matches!(
            (sign, next),
            (b'*', Some(b'*')) | (b'/', Some(b'/')) | (b'=' | b'!' | b'<' | b'>', Some(b'='))
        );
        self.read = at + 1 + usize::from(twice);
        let first = self.top().takes_operand();
        match sign {
            b'-' | b'+' if self.top().test() == Test::Named => self.set_test(Test::Given),
            b'*' if first => return Err("a list of arguments is not spread".to_owned()),
            b'-' | b'+' if first => {
                self.top().term.get_or_insert_with(|| Term::new(at)).arithmetic = true;
            }
            b'*' => self.factor(at, !twice),
            b'/' | b'%' => self.factor(at, false),
            b'~' | b'+' | b'<' | b'>' | b'!' => self.operator(at, Need::Weight, Need::Weight),
            b'=' if twice => self.operator(at, Need::Weight, Need::Weight),
            b'-' => {
                self.operator(at, Need::Nothing, Need::Nothing);
                self.top().tight = true;
            }
            b'=' => self.operator(at, Need::Nothing, Need::Nothing),
            b',' | b':' => self.separator(sign, at),
            b'|' => self.filter(),
            _ => {}
        }
        Ok(())
    }

    fn filter(&mut self) {
        if let Some(atom) = self.top().atom_mut() {
            *atom = Atom { constant: false, closed: true, test: Test::None, ..Atom::new(atom.start) };
        }
    }

    fn separator(&mut self, sign: u8, at: usize) {
        self.operator(at, Need::Nothing, Need::Nothing);
        match &mut self.top().bracket {
            Bracket::Mapping { key } => *key = sign == b',',
            Bracket::Subscript { sliced, .. } => *sliced = true,
            Bracket::Other => {}
        }
    }

    /// At an opening bracket.
    pub(super) fn open(&mut self, sign: u8, at: usize) {
        let after = !self.top().takes_operand();
        let argument = self.top().test() == Test::Named && sign != b'(';
        if !after || argument {
            self.operand(Atom::new(at));
        }
        self.levels.push(Level::new(match sign {
            b'{' => Bracket::Mapping { key: true },
            b'[' if after && !argument => Bracket::Subscript { at, sliced: false },
            _ => Bracket::Other,
        }));
    }

    /// At a closing bracket.
    pub(super) fn close(&mut self, at: usize) -> Result<(), String> {
        self.end_term(at, Need::Nothing);
        if self.levels.len() == 1 {
            return Ok(());
        }
        let Some(inner) = self.levels.pop() else { return Ok(()) };
        if let Bracket::Subscript { at: opened, sliced } = inner.bracket
            && (inner.computed || sliced)
        {
            self.subscript(opened, sliced, at)?;
        }
        if let Some(atom) = self.top().atom_mut() {
            atom.constant = false;
            if atom.test == Test::Named {
                atom.test = Test::None;
            }
        }
        Ok(())
    }

    /// Weighs that out of which something is taken, and makes a list of the part of a list.
    fn subscript(&mut self, opened: usize, sliced: bool, closed: usize) -> Result<(), String> {
        let Some(atom) = self.top().atom() else { return Ok(()) };
        let start = atom.start;
        if atom.test == Test::Given {
            return Err("what a test is given stands in brackets when it is computed".to_owned());
        }
        // The language refuses a subscript there.
        if atom.closed {
            return Ok(());
        }
        self.edits.extend([(start, "("), (opened, "|opened)")]);
        if sliced {
            self.edits.extend([(start, "("), (closed + 1, "|whole)")]);
        }
        Ok(())
    }

    fn operand(&mut self, atom: Atom) {
        match self.top().test() {
            Test::Named | Test::Given => {
                let start = atom.start;
                if let Some(tested) = self.top().atom_mut() {
                    *tested = Atom { closed: true, test: Test::Given, ..Atom::new(start) };
                }
            }
            Test::None | Test::Awaited => self.top().begin(atom),
        }
    }

    fn set_test(&mut self, test: Test) {
        if let Some(atom) = self.top().atom_mut() {
            *atom = Atom { closed: true, test, ..Atom::new(atom.start) };
        }
    }

    /// At an operator that binds as tightly as a product.
    fn factor(&mut self, at: usize, product: bool) {
        self.end_atom(at, product);
        if let Some(term) = &mut self.top().term {
            term.arithmetic = true;
            term.product |= product;
            term.factor = product;
            term.atom = None;
        }
    }

    /// At an operator that binds less, with what it asks for on both sides.
    fn operator(&mut self, at: usize, left: Need, right: Need) {
        self.end_term(at, left);
        let top = self.top();
        top.before = right;
        top.tight = right != Need::Nothing;
        top.computed = true;
    }

    fn end_atom(&mut self, at: usize, product: bool) {
        let Some(term) = &self.top().term else { return };
        if (term.factor || product) && term.atom.as_ref().is_some_and(|atom| !atom.constant) {
            self.edits.push((at, "|factor "));
        }
    }

    fn end_term(&mut self, at: usize, after: Need) {
        self.end_atom(at, false);
        let top = self.top();
        let need = after.max(top.before).max(top.least());
        let Some(Term { start, arithmetic, product, atom, .. }) = top.term.take() else { return };
        top.computed |= arithmetic || !atom.as_ref().is_some_and(|atom| atom.short);
        let plain = !arithmetic && atom.is_some_and(|atom| !atom.constant);
        match need {
            Need::Nothing => {}
            Need::Search | Need::Weight if product => self.edits.extend([(start, "("), (at, ")|weighed ")]),
            Need::Search if plain => self.edits.push((at, "|searched ")),
            Need::Weight if plain => self.edits.push((at, "|weighed ")),
            Need::Search | Need::Weight => {}
        }
    }

    fn top(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::new(Bracket::Other));
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::scan::expression;

    #[test]
    fn what_walks_over_a_value_weighs_it_before() {
        for (source, bounded) in [
            ("a.b", "a.b"),
            ("a and b or not c", "a and b or not c"),
            ("a if b else 1", "a if b else 1"),
            ("f(a, b=c)|list", "f(a, b=c)|list"),
            ("1 + 2.5 ~ 'x'", "1 + 2.5 ~ 'x'"),
            ("0xff + 1e-5 - 1_0.e5 ** 2E+3", "0xff + 1e-5 - 1_0.e5 ** 2E+3"),
            ("1. in b", "1. in b|searched "),
            ("a. b in c", "a. b |weighed in c|searched "),
            ("a1.e2e + b.1.e2e", "a1.e2e |weighed + b.1.e2e|weighed "),
            ("a - b / c", "a - b / c"),
            ("a + b", "a |weighed + b|weighed "),
            ("a.b ~ c[0]", "a.b |weighed ~ c[0]|weighed "),
            ("a|upper == 'x'", "a|upper |weighed == 'x'"),
            ("-a < b", "-a < b|weighed "),
            ("a in b", "a |weighed in b|searched "),
            ("a not in b + c", "a |weighed not in b |weighed + c|weighed "),
            ("a * 2", "a |factor * 2"),
            ("-a * b ~ c", "(-a |factor * b |factor )|weighed ~ c|weighed "),
            ("a is eq b == c", "a is eq b |weighed == c|weighed "),
            ("a is in [b]", "a is in [b]"),
            ("{a: b}", "{a|weighed : b}"),
            ("a[b]", "(a|opened)[b|weighed ]"),
            ("a['b'][-1]", "(a['b']|opened)[-1]"),
            ("a[1:]", "((a|opened)[1:]|whole)"),
            ("a.b[:c][d]", "(((a.b|opened)[:c|weighed ]|whole)|opened)[d|weighed ]"),
        ] {
            assert_eq!(expression(source).as_deref(), Ok(bounded), "{source}");
        }
    }

    #[test]
    fn what_the_language_reads_in_its_own_way_is_refused() {
        for source in [
            "f(*a)",
            "f(**a)",
            "a == not in b",
            "a is odd in b",
            "a ~ in",
            "a is eq b[c]",
            "- not a",
            "a * not b",
        ] {
            assert!(expression(source).is_err(), "{source}");
        }
    }
}
