mod field;
mod redaction;
mod secret;

use std::ops::Deref;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Change, CredentialChange, CredentialName, Entity, Facts, Id, Redacted, Resource, Subject, UserId, Version,
};

pub use field::CredentialField;
pub use redaction::SecretTexts;
pub use secret::{CredentialKind, CredentialSecret, NotASecret};

/// The id of a credential.
pub type CredentialId = Id<Credential>;

impl Entity for Credential {
    const NAME: &'static str = "credential";
}

/// What a user's automations authenticate with elsewhere. Flows refer to it by its name; its secret is sealed, and
/// opened only by the program itself when a step needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    record: CredentialRecord,
}

/// Everything a store keeps of a credential.
#[derive(Clone, Debug, PartialEq)]
pub struct CredentialRecord {
    /// Its id.
    pub id: CredentialId,
    /// Whose automations may use it.
    pub owner: UserId,
    /// What flows call it; no owner has two of the same name.
    pub name: CredentialName,
    /// What kind of secret it holds, for good.
    pub kind: CredentialKind,
    /// The secret, encrypted with a key that the store does not have; empty for everybody but the program itself.
    pub sealed: Redacted<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When a step last used it, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// How often it was changed; using it changes nothing.
    pub version: Version,
}

/// A credential to be made, with its secret sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCredential {
    /// Whose automations may use it.
    pub owner: UserId,
    /// What flows call it.
    pub name: CredentialName,
    /// What kind of secret it holds.
    pub kind: CredentialKind,
    /// The secret, encrypted.
    pub sealed: Redacted<String>,
}

/// What its owner changes about a credential.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CredentialPatch {
    /// What flows call it.
    pub name: Change<CredentialName>,
}

impl Credential {
    /// How exact [`CredentialRecord::last_used_at`] is: more would cost a write for each step.
    const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

    /// A new credential.
    pub fn create(id: CredentialId, new: NewCredential, at: DateTime<Utc>) -> Self {
        let NewCredential { owner, name, kind, sealed } = new;
        Self::restore(CredentialRecord {
            id,
            owner,
            name,
            kind,
            sealed,
            created_at: at,
            updated_at: at,
            last_used_at: None,
            version: Version::FIRST,
        })
    }

    /// Rebuilds a credential from storage.
    pub const fn restore(record: CredentialRecord) -> Self {
        Self { record }
    }

    /// Edits the credential. `None` when the edit changes nothing: then there is no new version.
    pub fn edit(&mut self, patch: CredentialPatch, at: DateTime<Utc>) -> Option<CredentialChange> {
        if !patch.name.apply(&mut self.record.name) {
            return None;
        }
        self.touch(at);
        Some(CredentialChange::Updated { fields: vec!["name"] })
    }

    /// Puts another sealed secret of the same kind in the place of the one it has.
    pub fn replace_secret(&mut self, sealed: Redacted<String>, at: DateTime<Utc>) -> CredentialChange {
        self.record.sealed = sealed;
        self.touch(at);
        CredentialChange::Updated { fields: vec!["secret"] }
    }

    /// The credential as everybody but the program itself sees it.
    #[must_use]
    pub fn without_secret(&self) -> Self {
        let sealed = Redacted::new(String::new());
        Self { record: CredentialRecord { sealed, ..self.record.clone() } }
    }

    /// Whether this use is worth noting.
    pub fn is_use_news(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|last| now - last >= Self::USE_NOTED_EVERY)
    }

    fn touch(&mut self, at: DateTime<Utc>) {
        self.record.updated_at = at;
        self.record.version = self.record.version.next();
    }
}

impl Deref for Credential {
    type Target = CredentialRecord;

    fn deref(&self) -> &CredentialRecord {
        &self.record
    }
}

impl Subject for Credential {
    fn facts(&self) -> Facts {
        Facts { owner: Some(self.owner), ..Facts::of(Resource::Credential, self.id.uuid()) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Actor, Role, Scope, UserActor, Verb, Via};

    fn credential() -> Credential {
        let new = NewCredential {
            owner: Id::from_uuid(Uuid::from_u128(2)),
            name: CredentialName::parse("crm").unwrap(),
            kind: CredentialKind::Bearer,
            sealed: Redacted::new("sealed".to_owned()),
        };
        Credential::create(Id::from_uuid(Uuid::from_u128(1)), new, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn what_changes_makes_a_version_and_names_the_field() {
        let (mut credential, later) = (credential(), DateTime::UNIX_EPOCH + TimeDelta::hours(1));
        let to = |name| CredentialPatch { name: Change::Set(CredentialName::parse(name).unwrap()) };
        assert_eq!(credential.edit(to("crm"), later), None);
        assert_eq!(credential.version, Version::FIRST);
        let renamed = credential.edit(to("crm-2"), later);
        assert_eq!(renamed, Some(CredentialChange::Updated { fields: vec!["name"] }));
        let replaced = credential.replace_secret(Redacted::new("anew".to_owned()), later);
        assert_eq!(replaced, CredentialChange::Updated { fields: vec!["secret"] });
        assert_eq!((credential.version.number(), credential.updated_at), (3, later));
    }

    #[test]
    fn a_use_is_news_once_a_minute() {
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let mut record = credential().record;
        record.last_used_at = Some(at(0));
        let used = Credential::restore(record);
        assert!(credential().is_use_news(at(0)));
        assert!(!used.is_use_news(at(59)) && used.is_use_news(at(60)));
    }

    #[test]
    fn no_api_key_sees_its_owners_credentials() {
        let credential = credential();
        let by = |via| Actor::User(UserActor { id: credential.owner, role: Role::Admin, company: None, via });
        let all = Via::ApiKey(Id::from_uuid(Uuid::from_u128(3)), Scope::ALL.into_iter().collect());
        for verb in Resource::Credential.verbs() {
            assert!(by(Via::Program).may(*verb, &credential).is_ok());
            assert!(by(all).may(*verb, &credential).is_err(), "{verb}");
        }
        assert!(by(all).may_list(Resource::Credential).is_err());
        assert!(Actor::Visitor.may(Verb::Read, &credential).is_err());
    }
}
