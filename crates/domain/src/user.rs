mod field;

use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{
    AccountChange, CompanyId, Email, Entity, Facts, HttpUrl, Id, Patch, PersonName, Resource, Standing,
    Subject, Version,
};

pub use field::UserField;

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

/// What a user changes about itself.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct UserPatch {
    /// Its name.
    pub name: Patch<PersonName>,
    /// Its picture.
    pub avatar_url: Patch<HttpUrl>,
}

/// A user as its colleagues see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Colleague {
    /// Its id.
    pub id: UserId,
    /// Its name.
    pub name: Option<PersonName>,
    /// Its picture.
    pub avatar_url: Option<HttpUrl>,
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

    /// Changes what others see of the user. `None` when that changes nothing: then there is no new version.
    pub fn edit(&mut self, patch: UserPatch, at: DateTime<Utc>) -> Option<AccountChange> {
        let fields = [
            ("name", patch.name.apply(&mut self.record.name)),
            ("avatarUrl", patch.avatar_url.apply(&mut self.record.avatar_url)),
        ];
        let fields: Vec<_> =
            fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect();
        self.changed(!fields.is_empty(), at, AccountChange::Edited { fields })
    }

    /// Gives the user another role. `None` when it has that role.
    pub fn change_role(&mut self, to: Role, at: DateTime<Utc>) -> Option<AccountChange> {
        let from = std::mem::replace(&mut self.record.role, to);
        self.changed(from != to, at, AccountChange::RoleChanged { from, to })
    }

    /// Moves the user to another company. `None` when it is there.
    pub fn change_company(&mut self, to: Option<CompanyId>, at: DateTime<Utc>) -> Option<AccountChange> {
        let from = std::mem::replace(&mut self.record.company, to);
        self.changed(from != to, at, AccountChange::CompanyChanged { from, to })
    }

    /// Keeps the user from signing in. `None` when it may not already.
    pub fn suspend(&mut self, at: DateTime<Utc>) -> Option<AccountChange> {
        let is_news = self.suspended_at.is_none();
        self.record.suspended_at.get_or_insert(at);
        self.changed(is_news, at, AccountChange::Suspended)
    }

    /// Lets the user sign in again. `None` when it may already.
    pub fn reactivate(&mut self, at: DateTime<Utc>) -> Option<AccountChange> {
        let is_news = self.record.suspended_at.take().is_some();
        self.changed(is_news, at, AccountChange::Reactivated)
    }

    /// Gives the user another address, which counts as proven.
    pub fn change_email(&mut self, to: Email, at: DateTime<Utc>) -> AccountChange {
        self.record.email = to;
        self.record.email_verified_at = Some(at);
        self.touch(at);
        AccountChange::EmailChanged
    }

    /// Takes the user out of sight.
    pub fn delete(&mut self, at: DateTime<Utc>) -> AccountChange {
        self.record.deleted_at = Some(at);
        self.touch(at);
        AccountChange::Deleted
    }

    /// What access tokens have to say to hold; `None` when none does.
    pub fn standing(&self) -> Option<Standing> {
        self.may_sign_in().then_some(Standing { role: self.role, company: self.company })
    }

    /// Whether the user may sign in.
    pub fn may_sign_in(&self) -> bool {
        self.suspended_at.is_none() && self.deleted_at.is_none()
    }

    fn changed(&mut self, is_news: bool, at: DateTime<Utc>, change: AccountChange) -> Option<AccountChange> {
        is_news.then(|| {
            self.touch(at);
            change
        })
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
    /// The words, in the same order.
    pub const WORDS: [&'static str; 3] = ["ADMIN", "TEAM", "CLIENT"];

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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user() -> User {
        let new = NewUser {
            email: Email::parse("ada@example.com").unwrap(),
            name: None,
            role: Role::Client,
            company: None,
        };
        User::create(Id::from_uuid(Uuid::from_u128(1)), new, Verified::Yes, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_change_that_changes_nothing_makes_no_version() {
        let (mut user, at) = (user(), DateTime::UNIX_EPOCH);
        assert_eq!(user.edit(UserPatch::default(), at), None);
        assert_eq!(user.change_role(Role::Client, at), None);
        assert_eq!(user.change_company(None, at), None);
        assert_eq!(user.reactivate(at), None);
        assert_eq!(user.version, Version::FIRST);
        assert!(user.suspend(at).is_some() && user.suspend(at).is_none());
        assert_eq!(user.version, Version::FIRST.next());
    }

    #[test]
    fn who_may_not_sign_in_has_no_standing() {
        let (mut user, at) = (user(), DateTime::UNIX_EPOCH);
        assert_eq!(user.standing(), Some(Standing { role: Role::Client, company: None }));
        user.suspend(at);
        assert_eq!(user.standing(), None);
        user.reactivate(at);
        user.delete(at);
        assert_eq!(user.standing(), None);
    }
}
