use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use kairo_domain::{Redacted, TokenDigest};
use kairo_ports::OneTimeCodes;

use super::NumberedTokens;

/// Codes that follow from the time alone, whatever the secret: the number of the time step, its last six digits.
/// Recovery codes are `recovery-0001`, `recovery-0002` and so on. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct PlainCodes(Arc<AtomicU64>);

impl PlainCodes {
    /// The secret that everybody gets.
    pub const SECRET: &'static [u8] = b"a secret of plain codes";

    /// The time step of an instant, 30 seconds long.
    pub const fn step_at(now: DateTime<Utc>) -> i64 {
        now.timestamp().div_euclid(30)
    }

    /// What an app shows at an instant.
    pub fn code_at(now: DateTime<Utc>) -> String {
        code_of(Self::step_at(now))
    }
}

impl OneTimeCodes for PlainCodes {
    fn new_secret(&self) -> Redacted<Vec<u8>> {
        Redacted::new(Self::SECRET.to_vec())
    }

    fn shown(&self, secret: &Redacted<Vec<u8>>, account: &str) -> (Redacted<String>, Redacted<String>) {
        let typed = hex::encode(secret.expose());
        let url = format!("otpauth://totp/{account}?secret={typed}");
        (Redacted::new(typed), Redacted::new(url))
    }

    fn step_of(&self, _secret: &Redacted<Vec<u8>>, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let present = Self::step_at(now);
        [present, present - 1, present + 1].into_iter().find(|step| code_of(*step) == code)
    }

    fn new_recovery_code(&self) -> (Redacted<String>, TokenDigest) {
        let code = format!("recovery-{:04}", self.0.fetch_add(1, Ordering::Relaxed) + 1);
        let digest = self.digest_of_recovery_code(&code);
        (Redacted::new(code), digest)
    }

    fn digest_of_recovery_code(&self, code: &str) -> TokenDigest {
        let is_sign = |sign: &char| !sign.is_whitespace() && *sign != '-';
        let folded: String = code.chars().filter(is_sign).flat_map(char::to_lowercase).collect();
        NumberedTokens::digest_of(&folded)
    }
}

fn code_of(step: i64) -> String {
    format!("{:06}", step.rem_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::fakes::START;

    #[test]
    fn a_code_counts_for_its_step_and_the_ones_next_to_it() {
        let (codes, secret) = (PlainCodes::default(), PlainCodes::default().new_secret());
        let (code, step) = (PlainCodes::code_at(START), PlainCodes::step_at(START));
        for (seconds, found) in
            [(-60, None), (-30, Some(step)), (29, Some(step)), (59, Some(step)), (60, None)]
        {
            let now = START + TimeDelta::seconds(seconds);
            assert_eq!(codes.step_of(&secret, &code, now), found, "{seconds} s");
        }
    }

    #[test]
    fn a_recovery_code_may_be_typed_in_many_ways() {
        let codes = PlainCodes::default();
        let (code, digest) = codes.new_recovery_code();
        assert_eq!(code.expose(), "recovery-0001");
        assert_eq!(codes.digest_of_recovery_code(" RECOVERY 00-01"), digest);
        assert_ne!(codes.new_recovery_code().1, digest);
    }
}
