mod convert;
mod own;
mod parse;
mod price;
mod priced;
mod sandbox;
mod scan;
#[cfg(test)]
mod tests;
mod weight;

pub(crate) use convert::{measure, to_view};
pub(crate) use sandbox::{Escape, Expr, Templates};
pub(crate) use scan::is_plain;
