//! What Kairo Studio takes from the machine: time, ids, randomness, and the cryptography behind sign-in.
//!
//! # What this room is
//! [`SystemClock`], [`UuidV7Source`], [`Argon2Passwords`], [`Ed25519AccessTokens`] and [`OpaqueTokens`]: the
//! system ports as they run in production.
//!
//! # What it may import
//! `kairo-ports`, argon2, aws-lc-rs, jsonwebtoken, rand, sha2, uuid, tokio. The only room that may read the wall
//! clock, make an id or draw a random number.
//!
//! # What it never does
//! It keeps no state beyond its keys, knows no store, and never prints a key, a password or a token.
//!
//! # How to add one
//! A port of `kairo-ports` that only the machine can answer gets a file here, named like the port's.
//!
//! # Example
//! ```
//! use kairo_ports::{Clock, IdSource};
//! use kairo_system::{SystemClock, UuidV7Source};
//!
//! let (earlier, later) = (UuidV7Source.next(), UuidV7Source.next());
//! assert!(earlier < later);
//! assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000, 0);
//! ```

mod argon2;
mod clock;
mod ids;
mod signing_key;
mod tokens;

pub use argon2::{Argon2Passwords, Argon2Settings, BadArgon2Settings};
pub use clock::SystemClock;
pub use ids::UuidV7Source;
pub use signing_key::{BadSigningKey, SigningKey, random_bytes, random_text};
pub use tokens::{Ed25519AccessTokens, OpaqueTokens, TokenSettings};
