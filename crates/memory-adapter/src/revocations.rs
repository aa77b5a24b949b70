use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Revocation, SessionId, UserId};
use kairo_ports::{Mark, RevocationLog, StoreError};

use crate::shelf::{Shelf, Table};
use crate::unit_of_work::MemoryUnitOfWork;

/// The log of revocations. Its numbers are given at commit, one after the other, so that nothing ever appears below a
/// number that somebody has read.
#[derive(Clone, Default)]
pub(crate) struct Announcements {
    log: Table<Announcement, u64>,
    next: u64,
}

struct Announcement {
    what: What,
    at: DateTime<Utc>,
}

/// What was revoked.
#[derive(Clone, Copy)]
pub(crate) enum What {
    Session(SessionId),
    User(UserId),
}

impl Announcements {
    pub(crate) fn announce(&mut self, what: What, at: DateTime<Utc>) {
        self.log.put(self.next, Announcement { what, at });
        self.next += 1;
    }

    /// Forgets at most so many of what is older, and tells how many they were.
    pub(crate) fn forget(&mut self, before: DateTime<Utc>, limit: usize) -> u64 {
        self.log.remove_where(limit, |announcement| announcement.at < before)
    }

    fn since(&self, number: u64) -> impl Iterator<Item = What> {
        self.log.entries().filter(move |(at, _)| **at >= number).map(|(_, announcement)| announcement.what)
    }
}

#[async_trait]
impl RevocationLog for MemoryUnitOfWork {
    async fn since<'a>(&mut self, mark: Option<&'a Mark>) -> Result<(Vec<Revocation>, Mark), StoreError> {
        self.demand_system()?;
        let from =
            mark.map_or(Ok(0), |mark| mark.0.parse()).map_err(|no| StoreError::Broken(Box::new(no)))?;
        // Not the unit's own view: numbers in it are given again at commit.
        let newest = self.shared.newest();
        let told = newest.revocations.since(from).map(|what| revocation(&newest, what));
        Ok((told.collect(), Mark(newest.revocations.next.to_string())))
    }
}

fn revocation(shelf: &Shelf, what: What) -> Revocation {
    match what {
        What::Session(session) => Revocation::Session(session),
        What::User(user) => {
            Revocation::User(user, shelf.users.get(&user.uuid()).and_then(|user| user.standing()))
        }
    }
}
