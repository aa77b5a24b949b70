use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Actor, ActorRole, Letter, LetterId};
use kairo_ports::{LetterQueue, QueuedLetter, StoreError};

use crate::guard::refused;
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

/// A letter that is owed, and from when on.
#[derive(Clone, PartialEq)]
pub(crate) struct Posted {
    id: LetterId,
    letter: Letter,
    posted_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    attempts: u32,
}

#[async_trait]
impl LetterQueue for MemoryUnitOfWork {
    async fn post(&mut self, id: LetterId, letter: &Letter, at: DateTime<Utc>) -> Result<(), StoreError> {
        let posting = may_post(&self.actor, letter);
        self.check(posting)?;
        let posted = Posted { id, letter: letter.clone(), posted_at: at, due_at: at, attempts: 0 };
        self.write(move |shelf| shelf.letters.put_new(id.uuid(), posted.clone(), "id"))
    }

    async fn take(
        &mut self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<QueuedLetter>, StoreError> {
        self.demand_system()?;
        let mut due: Vec<Posted> =
            self.view.letters.rows().filter(|posted| posted.due_at <= now).cloned().collect();
        due.sort_by_key(|posted| (posted.posted_at, posted.id));
        due.truncate(usize::from(limit));
        self.write(move |shelf| due.iter().map(|posted| take(shelf, posted, until)).collect())
    }

    async fn done(&mut self, id: LetterId) -> Result<(), StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            shelf.letters.remove(&id.uuid());
            Ok(())
        })
    }

    async fn postpone(&mut self, id: LetterId, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            let postponed =
                shelf.letters.get(&id.uuid()).map(|posted| Posted { due_at: until, ..posted.clone() });
            if let Some(posted) = postponed {
                shelf.letters.put(id.uuid(), posted);
            }
            Ok(())
        })
    }
}

/// Refuses a letter that the actor has no business with.
fn may_post(actor: &Actor, letter: &Letter) -> Result<(), StoreError> {
    let role = actor.role();
    let may = match letter {
        Letter::Notice(user, _) => actor.user() == Some(*user),
        Letter::Invitation(_) => matches!(role, ActorRole::Team | ActorRole::Admin),
        Letter::Welcome(_) => role == ActorRole::Admin,
        Letter::VerifyAddress(_)
        | Letter::ResetPassword(_)
        | Letter::ConfirmOldAddress(_)
        | Letter::ConfirmNewAddress(_) => false,
    };
    if may || role == ActorRole::System {
        return Ok(());
    }
    Err(refused(format!("a {} posts no letter of this kind", actor.word())))
}

/// Takes a letter, unless somebody else did since it was seen.
fn take(shelf: &mut Shelf, seen: &Posted, until: DateTime<Utc>) -> Result<QueuedLetter, StoreError> {
    if shelf.letters.get(&seen.id.uuid()) != Some(seen) {
        return Err(StoreError::Contention(None));
    }
    let taken = Posted { due_at: until, attempts: seen.attempts.saturating_add(1), ..seen.clone() };
    shelf.letters.put(seen.id.uuid(), taken);
    Ok(QueuedLetter { id: seen.id, letter: seen.letter.clone(), attempts: seen.attempts })
}
