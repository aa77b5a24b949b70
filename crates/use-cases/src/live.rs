use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};
use futures_util::lock::Mutex;
use kairo_domain::{Revocation, SessionId, Standing, UserId};
use kairo_ports::{AccessClaims, Mark};

/// What is known, without asking the store, of access tokens that no longer hold although their time is not over.
/// Nothing is remembered for longer than a token lives.
#[derive(Default)]
pub(crate) struct Live {
    known: RwLock<Known>,
    /// Held while the log is read and taken over: an older reading must not come after a newer one.
    pub(crate) following: Mutex<()>,
}

#[derive(Default)]
struct Known {
    sessions: HashMap<SessionId, DateTime<Utc>>,
    users: HashMap<UserId, (Option<Standing>, DateTime<Utc>)>,
    mark: Option<Mark>,
}

impl Live {
    /// Whether a token still says the truth.
    pub(crate) fn holds(&self, claims: &AccessClaims) -> bool {
        let known = self.read();
        let said = Standing { role: claims.role, company: claims.company };
        let stands = known.users.get(&claims.user).is_none_or(|(standing, _)| *standing == Some(said));
        stands && !known.sessions.contains_key(&claims.session)
    }

    /// Up to where the store's log was read.
    pub(crate) fn mark(&self) -> Option<Mark> {
        self.read().mark.clone()
    }

    /// Takes over what the store's log said.
    pub(crate) fn follow(&self, news: &[Revocation], mark: Mark, now: DateTime<Utc>, until: DateTime<Utc>) {
        let mut known = self.write();
        known.sessions.retain(|_, until| now < *until);
        known.users.retain(|_, (_, until)| now < *until);
        for revocation in news {
            known.learn(*revocation, until);
        }
        known.mark = Some(mark);
    }

    /// Takes over at once that a session has ended, which it does for good.
    pub(crate) fn end(&self, session: SessionId, until: DateTime<Utc>) {
        self.write().learn(Revocation::Session(session), until);
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        // Every change is whole after each step, so what a panic left behind can be used.
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn learn(&mut self, revocation: Revocation, until: DateTime<Utc>) {
        match revocation {
            Revocation::Session(session) => {
                self.sessions.insert(session, until);
            }
            Revocation::User(user, standing) => {
                self.users.insert(user, (standing, until));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kairo_domain::{Id, Role};
    use uuid::Uuid;

    use super::*;

    fn claims(role: Role) -> AccessClaims {
        let id = Uuid::from_u128(1);
        AccessClaims { user: Id::from_uuid(id), session: Id::from_uuid(id), role, company: None }
    }

    fn mark() -> Mark {
        Mark("7".to_owned())
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_token_holds_until_its_session_ends() {
        let live = Live::default();
        assert!(live.holds(&claims(Role::Team)));
        live.end(claims(Role::Team).session, at(600));
        assert!(!live.holds(&claims(Role::Team)));
    }

    #[test]
    fn a_token_holds_as_long_as_it_says_what_its_user_is() {
        let live = Live::default();
        let user = claims(Role::Team).user;
        let standing = |role| Some(Standing { role, company: None });
        let follow = |standing| live.follow(&[Revocation::User(user, standing)], mark(), at(0), at(600));
        follow(standing(Role::Client));
        assert!(!live.holds(&claims(Role::Team)) && live.holds(&claims(Role::Client)));
        follow(None);
        assert!(!live.holds(&claims(Role::Client)));
    }

    #[test]
    fn nothing_is_remembered_for_longer_than_a_token_lives() {
        let live = Live::default();
        live.end(claims(Role::Team).session, at(600));
        live.follow(&[], mark(), at(600), at(1200));
        assert!(live.holds(&claims(Role::Team)));
        assert_eq!(live.mark(), Some(mark()));
    }
}
