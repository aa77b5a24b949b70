use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A value of a field that lists filter and sort by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A text, compared by code points.
    Text(String),
    /// An instant.
    Time(DateTime<Utc>),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Flag(bool),
    /// The id of another thing.
    Id(Uuid),
}

/// How the values of a field are written and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text, compared as it is.
    Text,
    /// Text compared without case, such as e-mail addresses.
    Caseless,
    /// One of a closed list of words.
    Word(&'static [&'static str]),
    /// An instant, RFC 3339.
    Time,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// The id of another thing.
    Id,
}

/// A field of an aggregate that lists can filter or sort by.
pub trait Field: Copy + Eq + Send + Sync + 'static {
    /// Every field.
    const ALL: &'static [Self];

    /// Its public name, camelCase.
    fn name(self) -> &'static str;

    /// How its values are written and compared.
    fn kind(self) -> FieldKind;

    /// The operators a filter may use on it; each is served by an index. None for what a list is always of, such as
    /// the lead of a timeline.
    fn operators(self) -> &'static [crate::Operator];

    /// Whether lists may be sorted by it. Such a field is never empty.
    fn sortable(self) -> bool;

    /// The field with this public name.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }
}

/// An aggregate whose fields lists can read.
pub trait Fields<F: Field> {
    /// The id that breaks ties between equal sort keys.
    fn tie_breaker(&self) -> Uuid;

    /// The value of a field; `None` when it is empty.
    fn field(&self, field: F) -> Option<FieldValue>;

    /// The text that words are searched in; such a thing has none unless it says so.
    fn search_text(&self) -> String {
        String::new()
    }
}

impl FieldValue {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Orders two values of one field; values of different kinds are never compared.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            (Self::Id(a), Self::Id(b)) => a.cmp(b),
            (Self::Text(_) | Self::Time(_) | Self::Number(_) | Self::Flag(_) | Self::Id(_), _) => {
                Ordering::Equal
            }
        }
    }
}
