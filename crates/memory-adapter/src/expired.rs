use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_ports::{Expired, StoreError};

use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl Expired for MemoryUnitOfWork {
    async fn purge(&mut self, before: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        self.demand_system()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.write(move |shelf| Ok(purge(shelf, before, limit)))
    }
}

fn purge(shelf: &mut Shelf, before: DateTime<Utc>, limit: usize) -> u64 {
    let ended = |revoked_at: Option<DateTime<Utc>>, expires_at: DateTime<Utc>| {
        expires_at < before || revoked_at.is_some_and(|at| at < before)
    };
    [
        shelf.sessions.remove_where(limit, |session| ended(session.revoked_at, session.expires_at)),
        shelf.api_keys.remove_where(limit, |key| ended(key.revoked_at, key.expires_at)),
        shelf.sign_ups.remove_where(limit, |applicant| applicant.sign_up.expires_at < before),
        shelf.email_changes.remove_where(limit, |change| change.expires_at < before),
        shelf.one_time_tokens.remove_where(limit, |token| token.expires_at < before),
        shelf.attempts.remove_where(limit, |attempts| attempts.last_at < before),
        shelf.revocations.forget(before, limit),
    ]
    .iter()
    .sum()
}
