mod convert;
mod meter;
mod own;
mod parse;
mod price;
mod priced;
mod sandbox;
mod scan;
#[cfg(test)]
mod tests;
mod weight;

pub(crate) use convert::{Room, measure, to_view};
pub(crate) use meter::{Given, Meter, TOO_COSTLY};
pub(crate) use sandbox::{Escape, Expr, Templates, refused};
pub(crate) use scan::is_plain;
