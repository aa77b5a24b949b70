use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};
use kairo_domain::{Revocation, SessionId, Standing, UserId};
use kairo_ports::{AccessClaims, Mark};

/// What is known, without asking the store, of access tokens that no longer hold although their time is not over.
/// Nothing is remembered for longer than a token lives.
#[derive(Default)]
pub(crate) struct Live(RwLock<Known>);

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

    /// Takes over what this process has just done itself.
    pub(crate) fn learn(&self, revocation: Revocation, until: DateTime<Utc>) {
        self.write().learn(revocation, until);
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        // Every change is whole after each step, so what a panic left behind can be used.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
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

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_token_holds_until_its_session_ends() {
        let live = Live::default();
        assert!(live.holds(&claims(Role::Team)));
        live.learn(Revocation::Session(claims(Role::Team).session), at(600));
        assert!(!live.holds(&claims(Role::Team)));
    }

    #[test]
    fn a_token_holds_as_long_as_it_says_what_its_user_is() {
        let live = Live::default();
        let user = claims(Role::Team).user;
        let standing = |role| Some(Standing { role, company: None });
        live.learn(Revocation::User(user, standing(Role::Client)), at(600));
        assert!(!live.holds(&claims(Role::Team)) && live.holds(&claims(Role::Client)));
        live.learn(Revocation::User(user, None), at(600));
        assert!(!live.holds(&claims(Role::Client)));
    }

    #[test]
    fn nothing_is_remembered_for_longer_than_a_token_lives() {
        let live = Live::default();
        live.learn(Revocation::Session(claims(Role::Team).session), at(600));
        live.follow(&[], Mark("7".to_owned()), at(600), at(1200));
        assert!(live.holds(&claims(Role::Team)));
        assert_eq!(live.mark(), Some(Mark("7".to_owned())));
    }
}
