use std::fmt;

use crate::{Resource, Verb};

/// One thing an API key may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    area: Area,
    access: Access,
}

/// What an API key may do; never more than its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Scopes(u16);

/// The resources that one scope covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Area {
    Users,
    Companies,
    Projects,
    Services,
    Automations,
    Assets,
    Leads,
    Audit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Access {
    Read,
    Write,
}

impl Area {
    const ALL: [Self; 8] = [
        Self::Users,
        Self::Companies,
        Self::Projects,
        Self::Services,
        Self::Automations,
        Self::Assets,
        Self::Leads,
        Self::Audit,
    ];

    /// `None` for what no key may touch: whoever holds a key must not be able to make another one, or to stay.
    const fn of(resource: Resource) -> Option<Self> {
        match resource {
            Resource::User | Resource::Colleague => Some(Self::Users),
            Resource::Company => Some(Self::Companies),
            Resource::Project => Some(Self::Projects),
            Resource::Service => Some(Self::Services),
            Resource::Automation | Resource::Run => Some(Self::Automations),
            Resource::Asset => Some(Self::Assets),
            Resource::Lead => Some(Self::Leads),
            Resource::Audit => Some(Self::Audit),
            Resource::Session
            | Resource::ClientInvitation
            | Resource::StaffInvitation
            | Resource::ApiKey
            | Resource::Credential => None,
        }
    }
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 15] = {
        let mut all = [Self { area: Area::Audit, access: Access::Read }; 15];
        let mut at = 0;
        while at < 14 {
            let access = if at % 2 == 0 { Access::Read } else { Access::Write };
            all[at] = Self { area: Area::ALL[at / 2], access };
            at += 1;
        }
        all
    };
    /// The words, in the same order.
    pub const WORDS: [&'static str; 15] = [
        "users:read",
        "users:write",
        "companies:read",
        "companies:write",
        "projects:read",
        "projects:write",
        "services:read",
        "services:write",
        "automations:read",
        "automations:write",
        "assets:read",
        "assets:write",
        "leads:read",
        "leads:write",
        "audit:read",
    ];

    /// The word of the API and the database.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self.place()]
    }

    /// The scope with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().position(|known| *known == word).map(|at| Self::ALL[at])
    }

    fn place(self) -> usize {
        self.area as usize * 2 + self.access as usize
    }
}

impl Scopes {
    /// Whatever the owner may do.
    pub const FULL: Self = Self(u16::MAX);

    /// Whether the scopes cover this; `…:write` does not cover reading.
    pub fn cover(self, resource: Resource, verb: Verb) -> bool {
        if self == Self::FULL {
            return true;
        }
        // Who gives rights can give them to an account of their own, and stay.
        if verb == Verb::ChangeRole {
            return false;
        }
        let access = if matches!(verb, Verb::Read | Verb::Export) { Access::Read } else { Access::Write };
        Area::of(resource).is_some_and(|area| self.contains(Scope { area, access }))
    }

    /// Whether the scope is among them.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope.place()) != 0
    }

    /// The scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope.place()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_survives_its_word() {
        for (scope, word) in Scope::ALL.into_iter().zip(Scope::WORDS) {
            assert_eq!((scope.as_str(), Scope::named(word)), (word, Some(scope)));
        }
        assert_eq!(Scope::named("leads:erase"), None);
    }

    #[test]
    fn scopes_cover_what_they_name_and_nothing_else() {
        let scopes: Scopes = [Scope::named("leads:read").unwrap()].into_iter().collect();
        assert!(scopes.cover(Resource::Lead, Verb::Read) && scopes.cover(Resource::Lead, Verb::Export));
        assert!(!scopes.cover(Resource::Lead, Verb::Update) && !scopes.cover(Resource::Company, Verb::Read));
        assert_eq!(scopes.iter().map(Scope::as_str).collect::<Vec<_>>(), ["leads:read"]);
    }

    #[test]
    fn all_scopes_together_are_still_less_than_a_person() {
        let all: Scopes = Scope::ALL.into_iter().collect();
        assert!(!all.cover(Resource::ApiKey, Verb::Create) && !all.cover(Resource::Session, Verb::Read));
        assert!(
            !all.cover(Resource::Credential, Verb::Read) && !all.cover(Resource::Credential, Verb::Update)
        );
        assert!(!all.cover(Resource::User, Verb::ChangeRole) && all.cover(Resource::User, Verb::Update));
        assert!(Scopes::FULL.cover(Resource::ApiKey, Verb::Create));
    }
}
