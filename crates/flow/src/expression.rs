mod convert;
mod parse;
mod sandbox;
mod scan;
mod weight;

pub(crate) use convert::{measure, to_view};
pub(crate) use sandbox::{Escape, Expr, Templates};
pub(crate) use scan::is_plain;
