mod write;

use chrono::TimeDelta;
use kairo_domain::Actor;
use kairo_ports::{MailError, QueuedLetter};

use crate::Error;
use crate::desk::Desk;
use crate::retry::retry;

/// How many letters are taken at a time.
const AT_ONCE: u16 = 20;
/// For how long a letter that was taken is left alone: longer than it takes to write and to send all of them.
const HELD_FOR: TimeDelta = TimeDelta::minutes(20);
/// How often a letter is tried, over more than a day.
const ATTEMPTS: u32 = 16;
/// The longest time between two tries.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(4);

/// The mails that are owed. They are noted in the unit of the act that owes them, and sent after its commit.
#[derive(Clone)]
pub struct Post {
    pub(crate) desk: Desk,
}

impl Post {
    /// Writes and sends what is due, and tells how many letters it dealt with. One that cannot be sent is tried again
    /// later, and keeps nobody else's back. Any number of processes may do this at once; a process that dies half-way
    /// leaves its letters to the others.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn deliver_due(&self) -> Result<usize, Error> {
        let mut count = 0;
        loop {
            let letters = self.take().await?;
            if letters.is_empty() {
                return Ok(count);
            }
            count += letters.len();
            for letter in letters {
                if let Err(error) = self.deliver(&letter).await {
                    tracing::warn!(letter.id = %letter.id, letter.kind = letter.letter.word(), %error, "a letter waits");
                }
            }
        }
    }

    async fn take(&self) -> Result<Vec<QueuedLetter>, Error> {
        retry(|| async move {
            let now = self.desk.now();
            let mut work = self.desk.begin(&Actor::System).await?;
            let letters = work.letters().take(now, now + HELD_FOR, AT_ONCE).await?;
            work.commit().await?;
            Ok(letters)
        })
        .await
    }

    async fn deliver(&self, queued: &QueuedLetter) -> Result<(), Error> {
        let Some(mail) = self.write(queued).await? else { return self.done(queued).await };
        match self.desk.ports.mailer.send(&mail).await {
            Ok(()) => self.done(queued).await,
            Err(MailError::Transient(source)) if queued.attempts + 1 < ATTEMPTS => {
                let kind = queued.letter.word();
                tracing::warn!(letter.id = %queued.id, letter.kind = kind, error = %source, "a mail is tried again later");
                self.postpone(queued).await
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                let kind = queued.letter.word();
                tracing::error!(letter.id = %queued.id, letter.kind = kind, error = source, "a mail is given up");
                self.done(queued).await
            }
        }
    }

    async fn done(&self, queued: &QueuedLetter) -> Result<(), Error> {
        retry(|| async move {
            let mut work = self.desk.begin(&Actor::System).await?;
            work.letters().done(queued.id).await?;
            Ok(work.commit().await?)
        })
        .await
    }

    async fn postpone(&self, queued: &QueuedLetter) -> Result<(), Error> {
        let pause = TimeDelta::seconds(30 << queued.attempts.min(10)).min(LONGEST_PAUSE);
        retry(|| async move {
            let mut work = self.desk.begin(&Actor::System).await?;
            work.letters().postpone(queued.id, self.desk.now() + pause).await?;
            Ok(work.commit().await?)
        })
        .await
    }
}
