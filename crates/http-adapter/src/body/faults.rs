use std::ops::ControlFlow;

use deserr::{DeserializeError, ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};

use crate::problem::{Fault, Problem, escaped};

/// Everything that is wrong with a body, gathered while it is read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Reading stops here: a body of a thousand unknown fields needs no answer that is larger than itself.
    const MAX: usize = 100;

    pub(crate) fn one(fault: Fault) -> Self {
        Self(vec![fault])
    }

    pub(crate) fn at(place: ValuePointerRef, code: &'static str, message: impl Into<String>) -> Self {
        Self::one(Fault::new(pointer(place), code, message))
    }

    /// A fault somewhere inside of a value; `inside` is a pointer from there.
    pub(crate) fn below(
        place: ValuePointerRef,
        inside: &str,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::one(Fault::new(format!("{}{inside}", pointer(place)), code, message))
    }

    /// These faults and those.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The answer; the faults are in the order of their pointers, whatever the order of the body.
    pub(crate) fn into_problem(mut self) -> Problem {
        self.0.sort();
        Problem::invalid(self.0)
    }

    #[cfg(test)]
    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

impl MergeWithError<Self> for Faults {
    fn merge(self_: Option<Self>, other: Self, _: ValuePointerRef) -> ControlFlow<Self, Self> {
        let mut faults = self_.unwrap_or_default();
        faults.0.extend(other.0);
        if faults.0.len() < Self::MAX { ControlFlow::Continue(faults) } else { ControlFlow::Break(faults) }
    }
}

impl DeserializeError for Faults {
    fn error<V: IntoValue>(
        self_: Option<Self>,
        error: ErrorKind<V>,
        location: ValuePointerRef,
    ) -> ControlFlow<Self, Self> {
        let found = match error {
            ErrorKind::IncorrectValueKind { actual, accepted } => {
                let message = format!("must be {}, not {}", one_of(accepted), word(actual.kind()));
                Self::at(location, "wrong_type", message)
            }
            ErrorKind::MissingField { field } => {
                Self::at(location.push_key(field), "required", "must be given")
            }
            ErrorKind::UnknownKey { key, accepted } => {
                let message = format!("is not a field; the fields are {}", accepted.join(", "));
                Self::at(location.push_key(key), "unknown_field", message)
            }
            ErrorKind::UnknownValue { accepted, .. } => {
                Self::at(location, "unknown_word", format!("must be one of {}", accepted.join(", ")))
            }
            ErrorKind::BadSequenceLen { expected, .. } => {
                Self::at(location, "wrong_length", format!("must have {expected} items"))
            }
            ErrorKind::Unexpected { msg } => Self::at(location, "invalid", msg),
        };
        Self::merge(self_, found, location)
    }
}

fn one_of(kinds: &[ValueKind]) -> String {
    let mut words: Vec<_> = kinds.iter().copied().map(word).collect();
    words.dedup();
    words.join(" or ")
}

const fn word(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Null => "null",
        ValueKind::Boolean => "a boolean",
        ValueKind::Integer | ValueKind::NegativeInteger => "a whole number",
        ValueKind::Float => "a number",
        ValueKind::String => "a string",
        ValueKind::Sequence => "an array",
        ValueKind::Map => "an object",
    }
}

/// A place as a JSON pointer (RFC 6901).
fn pointer(place: ValuePointerRef) -> String {
    match place {
        ValuePointerRef::Origin => String::new(),
        ValuePointerRef::Key { key, prev } => format!("{}/{}", pointer(*prev), escaped(key)),
        ValuePointerRef::Index { index, prev } => format!("{}/{index}", pointer(*prev)),
    }
}
