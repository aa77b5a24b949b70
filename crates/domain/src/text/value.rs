use std::fmt;
use std::marker::PhantomData;

use crate::TextIssue;

/// What texts of one kind have in common.
pub trait TextKind {
    /// The most characters one may have.
    const MAX: usize;
    /// Whether it is personal data or a secret, which is never printed.
    const PERSONAL: bool;

    /// Trims a text and checks it.
    ///
    /// # Errors
    /// [`TextIssue`] says what it must be instead.
    fn check(text: &str) -> Result<String, TextIssue>;
}

/// A text of a kind: parsed once where it comes in, never checked again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<K>(String, PhantomData<fn() -> K>);

impl<K: TextKind> Text<K> {
    /// The most characters it may have.
    pub const MAX: usize = K::MAX;

    /// Trims and checks a text that comes in.
    ///
    /// # Errors
    /// [`TextIssue`] says what it must be instead.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        K::check(text).map(Self::restore)
    }
}

impl<K> Text<K> {
    /// Takes what a store holds, as it is: one row that was written in another way, or under older rules, must not
    /// make a whole list unreadable. Only adapters call this.
    pub const fn restore(text: String) -> Self {
        Self(text, PhantomData)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<K: TextKind> fmt::Debug for Text<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if K::PERSONAL { f.write_str("[redacted]") } else { self.0.fmt(f) }
    }
}
