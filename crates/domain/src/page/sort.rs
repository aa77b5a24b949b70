use std::cmp::Ordering;

use uuid::Uuid;

use crate::{Field, FieldValue, Fields};

/// Which way a sort key runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

impl Direction {
    /// The other way.
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }

    /// An ordering seen this way.
    pub const fn apply(self, order: Ordering) -> Ordering {
        match self {
            Self::Ascending => order,
            Self::Descending => order.reverse(),
        }
    }
}

/// One key of a sort order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey<F> {
    /// The field.
    pub field: F,
    /// Which way.
    pub direction: Direction,
}

/// The order of a list: one to three keys, then the id in the direction of the last key, so that it is total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort<F>(Vec<SortKey<F>>);

/// Why a sort order was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SortIssue {
    /// No key, or more than three.
    #[error("a sort order has 1 to {max} keys")]
    KeyCount {
        /// The most keys.
        max: usize,
    },
    /// A field is named twice.
    #[error("`{field}` is a sort key twice")]
    Repeated {
        /// The field.
        field: &'static str,
    },
    /// Lists cannot be sorted by this field.
    #[error("`{field}` is not sortable")]
    NotSortable {
        /// The field.
        field: &'static str,
    },
}

/// Where a row stands in a sort order: its sort values and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// One value for each sort key.
    pub values: Vec<FieldValue>,
    /// The id that breaks ties.
    pub id: Uuid,
}

impl<F: Field> Sort<F> {
    /// The most keys.
    pub const MAX_KEYS: usize = 3;

    /// Checks a sort order.
    ///
    /// # Errors
    /// [`SortIssue`] names what is wrong with it.
    pub fn new(keys: Vec<SortKey<F>>) -> Result<Self, SortIssue> {
        if keys.is_empty() || keys.len() > Self::MAX_KEYS {
            return Err(SortIssue::KeyCount { max: Self::MAX_KEYS });
        }
        for (at, key) in keys.iter().enumerate() {
            if !key.field.sortable() {
                return Err(SortIssue::NotSortable { field: key.field.name() });
            }
            if keys[..at].iter().any(|earlier| earlier.field == key.field) {
                return Err(SortIssue::Repeated { field: key.field.name() });
            }
        }
        Ok(Self(keys))
    }

    /// One key.
    pub fn by(field: F, direction: Direction) -> Self {
        Self(vec![SortKey { field, direction }])
    }

    /// The keys, the most important first.
    pub fn keys(&self) -> &[SortKey<F>] {
        &self.0
    }

    /// The direction in which the id breaks ties.
    pub fn tie_direction(&self) -> Direction {
        self.0.last().map_or(Direction::Descending, |key| key.direction)
    }

    /// Where an item stands.
    pub fn position(&self, item: &impl Fields<F>) -> Position {
        // Sortable fields are never empty; the fallback keeps a store with a broken row readable.
        let value = |key: &SortKey<F>| item.field(key.field).unwrap_or(FieldValue::Text(String::new()));
        Position { values: self.0.iter().map(value).collect(), id: item.tie_breaker() }
    }

    /// Orders two positions.
    pub fn compare(&self, a: &Position, b: &Position) -> Ordering {
        let by_values = self.0.iter().zip(a.values.iter().zip(&b.values));
        by_values
            .map(|(key, (a, b))| key.direction.apply(a.order(b)))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| self.tie_direction().apply(a.id.cmp(&b.id)))
    }
}
