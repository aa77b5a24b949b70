use uuid::Uuid;

use crate::{Email, EmailChangeId, Entity, Id, InvitationId, SignUpId, UserId};

/// The id of a letter in the queue.
pub type LetterId = Id<Letter>;

impl Entity for Letter {
    const NAME: &'static str = "letter";
}

/// A mail that is owed to somebody. It holds no token: one is made when the mail is written, so none is ever stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Letter {
    /// Prove the address of a sign-up; or, if the address has an account already, say so to its owner.
    VerifyAddress(SignUpId),
    /// Set another password, if the address has an account.
    ResetPassword(Email),
    /// Set a first password for an account that somebody made.
    Welcome(UserId),
    /// Accept an invitation.
    Invitation(InvitationId),
    /// Confirm a change of address at the old one.
    ConfirmOldAddress(EmailChangeId),
    /// Confirm a change of address at the new one.
    ConfirmNewAddress(EmailChangeId),
    /// Something about the security of the account changed.
    Notice(UserId, Notice),
}

/// What a user is told of without having to do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The password was changed.
    PasswordChanged,
    /// The address was changed; this goes to the new one.
    AddressChanged,
    /// The second factor was switched on.
    SecondFactorOn,
    /// The second factor was switched off.
    SecondFactorOff,
    /// An API key was made.
    ApiKeyCreated,
    /// A session was ended because its token was used twice.
    SessionReused,
}

impl Letter {
    /// The word of the database.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::VerifyAddress(_) => "verify_address",
            Self::ResetPassword(_) => "reset_password",
            Self::Welcome(_) => "welcome",
            Self::Invitation(_) => "invitation",
            Self::ConfirmOldAddress(_) => "confirm_old_address",
            Self::ConfirmNewAddress(_) => "confirm_new_address",
            Self::Notice(_, notice) => notice.word(),
        }
    }

    /// The thing it is about.
    pub const fn subject(&self) -> Option<Uuid> {
        match self {
            Self::VerifyAddress(id) => Some(id.uuid()),
            Self::ResetPassword(_) => None,
            Self::Welcome(id) | Self::Notice(id, _) => Some(id.uuid()),
            Self::Invitation(id) => Some(id.uuid()),
            Self::ConfirmOldAddress(id) | Self::ConfirmNewAddress(id) => Some(id.uuid()),
        }
    }

    /// The address it names itself.
    pub const fn address(&self) -> Option<&Email> {
        match self {
            Self::ResetPassword(email) => Some(email),
            _ => None,
        }
    }

    /// The letter with this word.
    pub fn named(word: &str, subject: Option<Uuid>, address: Option<Email>) -> Option<Self> {
        Some(match word {
            "verify_address" => Self::VerifyAddress(Id::from_uuid(subject?)),
            "reset_password" => Self::ResetPassword(address?),
            "welcome" => Self::Welcome(Id::from_uuid(subject?)),
            "invitation" => Self::Invitation(Id::from_uuid(subject?)),
            "confirm_old_address" => Self::ConfirmOldAddress(Id::from_uuid(subject?)),
            "confirm_new_address" => Self::ConfirmNewAddress(Id::from_uuid(subject?)),
            _ => Self::Notice(Id::from_uuid(subject?), Notice::named(word)?),
        })
    }
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 6] = [
        Self::PasswordChanged,
        Self::AddressChanged,
        Self::SecondFactorOn,
        Self::SecondFactorOff,
        Self::ApiKeyCreated,
        Self::SessionReused,
    ];

    /// The word of the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::AddressChanged => "address_changed",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::ApiKeyCreated => "api_key_created",
            Self::SessionReused => "session_reused",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_survives_its_word() {
        let id = Uuid::from_u128(7);
        let mut letters = vec![
            Letter::VerifyAddress(Id::from_uuid(id)),
            Letter::ResetPassword(Email::parse("ada@example.com").unwrap()),
            Letter::Welcome(Id::from_uuid(id)),
            Letter::Invitation(Id::from_uuid(id)),
            Letter::ConfirmOldAddress(Id::from_uuid(id)),
            Letter::ConfirmNewAddress(Id::from_uuid(id)),
        ];
        letters.extend(Notice::ALL.map(|notice| Letter::Notice(Id::from_uuid(id), notice)));
        for letter in letters {
            let again = Letter::named(letter.word(), letter.subject(), letter.address().cloned());
            assert_eq!(again, Some(letter));
        }
        assert_eq!(Letter::named("love", Some(id), None), None);
    }
}
