//! Who may do what: decided here, once, as pure functions; the database says the same again.

mod decision;
mod matrix;
mod reach;
mod resource;
mod table;

pub use decision::{Denied, Facts, Permit, Subject};
pub use matrix::{Cell, cells, render_matrix};
pub use reach::{Reach, Relation};
pub use resource::{Resource, Verb};
pub use table::reach;
