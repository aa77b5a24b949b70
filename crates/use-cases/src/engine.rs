//! What drives runs: decides through `kairo_flow::Execution`, acts through the ports, and keeps every step.

mod drive;
mod email;
mod ending;
mod http;
mod inside;
mod outside;
mod plans;
#[cfg_attr(not(test), expect(dead_code, reason = "whoever drives a run calls it"))]
mod spans;
mod subflow;
mod taken;
mod wait;

pub(crate) use ending::{let_in, wake_parent};
pub(crate) use plans::Plans;
pub(crate) use subflow::waited_for;
pub(crate) use taken::drive;
