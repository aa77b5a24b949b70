/// What is between two brackets, as far as it is read.
pub(super) struct Level {
    pub(super) bracket: Bracket,
    /// What the operator before the term asks for.
    pub(super) before: Need,
    /// Whether that binds more tightly than a `not`.
    pub(super) tight: bool,
    /// Behind a `not` that an `in` follows.
    pub(super) negated: bool,
    /// Whether it is more than one short constant.
    pub(super) computed: bool,
    pub(super) term: Option<Term>,
}

/// What opened a level.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    /// That of a list, of arguments, or none.
    Other,
    /// That of a mapping, before the colon or behind it.
    Mapping { key: bool },
    /// That behind a value, to take something out of it.
    Subscript { at: usize, sliced: bool },
}

/// What has to be done with an operand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Nothing,
    /// Something is looked for in it.
    Search,
    /// It is written or compared.
    Weight,
}

/// What binds at least as tightly as a product.
pub(super) struct Term {
    pub(super) start: usize,
    /// Whether it has arithmetic in it, which gives a number or nothing.
    pub(super) arithmetic: bool,
    /// Whether it has a product in it, which may be one of a text.
    pub(super) product: bool,
    /// Whether the atom is behind the sign of a product.
    pub(super) factor: bool,
    pub(super) atom: Option<Atom>,
}

/// A constant, a name, or brackets, with all that is taken out of it or done to it.
pub(super) struct Atom {
    pub(super) start: usize,
    pub(super) constant: bool,
    /// Whether it is a text, or a number of few digits.
    pub(super) short: bool,
    /// Whether a filter or a test stands behind it, behind which no subscript can stand.
    pub(super) closed: bool,
    pub(super) test: Test,
}

/// How much of a test is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    None,
    /// Its name is to follow.
    Awaited,
    /// An argument may follow.
    Named,
    /// Its argument is being read.
    Given,
}

impl Level {
    pub(super) const fn new(bracket: Bracket) -> Self {
        Self { bracket, before: Need::Nothing, tight: false, negated: false, computed: false, term: None }
    }

    /// Whether an operand is to follow.
    pub(super) fn takes_operand(&self) -> bool {
        self.atom().is_none()
    }

    pub(super) fn atom(&self) -> Option<&Atom> {
        self.term.as_ref()?.atom.as_ref()
    }

    pub(super) fn atom_mut(&mut self) -> Option<&mut Atom> {
        self.term.as_mut()?.atom.as_mut()
    }

    pub(super) fn test(&self) -> Test {
        self.atom().map_or(Test::None, |atom| atom.test)
    }

    pub(super) fn begin(&mut self, atom: Atom) {
        let start = atom.start;
        self.term.get_or_insert_with(|| Term::new(start)).atom = Some(atom);
    }

    /// What is asked for wherever a term stands here.
    pub(super) const fn least(&self) -> Need {
        match self.bracket {
            Bracket::Mapping { key: true } | Bracket::Subscript { .. } => Need::Weight,
            Bracket::Mapping { key: false } | Bracket::Other => Need::Nothing,
        }
    }
}

impl Term {
    pub(super) const fn new(start: usize) -> Self {
        Self { start, arithmetic: false, product: false, factor: false, atom: None }
    }
}

impl Atom {
    pub(super) const fn new(start: usize) -> Self {
        Self { start, constant: false, short: false, closed: false, test: Test::None }
    }

    pub(super) const fn constant(start: usize, short: bool) -> Self {
        Self { constant: true, short, ..Self::new(start) }
    }
}
