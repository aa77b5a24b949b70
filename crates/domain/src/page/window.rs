use super::{Direction, PageRequest, Position, Total, Window};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the order of the list.
    pub items: Vec<T>,
    /// Where the next page starts; `None` at the end of the list.
    pub next: Option<Position>,
    /// Where the page before ends; `None` at the start of the list.
    pub previous: Option<Position>,
    /// How many rows there are in all, when asked for.
    pub total: Option<Total>,
}

/// How a store reads the rows of a window: which way it scans and how many rows it fetches.
///
/// A store fetches one row more than the page has, so that it knows whether the list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// `Descending` stands for "against the order of the list".
    pub direction: Direction,
    /// Rows to fetch.
    pub fetch: u32,
}

impl Scan {
    /// The scan that serves a request.
    pub fn of(request: &PageRequest) -> Self {
        let direction = match request.window {
            Window::Before(_) => Direction::Descending,
            Window::First | Window::After(_) | Window::Offset(_) => Direction::Ascending,
        };
        Self { direction, fetch: u32::from(request.limit.rows()) + 1 }
    }
}

impl<T> Page<T> {
    /// Makes the page out of the rows that a [`Scan`] fetched, in the order in which it met them.
    pub fn from_scan(request: &PageRequest, mut rows: Vec<T>, position: impl Fn(&T) -> Position) -> Self {
        let limit = usize::from(request.limit.rows());
        let more = rows.len() > limit;
        rows.truncate(limit);
        let backwards = Scan::of(request).direction == Direction::Descending;
        if backwards {
            rows.reverse();
        }
        let starts_the_list = matches!(request.window, Window::First | Window::Offset(0));
        let (has_next, has_previous) = if backwards { (true, more) } else { (more, !starts_the_list) };
        let next = rows.last().filter(|_| has_next).map(&position);
        let previous = rows.first().filter(|_| has_previous).map(&position);
        Self { items: rows, next, previous, total: None }
    }

    /// The page with a total.
    #[must_use]
    pub fn with_total(mut self, total: Option<Total>) -> Self {
        self.total = total;
        self
    }

    /// The page with each row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(turn).collect(),
            next: self.next,
            previous: self.previous,
            total: self.total,
        }
    }
}
