use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;
use kairo::ports::Clock;
use kairo::system::{Keyring, RingKey, SigningKey, SystemClock};
use kairo::use_cases::SealedAnew;

use super::output::say;
use super::{Outcome, closed};
use crate::config::Config;
use crate::keys::{Keys, RELOAD_EVERY};
use crate::wiring::Running;

/// How long it takes until every node uses a key that signs at once: until it reads the file, and a second for reading.
const SEEN_WITHIN: Duration = RELOAD_EVERY.saturating_add(Duration::from_secs(1));

/// Show and rotate the keys that sign tokens and encrypt secrets.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the keys: since when each signs, and its id as in /.well-known/jwks.json
    List,
    /// Make another key, let it sign, and encrypt every secret in the database with it
    ///
    /// Programs that serve read the new key within seconds, and need no restart. Nobody is signed out: the old key is
    /// still read, but signs nothing any more.
    Rotate {
        /// After how many seconds the new key signs; longer than any node takes to see the file
        #[arg(long, default_value_t = 15, value_name = "SECONDS")]
        overlap: u32,
        /// The old keys have leaked: the new key signs at once, and nothing that the old ones signed or encrypted is
        /// read any more once the secrets are encrypted anew. Everybody has to sign in again. Restart every node
        /// afterwards: cursors, receipts and CSRF tokens keep to the first of the old keys until then
        #[arg(long, conflicts_with = "overlap")]
        leaked: bool,
    },
}

/// When the steps of a rotation are due.
#[derive(Debug, PartialEq, Eq)]
struct Timetable {
    /// The new key signs.
    signs_from: DateTime<Utc>,
    /// The secrets are encrypted anew, because no node uses an old key for others any more.
    seals_from: DateTime<Utc>,
}

impl Timetable {
    fn new(now: DateTime<Utc>, overlap: u32, leaked: bool) -> Self {
        if leaked {
            // What a node encrypted with an old key after that would be lost when the old ones are forgotten.
            return Self { signs_from: now, seals_from: now + SEEN_WITHIN };
        }
        let signs_from = now + TimeDelta::seconds(overlap.into());
        Self { signs_from, seals_from: signs_from }
    }
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    match args.action {
        Action::List => list(&config),
        Action::Rotate { overlap, leaked } => {
            let (keys, ring) = Keys::open(&config, SystemClock.now())?;
            let Timetable { signs_from, seals_from } = Timetable::new(SystemClock.now(), overlap, leaked);
            let ring = add(&keys, &ring, signs_from)?;
            say(&format!("made another key, which signs from {}", signs_from.format("%H:%M:%S UTC")))?;
            wait_until(seals_from).await;
            let running = Running::start(&config).await?;
            let done = seal_anew(&running).await;
            let done = if leaked && done.is_ok() { forget_old(&keys, &ring) } else { done };
            closed(done, running.stop().await)
        }
    }
}

fn list(config: &Config) -> Outcome {
    let now = SystemClock.now();
    let (_, ring) = Keys::open(config, now)?;
    let signing = ring.signing_key(now).id()?;
    for RingKey { key, signs_from } in ring.keys() {
        let id = key.id()?;
        let role = match (id == signing, signs_from > now) {
            (true, _) => "signs now",
            (false, true) => "will sign",
            (false, false) => "is read only",
        };
        let since = match signs_from.timestamp() {
            ..=0 => "the beginning".to_owned(),
            _ => signs_from.to_rfc3339(),
        };
        say(&format!("{id}  {role:<12}  since {since}"))?;
    }
    Ok(())
}

fn add(
    keys: &Keys,
    ring: &Keyring,
    signs_from: DateTime<Utc>,
) -> Result<Keyring, Box<dyn std::error::Error + Send + Sync>> {
    let mut all = ring.keys();
    all.push(RingKey { key: SigningKey::generate(), signs_from });
    keys.keep(all)
}

async fn wait_until(instant: DateTime<Utc>) {
    let left = (instant - SystemClock.now()).to_std().unwrap_or(Duration::ZERO);
    tokio::time::sleep(left).await;
}

async fn seal_anew(running: &Running) -> Outcome {
    let SealedAnew { sealed, unreadable } = running.studio().upkeep().seal_anew().await?;
    say(&format!(
        "encrypted {sealed} secrets anew; the old keys are still read, and needed for nothing new"
    ))?;
    if unreadable.is_empty() {
        return Ok(());
    }
    for place in &unreadable {
        say(&format!("cannot be opened: {place}"))?;
    }
    Err(format!(
        "{} secrets open with no key of the ring and stay as they are: put the key back that they were encrypted with and \
         rotate again, or have their owners enter them anew",
        unreadable.len()
    )
    .into())
}

fn forget_old(keys: &Keys, ring: &Keyring) -> Outcome {
    let newest = ring.keys().into_iter().last().ok_or("the ring is empty")?;
    keys.keep(vec![newest])?;
    say("the old keys are gone: everybody has to sign in again; now restart every node")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_before_anything_is_encrypted_with_it() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let signs_from = now + TimeDelta::seconds(15);
        assert_eq!(Timetable::new(now, 15, false), Timetable { signs_from, seals_from: signs_from });
    }

    #[test]
    fn every_node_has_read_the_key_before_leaked_ones_are_forgotten() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let Timetable { signs_from, seals_from } = Timetable::new(now, 15, true);
        assert_eq!(signs_from, now);
        assert!(seals_from > now + RELOAD_EVERY);
    }
}
