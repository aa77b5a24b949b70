mod actions;
mod ends;
mod logic;
mod studio;
mod triggers;

use super::shape::{Entry, Field, Ports, Shape};

const OUT: Ports = Ports::Fixed(&["out"]);
const ACTION: Ports = Ports::Fixed(&["out", "error"]);
const NO_PORT: Ports = Ports::Fixed(&[]);

/// The catalogue, shelf by shelf.
pub(crate) fn entries() -> impl Iterator<Item = &'static Entry> {
    let shelves =
        [triggers::TRIGGERS, actions::ACTIONS, logic::LOGIC, studio::STUDIO, ends::ENDS, ends::DRAWING];
    shelves.into_iter().flatten()
}

const fn required(name: &'static str, shape: Shape, summary: &'static str) -> Field {
    Field { name, required: true, shape, summary }
}

const fn optional(name: &'static str, shape: Shape, summary: &'static str) -> Field {
    Field { name, required: false, shape, summary }
}
