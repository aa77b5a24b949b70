//! What drives runs: decides through `kairo_flow::Execution`, acts through the ports, and keeps every step.

mod cancelling;
mod deciding;
mod drive;
mod email;
mod ending;
mod http;
mod inside;
mod outside;
mod plans;
mod spans;
mod subflow;
mod taken;
mod wait;

pub(crate) use cancelling::{Cancelled, cancel_within};
pub(crate) use ending::{let_in, wake_parent};
pub(crate) use plans::Plans;
pub(crate) use spans::{event as event_span, fired as tell_fired};
pub(crate) use subflow::waited_for;
pub(crate) use taken::drive;
