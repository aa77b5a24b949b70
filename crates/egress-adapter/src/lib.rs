//! How Kairo Studio calls other people's servers, without being talked into calling its own neighbours.
//!
//! # What this room is
//! [`HttpEgress`], the implementation of [`kairo_ports::Egress`] on reqwest: an address guard that sits below name
//! resolution, redirects that are followed by hand, and bounds on time and size.
//!
//! # What it may import
//! `kairo-ports`, async-trait, bytes, reqwest, thiserror, tokio, ipnet, url; hyper and rustls to tell their errors
//! apart. Tests also build requests of `kairo-domain`.
//!
//! # What it never does
//! - It never connects to an address that is not public, unless [`EgressSettings::allowed`] holds it: not by name, not
//!   by any notation of the address, not after a redirect, not when a name changes its mind.
//! - It never takes a secret or a body from one origin to another, nor anything from https to http.
//! - It never reads more than it was asked for, nor longer.
//! - It never asks the environment for a proxy, and never decides to try again.
//! - It never logs, and its errors name no URL, no address, no header value and no body.
//!
//! # How to add one
//! A network that is not public is a line in `public.rs` and a row in the table of its tests. A suffix of local names is
//! a line in `guard.rs`.
//!
//! # Example
//! ```
//! use chrono::TimeDelta;
//! use kairo_domain::Redacted;
//! use kairo_egress::{EgressSettings, HttpEgress};
//! use kairo_ports::{Egress, EgressError, EgressRequest};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let egress = HttpEgress::new(EgressSettings::default())?;
//! let request = EgressRequest {
//!     method: "GET".to_owned(),
//!     url: Redacted::new("http://169.254.169.254/latest/meta-data/".to_owned()),
//!     headers: vec![],
//!     body: None,
//!     timeout: TimeDelta::seconds(10),
//!     max_response_bytes: 1024 * 1024,
//! };
//! assert!(matches!(egress.send(&request).await, Err(EgressError::Refused { .. })));
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]

mod answer;
mod failure;
mod guard;
mod hop;
mod http;
mod names;
mod public;
mod refusal;
mod settings;

pub use http::{BadEgressSettings, HttpEgress};
pub use ipnet::IpNet;
pub use settings::EgressSettings;
