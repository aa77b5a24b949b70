use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, Utc};
use kairo_domain::{Redacted, TokenDigest};
use kairo_ports::OneTimeCodes;
use totp_rs::{Builder, Totp};

use crate::random_bytes;
use crate::tokens::digest;

/// The length of a time step.
const STEP_SECONDS: i64 = 30;
/// The digits of a code.
const DIGITS: usize = 6;
/// Crockford's alphabet: no I, L, O, U, so that a code can be read out on the telephone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Codes of authenticator apps (SHA-1, six digits, 30 seconds, secrets of 160 bits), and recovery codes of 80 random
/// bits that are typed as `XXXX-XXXX-XXXX-XXXX`.
#[derive(Clone, Debug)]
pub struct TotpCodes {
    issuer: String,
}

impl TotpCodes {
    /// Codes that an app lists under this name, such as `Kairo Studio`.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self { issuer: label(&issuer.into()) }
    }

    fn totp(&self, secret: &Redacted<Vec<u8>>, account: &str) -> Totp {
        let totp = Builder::new().with_secret(secret.expose().as_slice()).with_skew(0);
        // The checks of `build` are of the length of the secret, which a stored one has passed.
        totp.with_issuer(Some(self.issuer.as_str())).with_account_name(label(account)).build_noncompliant()
    }
}

impl Default for TotpCodes {
    fn default() -> Self {
        Self::new("Kairo Studio")
    }
}

impl OneTimeCodes for TotpCodes {
    fn new_secret(&self) -> Redacted<Vec<u8>> {
        Redacted::new(random_bytes::<20>().to_vec())
    }

    fn shown(&self, secret: &Redacted<Vec<u8>>, account: &str) -> (Redacted<String>, Redacted<String>) {
        let totp = self.totp(secret, account);
        #[expect(clippy::expect_used, reason = "a label is never empty and has no colon")]
        let url = totp.to_url().expect("an account name that a URL can hold");
        (Redacted::new(totp.secret().to_base32()), Redacted::new(url))
    }

    fn step_of(&self, secret: &Redacted<Vec<u8>>, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let totp = self.totp(secret, "");
        let present = now.timestamp().div_euclid(STEP_SECONDS);
        // All of them are tried, and the latest counts: a code is never good for a step after the one it was taken for.
        let steps = [present - 1, present, present + 1];
        steps.into_iter().filter(|step| is_code(&totp, *step, &code)).max()
    }

    fn new_recovery_code(&self) -> (Redacted<String>, TokenDigest) {
        let digits = random_bytes::<16>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
        let code = groups.join("-");
        let digest = self.digest_of_recovery_code(&code);
        (Redacted::new(code), digest)
    }

    fn digest_of_recovery_code(&self, code: &str) -> TokenDigest {
        let typed = code.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let meant: String = typed.map(|c| meant(c.to_ascii_uppercase())).collect();
        digest(&meant)
    }
}

fn is_code(totp: &Totp, step: i64, code: &str) -> bool {
    let Ok(time) = u64::try_from(step.saturating_mul(STEP_SECONDS)) else { return false };
    verify_slices_are_equal(totp.generate(time).to_string().as_bytes(), code.as_bytes()).is_ok()
}

/// The digit that is meant by a letter which Crockford's alphabet leaves out for looking like it.
const fn meant(typed: char) -> char {
    match typed {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

/// A name as the label of an `otpauth` URL holds it: the colon is what separates the two names in it.
fn label(name: &str) -> String {
    let name = name.replace(':', " ");
    if name.trim().is_empty() { "account".to_owned() } else { name }
}

#[cfg(test)]
mod tests;
