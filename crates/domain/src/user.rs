use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{CompanyId, Email, Entity, Facts, HttpUrl, Id, PersonName, Resource, Subject, Version};

/// The id of a user.
pub type UserId = Id<User>;

impl Entity for User {
    const NAME: &'static str = "user";
}

/// What a user may do in general; the seed's three roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the studio.
    Admin,
    /// Works in the studio.
    Team,
    /// Belongs to a client organization.
    Client,
}

/// A user account. Its password hash is no part of it: that never leaves the sign-in look-up.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    record: UserRecord,
}

/// Everything a store keeps of a user, credentials aside.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRecord {
    /// Its id.
    pub id: UserId,
    /// Its address, unique without case among the users that are not deleted.
    pub email: Email,
    /// Its name.
    pub name: Option<PersonName>,
    /// Its role.
    pub role: Role,
    /// The company it belongs to; a CLIENT without one sees no company's data.
    pub company: Option<CompanyId>,
    /// Its picture.
    pub avatar_url: Option<HttpUrl>,
    /// When it proved that the address is its own.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Since when it may not sign in.
    pub suspended_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was taken out of sight.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: Version,
}

/// What a new user needs.
#[derive(Clone, Debug, PartialEq)]
pub struct NewUser {
    /// Its address.
    pub email: Email,
    /// Its name.
    pub name: Option<PersonName>,
    /// Its role.
    pub role: Role,
    /// The company it belongs to.
    pub company: Option<CompanyId>,
}

impl User {
    /// A new user; its address counts as proven when `verified` says so.
    pub fn create(id: UserId, new: NewUser, verified: Verified, at: DateTime<Utc>) -> Self {
        Self::restore(UserRecord {
            id,
            email: new.email,
            name: new.name,
            role: new.role,
            company: new.company,
            avatar_url: None,
            email_verified_at: (verified == Verified::Yes).then_some(at),
            suspended_at: None,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            version: Version::FIRST,
        })
    }

    /// Rebuilds a user from storage.
    pub const fn restore(record: UserRecord) -> Self {
        Self { record }
    }

    /// Renames the user.
    pub fn rename(&mut self, name: Option<PersonName>, at: DateTime<Utc>) {
        self.record.name = name;
        self.touch(at);
    }

    /// Takes the user out of sight.
    pub fn delete(&mut self, at: DateTime<Utc>) {
        self.record.deleted_at = Some(at);
        self.touch(at);
    }

    /// Whether the user may sign in.
    pub fn may_sign_in(&self) -> bool {
        self.suspended_at.is_none() && self.deleted_at.is_none()
    }

    fn touch(&mut self, at: DateTime<Utc>) {
        self.record.updated_at = at;
        self.record.version = self.record.version.next();
    }
}

/// Whether an address was proven to be its owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Somebody trusted vouches for it.
    Yes,
    /// Its owner still has to confirm it.
    No,
}

impl Deref for User {
    type Target = UserRecord;

    fn deref(&self) -> &UserRecord {
        &self.record
    }
}

impl Subject for User {
    fn facts(&self) -> Facts {
        let id = self.id.uuid();
        let privileged =
            self.role != Role::Client || self.company.is_some() || self.email_verified_at.is_some();
        Facts { owner: Some(self.id), company: self.company, privileged, ..Facts::of(Resource::User, id) }
    }
}

impl Role {
    /// Every role, the most powerful first.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Team, Self::Client];

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Team => "TEAM",
            Self::Client => "CLIENT",
        }
    }

    /// The role with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
