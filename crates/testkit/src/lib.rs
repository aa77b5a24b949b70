//! What the tests of all rooms share: fakes, builders of test worlds, the contract of stores, databases for one test.
//!
//! # What this room is
//! - [`fakes`]: a clock moved by hand, numbered ids and tokens, plain passwords, a mailbox, servers with a script.
//! - [`builders`]: leads, users, companies, sessions and more in one line, actors and permits.
//! - [`contract`]: what every store promises, as tests that [`store_contract!`] makes for one store.
//! - [`stepping`]: a store that stops between units, and use cases run in a chosen order.
//! - `postgres` (a feature): an empty database for one test, or a clone of a prepared one.
//! - [`chaos`]: a network that fails on command.
//!
//! # What it may import
//! `kairo-domain`, `kairo-flow`, `kairo-ports`, `kairo-local-postgres`, tokio, proptest, sha2, hex; behind the feature `postgres` also
//! sqlx and testcontainers.
//!
//! # What it never does
//! It is no part of the product, knows no adapter and no use case, and never sleeps to wait for something.
//!
//! # How to add one
//! A promise is a function in `contract/` that takes a `&dyn Store`, and a line in the list of [`store_contract!`].
//! A fake is a struct in `fakes/` that implements one port. A builder gives something valid and takes a closure
//! for what the test is about.
//!
//! # Example
//! ```
//! use kairo_domain::Verb;
//! use kairo_testkit::builders::{actor_of, admin, lead, permit};
//!
//! let admin = actor_of(&admin("Grace").build());
//! let ada = lead("Ada").with(|lead| lead.details.company = None).build();
//! assert_eq!(permit(&admin, Verb::Move, &ada).subject(), Some(ada.id.uuid()));
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a broken assumption ends the test"
)]

pub mod builders;
pub mod chaos;
pub mod contract;
pub mod fakes;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod stepping;
