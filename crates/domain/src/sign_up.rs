use chrono::{DateTime, TimeDelta, Utc};

use crate::{Email, Entity, Id, NewUser, PersonName, Role, User, Verified};

/// The id of a sign-up.
pub type SignUpId = Id<SignUp>;

impl Entity for SignUp {
    const NAME: &'static str = "sign-up";
}

/// Somebody asked for an account and has yet to prove that the address is theirs. Only then is there a user, so
/// nobody can hold an address that belongs to somebody else.
#[derive(Clone, Debug, PartialEq)]
pub struct SignUp {
    /// Its id.
    pub id: SignUpId,
    /// The address to prove.
    pub email: Email,
    /// The name to take.
    pub name: Option<PersonName>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it is forgotten.
    pub expires_at: DateTime<Utc>,
}

impl SignUp {
    /// For how long the address can be proven.
    pub const LIFETIME: TimeDelta = TimeDelta::hours(24);

    /// The user that it asks for: a client of no company. It has the sign-up's own id, so that the journal tells one
    /// story.
    pub fn user(&self, verified: Verified, at: DateTime<Utc>) -> User {
        let new =
            NewUser { email: self.email.clone(), name: self.name.clone(), role: Role::Client, company: None };
        User::create(Id::from_uuid(self.id.uuid()), new, verified, at)
    }
}
