use chrono::{DateTime, Utc};

use crate::{Redacted, TokenDigest, UserId};

/// The second factor of a user: a secret shared with an authenticator app (TOTP, RFC 6238), and recovery codes for
/// the day the app is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondFactor {
    /// Whose.
    pub user: UserId,
    /// The secret, encrypted with a key that the store does not have.
    pub sealed_secret: Redacted<String>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When a first code proved that the app has the secret; not asked for before.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The time step of the last code, which is not taken again.
    pub last_step: Option<i64>,
    /// The recovery codes that are left.
    pub recovery: Vec<TokenDigest>,
}

impl SecondFactor {
    /// How many recovery codes are made at a time.
    pub const RECOVERY_CODES: usize = 10;

    /// Whether signing in asks for it.
    pub const fn is_on(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// Takes the code of a time step, once: a code that was overheard is good for nothing.
    pub fn take_step(&mut self, step: i64) -> bool {
        let is_news = self.last_step.is_none_or(|last| last < step);
        if is_news {
            self.last_step = Some(step);
        }
        is_news
    }

    /// Takes a recovery code, once.
    pub fn take_recovery(&mut self, code: &TokenDigest) -> bool {
        let before = self.recovery.len();
        self.recovery.retain(|left| left != code);
        self.recovery.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;

    #[test]
    fn no_code_is_taken_twice() {
        let digest = |c: &str| TokenDigest::parse(&c.repeat(64)).unwrap();
        let mut factor = SecondFactor {
            user: Id::from_uuid(uuid::Uuid::from_u128(1)),
            sealed_secret: Redacted::new(String::new()),
            created_at: DateTime::UNIX_EPOCH,
            confirmed_at: None,
            last_step: None,
            recovery: vec![digest("a"), digest("b")],
        };
        assert!(factor.take_step(7) && !factor.take_step(7) && !factor.take_step(6) && factor.take_step(8));
        assert!(factor.take_recovery(&digest("a")) && !factor.take_recovery(&digest("a")));
        assert_eq!(factor.recovery, [digest("b")]);
    }
}
