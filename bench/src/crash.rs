//! The crash record: workers are killed and the database is stopped at any moment while runs go through, and then
//! everything is counted.

mod dice;
mod place;
mod sink;
mod studio;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use dice::Dice;
use place::Place;
use sink::Sink;
use studio::Studio;

/// What is done to the program.
#[derive(Clone, Copy, Debug)]
pub struct CrashPlan {
    /// How many runs are fired.
    pub runs: u32,
    /// How often a worker is killed.
    pub kills: u32,
    /// How often the database is stopped at once.
    pub stops: u32,
    /// Over which time all of that is spread.
    pub during: Duration,
    /// How long the last runs may take after that.
    pub patience: Duration,
    /// After how much silence a worker counts as dead, in milliseconds; the program's default when absent.
    pub stale_ms: Option<u32>,
    /// Where the order of kills comes from.
    pub seed: u64,
}

/// What was counted afterwards.
#[derive(Clone, Debug)]
pub struct CrashReport {
    /// What was done.
    pub plan: CrashPlan,
    /// Runs that ended well.
    pub succeeded: u64,
    /// Runs that ended otherwise.
    pub failed: u64,
    /// Runs that have not ended.
    pub open: u64,
    /// Effects in the database that are there once.
    pub effects_once: u64,
    /// Effects in the database that are missing.
    pub effects_lost: u64,
    /// Effects in the database that are there more than once.
    pub effects_doubled: u64,
    /// Requests that came more than once.
    pub requests_repeated: u64,
    /// Requests that came under another key than before.
    pub keys_changed: u64,
    /// Steps for which no request came.
    pub requests_lost: u64,
    /// Deliveries that had to be sent again, since the program could not take them in.
    pub deliveries_repeated: u64,
    /// How long all of it took.
    pub took: Duration,
}

/// The effects of one run, in the database and outside.
const EFFECTS: [&str; 2] = ["first", "second"];

/// Does what the plan says to this program, in a place of its own, and counts.
///
/// # Panics
/// When the program does not start.
pub async fn record(program: &Path, plan: CrashPlan, progress: impl Fn(&str)) -> CrashReport {
    let begun = Instant::now();
    let sink = Sink::start().await;
    let mut place = Place::start(program, plan.stale_ms).await;
    let studio = Studio::sign_in(&place).await;
    let flow = studio.draw(&sink.url()).await;
    progress("the automation is active; runs are fired, workers are killed");
    let firing = async {
        let pause = plan.during / plan.runs.max(1);
        let mut repeated = 0;
        for run in 0..plan.runs {
            repeated += flow.fire(run).await;
            tokio::time::sleep(pause).await;
        }
        repeated
    };
    let (deliveries_repeated, ()) = tokio::join!(firing, torment(&mut place, plan, &progress));
    progress("nothing is killed any more; the last runs come to their end");
    let open = flow.until_all_ended(u64::from(plan.runs), plan.patience).await;
    let notes = flow.notes().await;
    let (succeeded, failed) = flow.ended().await;
    place.stop().await;
    count(plan, &notes, &sink.requests(), begun.elapsed(), [succeeded, failed, open, deliveries_repeated])
}

/// Kills workers and stops the database, evenly over the time, in an order that the seed says.
async fn torment(place: &mut Place, plan: CrashPlan, progress: &impl Fn(&str)) {
    let mut dice = Dice::new(plan.seed);
    let blows = plan.kills + plan.stops;
    let begun = Instant::now();
    for blow in 0..blows {
        let at = plan.during * blow / blows.max(1) + dice.up_to(plan.during / blows.max(1));
        tokio::time::sleep(at.saturating_sub(begun.elapsed())).await;
        let stops_before = plan.stops * blow / blows;
        let stops_after = plan.stops * (blow + 1) / blows;
        if stops_after > stops_before {
            place.stop_database().await;
        } else {
            place.kill_worker(dice.below(2)).await;
        }
        if blow % 50 == 49 {
            progress(&format!("{} of {blows} blows", blow + 1));
        }
    }
}

fn count(
    plan: CrashPlan,
    notes: &[String],
    requests: &[(String, String)],
    took: Duration,
    [succeeded, failed, open, deliveries_repeated]: [u64; 4],
) -> CrashReport {
    let mut noted: BTreeMap<&str, u64> = BTreeMap::new();
    for note in notes {
        *noted.entry(note.as_str()).or_default() += 1;
    }
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (what, key) in requests {
        keys.entry(what.as_str()).or_default().push(key);
    }
    let wanted: Vec<String> =
        (0..plan.runs).flat_map(|run| EFFECTS.map(|effect| format!("{run}-{effect}"))).collect();
    let times = |what: &String| noted.get(what.as_str()).copied().unwrap_or_default();
    let of = |fits: &dyn Fn(u64) -> bool| wanted.iter().filter(|what| fits(times(what))).count() as u64;
    let repeated = keys.values().map(|keys| keys.len() as u64 - 1).sum();
    let changed =
        keys.values().filter(|keys| keys.iter().any(|key| *key != keys[0] || key.is_empty())).count();
    let lost = wanted.iter().filter(|what| !keys.contains_key(what.as_str())).count();
    CrashReport {
        plan,
        succeeded,
        failed,
        open,
        effects_once: of(&|times| times == 1),
        effects_lost: of(&|times| times == 0),
        effects_doubled: of(&|times| times > 1),
        requests_repeated: repeated,
        keys_changed: changed as u64,
        requests_lost: lost as u64,
        deliveries_repeated,
        took,
    }
}

impl CrashReport {
    /// Whether the promise held: everything that was fired ended well, nothing was lost, nothing in the database was
    /// done twice, and whatever was repeated outside came under the same key.
    pub fn holds(&self) -> bool {
        let wrong = [
            self.failed,
            self.open,
            self.effects_lost,
            self.effects_doubled,
            self.keys_changed,
            self.requests_lost,
        ];
        self.succeeded == u64::from(self.plan.runs) && wrong.iter().all(|count| *count == 0)
    }
}

impl fmt::Display for CrashReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CrashPlan { runs, kills, stops, stale_ms, seed, .. } = self.plan;
        let stale = stale_ms.map_or_else(|| "the default".to_owned(), |ms| format!("{ms} ms"));
        writeln!(f, "| what | count |\n|---|---|")?;
        for (what, count) in [
            ("runs fired", u64::from(runs)),
            ("workers killed with SIGKILL", u64::from(kills)),
            ("immediate stops of PostgreSQL", u64::from(stops)),
            ("runs that ended well", self.succeeded),
            ("runs that ended otherwise", self.failed),
            ("runs that have not ended", self.open),
            ("effects in the database, once", self.effects_once),
            ("effects in the database, lost", self.effects_lost),
            ("effects in the database, doubled", self.effects_doubled),
            ("requests repeated", self.requests_repeated),
            ("requests repeated under another key", self.keys_changed),
            ("requests lost", self.requests_lost),
            ("deliveries sent again by the sender", self.deliveries_repeated),
        ] {
            writeln!(f, "| {what} | {count} |")?;
        }
        writeln!(f, "\nA silent worker counted as dead after {stale}; seed {seed}; {:.0?} in all.", self.took)
    }
}
