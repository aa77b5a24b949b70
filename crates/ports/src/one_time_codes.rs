use chrono::{DateTime, Utc};
use kairo_domain::{Redacted, TokenDigest};

/// The codes of authenticator apps (TOTP, RFC 6238: SHA-1, six digits, 30 seconds), and recovery codes.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait OneTimeCodes: Send + Sync {
    /// A new secret to share with an app.
    fn new_secret(&self) -> Redacted<Vec<u8>>;

    /// The secret as it is typed into an app (base32), and the `otpauth://` URL that holds it.
    fn shown(&self, secret: &Redacted<Vec<u8>>, account: &str) -> (Redacted<String>, Redacted<String>);

    /// The time step whose code this is; steps next to the present one count.
    fn step_of(&self, secret: &Redacted<Vec<u8>>, code: &str, now: DateTime<Utc>) -> Option<i64>;

    /// A new recovery code and what is stored of it.
    fn new_recovery_code(&self) -> (Redacted<String>, TokenDigest);

    /// What is stored of a recovery code, however it was typed.
    fn digest_of_recovery_code(&self, code: &str) -> TokenDigest;
}
