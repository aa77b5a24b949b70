//! Fakes of the ports that decide nothing: time, ids, passwords, tokens, codes, ciphers, signatures, mail and other
//! people's servers that a test can foresee.

mod clock;
mod codes;
mod compute;
mod egress;
mod ids;
mod mailbox;
mod passwords;
mod refresh;
mod signatures;
mod tokens;
mod vault;

pub use clock::{ManualClock, START};
pub use codes::PlainCodes;
pub use compute::InPlace;
pub use egress::{EgressTrouble, ScriptedEgress};
pub use ids::NumberedIds;
pub use mailbox::{MailTrouble, Mailbox};
pub use passwords::PlainPasswords;
pub use refresh::NumberedRefreshTokens;
pub use signatures::PlainSignatures;
pub use tokens::{NumberedTokens, PlainTokens};
pub use vault::PlainVault;
