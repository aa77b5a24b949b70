//! Pages of lists: sort order, position of a row in it, and the window a caller asks for.

mod request;
mod sort;
mod window;

pub use request::{Count, Limit, PageRequest, Total, Window};
pub use sort::{Direction, Position, Sort, SortIssue, SortKey};
pub use window::{Page, Scan};
