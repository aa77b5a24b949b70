//! The crash record: workers are killed and the database is stopped at any moment while runs go through, and then
//! everything is counted.

mod blows;
mod dice;
mod place;
mod report;
mod sink;
mod studio;

use std::path::Path;
use std::time::{Duration, Instant};

pub use blows::Blows;
use dice::Dice;
use place::Place;
use report::Remains;
pub use report::{CrashReport, Ends};
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

/// Does what the plan says to this program, in a place of its own, and counts.
///
/// # Panics
/// When the program does not start.
pub async fn record(program: &Path, plan: CrashPlan, progress: impl Fn(&str)) -> CrashReport {
    let begun = Instant::now();
    let sink = Sink::start().await;
    let mut place = Place::start(program, plan.stale_ms).await;
    let studio = Studio::sign_in(&place.server).await;
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
    let ends = flow.until_all_ended(u64::from(plan.runs), plan.patience).await;
    let notes = flow.notes().await;
    let blows = place.stop().await;
    let took = begun.elapsed();
    let remains = Remains { blows, ends, notes, requests: sink.requests(), deliveries_repeated, took };
    CrashReport::count(plan, remains)
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
