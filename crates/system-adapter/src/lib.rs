//! What Kairo Studio takes from the machine: time, ids, randomness, and the cryptography behind sign-in.
//!
//! # What this room is
//! [`SystemClock`], [`UuidV7Source`] and [`ComputeThreads`]; [`Argon2Passwords`]; [`OpaqueTokens`] and [`TotpCodes`]; [`HmacSignatures`];
//! and what works with the keys of a [`Keyring`]: [`Ed25519AccessTokens`], [`HmacRefreshTokens`] and the [`AeadVault`].
//! They are the system ports as they run in production.
//!
//! A ring has one secret per key. Each purpose has its own key that follows from it, so none can be turned against
//! another; and a ring is replaced while everything runs, with an overlap in which old and new keys are believed.
//!
//! # What it may import
//! `kairo-ports`, argon2, aws-lc-rs, hmac, jsonwebtoken, rand, rustix, sha2, totp-rs, uuid, tokio. The only room that may
//! read the wall clock, make an id or draw a random number.
//!
//! # What it never does
//! - It keeps no state beyond its keys, and knows no store.
//! - It never prints a key, a password or a token.
//! - It never compares a secret in a time that depends on what is in it.
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
mod compute;
mod ids;
mod keyring;
mod one_time_codes;
mod signatures;
mod signing_key;
#[cfg(test)]
mod test_clock;
mod tokens;
mod vault;

pub use argon2::{Argon2Passwords, Argon2Settings, BadArgon2Settings};
pub use clock::SystemClock;
pub use compute::ComputeThreads;
pub use ids::UuidV7Source;
pub use keyring::{BadKeyring, Keyring, RingKey};
pub use one_time_codes::TotpCodes;
pub use signatures::HmacSignatures;
pub use signing_key::{BadSigningKey, SigningKey, random_bytes, random_text};
pub use tokens::{Ed25519AccessTokens, HmacRefreshTokens, OpaqueTokens, TokenSettings};
pub use vault::AeadVault;
