use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{EmailChangeId, InvitationId, SignUpId, TokenDigest, UserId};

/// What a mailed token is good for, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Proving the address of a sign-up.
    SignUp(SignUpId),
    /// Setting another password.
    PasswordReset(UserId),
    /// Confirming a change of address at the old one.
    OldAddress(EmailChangeId),
    /// Confirming a change of address at the new one.
    NewAddress(EmailChangeId),
    /// Accepting an invitation.
    Invitation(InvitationId),
}

/// What is stored of a mailed token.
#[derive(Clone, Debug, PartialEq)]
pub struct OneTimeToken {
    /// Its digest; the token itself is in the mail only.
    pub digest: TokenDigest,
    /// What it is good for.
    pub purpose: Purpose,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it is good for nothing any more.
    pub expires_at: DateTime<Utc>,
}

impl Purpose {
    /// The word of the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignUp(_) => "sign_up",
            Self::PasswordReset(_) => "password_reset",
            Self::OldAddress(_) => "old_address",
            Self::NewAddress(_) => "new_address",
            Self::Invitation(_) => "invitation",
        }
    }

    /// The thing it is about.
    pub const fn subject(self) -> Uuid {
        match self {
            Self::SignUp(id) => id.uuid(),
            Self::PasswordReset(id) => id.uuid(),
            Self::OldAddress(id) | Self::NewAddress(id) => id.uuid(),
            Self::Invitation(id) => id.uuid(),
        }
    }

    /// The purpose with this word, about this thing.
    pub fn named(word: &str, subject: Uuid) -> Option<Self> {
        Some(match word {
            "sign_up" => Self::SignUp(SignUpId::from_uuid(subject)),
            "password_reset" => Self::PasswordReset(UserId::from_uuid(subject)),
            "old_address" => Self::OldAddress(EmailChangeId::from_uuid(subject)),
            "new_address" => Self::NewAddress(EmailChangeId::from_uuid(subject)),
            "invitation" => Self::Invitation(InvitationId::from_uuid(subject)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_survives_its_word() {
        let id = Uuid::from_u128(7);
        for word in ["sign_up", "password_reset", "old_address", "new_address", "invitation"] {
            let purpose = Purpose::named(word, id).unwrap();
            assert_eq!((purpose.word(), purpose.subject()), (word, id));
        }
        assert_eq!(Purpose::named("sign_in", id), None);
    }
}
