use std::cmp::Reverse;

use async_trait::async_trait;
use kairo_domain::{Actor, Permit, Session, SessionId, TokenDigest, UserId};
use kairo_ports::{SessionRepository, StoreError};

use crate::guard::{Guard, no_digest, only_system, refused, sees};
use crate::revocations::What;
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl SessionRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let session = self.view.sessions.get(&id.uuid()).filter(|session| sees(&self.actor, *session));
        session.map(|session| shown_to(&self.actor, session)).transpose()
    }

    async fn find_by_digest(&mut self, digest: &TokenDigest) -> Result<Option<Session>, StoreError> {
        self.demand_system()?;
        let has_it = |session: &&Session| {
            session.refresh_digest == *digest || session.previous_digest.as_ref() == Some(digest)
        };
        Ok(self.view.sessions.rows().find(has_it).cloned())
    }

    async fn of_user(&mut self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let is_shown = |session: &&Session| {
            session.user == user && session.revoked_at.is_none() && sees(&self.actor, *session)
        };
        let mut sessions: Vec<&Session> = self.view.sessions.rows().filter(is_shown).collect();
        sessions.sort_by_key(|session| Reverse((session.created_at, session.id)));
        sessions.into_iter().map(|session| shown_to(&self.actor, session)).collect()
    }

    async fn add(&mut self, permit: &Permit, session: &Session) -> Result<(), StoreError> {
        let (guard, session) = (Guard::new(self.actor, permit), session.clone());
        self.write(move |shelf| add(shelf, &guard, &session))
    }

    async fn rotate(
        &mut self,
        permit: &Permit,
        session: &Session,
        from: &TokenDigest,
    ) -> Result<(), StoreError> {
        let guard = Guard::new(self.actor, permit);
        let (session, from) = (session.clone(), from.clone());
        self.write(move |shelf| rotate(shelf, &guard, &session, &from))
    }

    async fn revoke(&mut self, permit: &Permit, session: &Session) -> Result<(), StoreError> {
        let (guard, session) = (Guard::new(self.actor, permit), session.clone());
        self.write(move |shelf| revoke(shelf, &guard, &session))
    }
}

fn add(shelf: &mut Shelf, guard: &Guard, session: &Session) -> Result<(), StoreError> {
    guard.allows_adding(session)?;
    check_digest(shelf, session)?;
    shelf.check_user(session.user)?;
    shelf.sessions.put_new(session.id.uuid(), session.clone(), "id")
}

fn check_digest(shelf: &Shelf, session: &Session) -> Result<(), StoreError> {
    let is_taken = |other: &Session| other.id != session.id && other.refresh_digest == session.refresh_digest;
    if shelf.sessions.rows().any(is_taken) {
        return Err(StoreError::Taken { what: "refreshToken" });
    }
    Ok(())
}

fn rotate(shelf: &mut Shelf, guard: &Guard, session: &Session, from: &TokenDigest) -> Result<(), StoreError> {
    only_system(guard.actor())?;
    guard.concerns(session)?;
    let stored = shelf.sessions.get(&session.id.uuid());
    let stored = stored.filter(|stored| stored.refresh_digest == *from && stored.revoked_at.is_none());
    let stored = stored.ok_or(StoreError::Contention(None))?;
    guard.allows_saving(stored, stored)?;
    check_digest(shelf, session)?;
    shelf.sessions.put(session.id.uuid(), session.clone());
    Ok(())
}

fn revoke(shelf: &mut Shelf, guard: &Guard, session: &Session) -> Result<(), StoreError> {
    guard.concerns(session)?;
    let stored = shelf.sessions.get(&session.id.uuid());
    let stored = stored.filter(|stored| sees(guard.actor(), *stored) && stored.revoked_at.is_none());
    let stored = stored.ok_or(StoreError::Stale)?;
    guard.allows_saving(stored, stored)?;
    let Some(at) = session.revoked_at else { return Err(refused("the session is not revoked")) };
    // Nothing else is taken over: most actors hold a session without its digest.
    let mut revoked = stored.clone();
    revoked.revoke(at);
    shelf.revocations.announce(What::Session(session.id), at);
    shelf.sessions.put(session.id.uuid(), revoked);
    Ok(())
}

/// The session without what only the program itself may see.
fn shown_to(actor: &Actor, session: &Session) -> Result<Session, StoreError> {
    if *actor == Actor::System {
        return Ok(session.clone());
    }
    Ok(Session { refresh_digest: no_digest()?, previous_digest: None, ..session.clone() })
}
