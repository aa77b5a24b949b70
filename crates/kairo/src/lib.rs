//! Kairo Studio as a library: everything an embedding service needs, behind one name.
//!
//! # What this room is
//! Re-exports of the rooms, the adapters behind features, and [`Builder`], which wires them into a [`Studio`].
//! The `kairo` binary is built from this crate too.
//!
//! # What it may import
//! Every room of the workspace, and nothing else.
//!
//! # What it never does
//! It holds no logic: it names things and puts them together.
//!
//! # How to add one
//! A new adapter is a feature, a re-export and, if it has a default, a line in the builder.
//!
//! # Example
//! ```
//! use kairo::domain::Actor;
//! use kairo::use_cases::LeadQuery;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let studio = kairo::Builder::in_memory().build()?;
//! let leads = studio.leads().list(&Actor::System, &LeadQuery::default()).await?;
//! assert!(leads.items.is_empty());
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]

mod builder;
#[cfg(not(feature = "egress"))]
mod no_egress;
mod no_mail;

pub use builder::{BuildError, Builder};
pub use kairo_domain as domain;
#[cfg(feature = "egress")]
pub use kairo_egress as egress;
pub use kairo_flow as flow;
#[cfg(feature = "http")]
pub use kairo_http as http;
#[cfg(feature = "mail")]
pub use kairo_mail as mail;
#[cfg(feature = "memory")]
pub use kairo_memory as memory;
pub use kairo_ports as ports;
#[cfg(feature = "postgres")]
pub use kairo_postgres as postgres;
pub use kairo_system as system;
pub use kairo_use_cases as use_cases;
pub use kairo_use_cases::Studio;
#[cfg(feature = "worker")]
pub use kairo_worker as worker;
