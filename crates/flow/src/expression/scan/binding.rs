use std::ops::Range;

/// Puts the values that a statement binds to names through the filter `kept`: what a name holds may be built upon by
/// the next statement, so it is bounded, and with it everything that many statements build together.
pub(super) struct Binding {
    form: Form,
    /// Where the value begins that is being read.
    begun: Option<usize>,
    /// Whether that is more than the path to a value that is there.
    built: bool,
    edits: Vec<(usize, &'static str)>,
}

/// How a statement says what it binds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Nothing,
    /// `name = value`
    Set,
    /// `name = value, name = value`
    With,
    /// `name in value`
    For,
}

impl Binding {
    pub(super) fn none() -> Self {
        Self::new(Form::Nothing)
    }

    /// That of the statement with this word.
    pub(super) fn of(statement: &str) -> Self {
        Self::new(match statement {
            "set" => Form::Set,
            "with" => Form::With,
            "for" => Form::For,
            _ => Form::Nothing,
        })
    }

    const fn new(form: Form) -> Self {
        Self { form, begun: None, built: false, edits: Vec::new() }
    }

    /// What is to be put into the source, and where.
    pub(super) fn edits(self) -> Vec<(usize, &'static str)> {
        self.edits
    }

    /// Behind a sign of assignment.
    pub(super) fn open(&mut self, at: usize) {
        if matches!(self.form, Form::Set | Form::With) {
            self.begin(at);
        }
    }

    /// At a comma.
    pub(super) fn comma(&mut self, at: usize) {
        match self.form {
            Form::With => self.close(at),
            Form::Nothing | Form::Set | Form::For => self.builds(),
        }
    }

    /// At a word.
    pub(super) fn word(&mut self, word: &str, place: Range<usize>) -> Result<(), String> {
        match (self.form, self.begun, word) {
            (Form::For, None, "in") => self.begin(place.end),
            // What it were called with would be bound without a bound.
            (Form::For, _, "recursive") => return Err("a loop does not call itself".to_owned()),
            (Form::For, Some(_), "if") => {
                self.close(place.start);
                self.form = Form::Nothing;
            }
            (_, _, "and" | "or" | "if" | "else" | "in" | "is" | "not") => self.builds(),
            _ => {}
        }
        Ok(())
    }

    /// At anything that may make a new value out of others.
    pub(super) fn builds(&mut self) {
        self.built = true;
    }

    /// Behind the value that is being read, if one is.
    pub(super) fn close(&mut self, at: usize) {
        if let Some(begun) = self.begun.take().filter(|_| self.built) {
            self.edits.extend([(begun, "("), (at, ")|kept ")]);
        }
    }

    fn begin(&mut self, at: usize) {
        self.begun = Some(at);
        self.built = false;
    }
}
