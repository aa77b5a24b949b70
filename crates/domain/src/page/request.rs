use super::Position;

/// How many rows a page has: 1 to 200, 25 unless told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// The largest page.
    pub const MAX: u16 = 200;

    /// Takes a number of rows; `None` outside of `1..=200`.
    pub const fn new(rows: u16) -> Option<Self> {
        if rows >= 1 && rows <= Self::MAX { Some(Self(rows)) } else { None }
    }

    /// The number of rows.
    pub const fn rows(self) -> u16 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(25)
    }
}

/// Which part of a list a caller asks for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Window {
    /// From the start.
    #[default]
    First,
    /// What follows a row.
    After(Position),
    /// What precedes a row.
    Before(Position),
    /// From the n-th row, counted from 0; only for the first rows of a list.
    Offset(u32),
}

/// Whether a total is wanted; it costs a second query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Count {
    /// No total.
    #[default]
    None,
    /// An estimate from statistics.
    Estimated,
    /// The exact number at this moment.
    Exact,
}

/// How many rows a list has in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The number of rows.
    pub rows: u64,
    /// Whether the number is exact.
    pub exact: bool,
}

/// A page as a caller asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// The most rows.
    pub limit: Limit,
    /// Which part of the list.
    pub window: Window,
    /// Whether a total is wanted.
    pub count: Count,
}
