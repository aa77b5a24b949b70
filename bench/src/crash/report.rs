use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::{Blows, CrashPlan};

/// What was counted afterwards.
#[derive(Clone, Debug)]
pub struct CrashReport {
    /// What was to be done.
    pub plan: CrashPlan,
    /// What was done.
    pub blows: Blows,
    /// How the runs ended.
    pub ends: Ends,
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

/// How many runs ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Well.
    pub succeeded: u64,
    /// Otherwise.
    pub failed: u64,
    /// Not yet.
    pub open: u64,
}

/// What is left when everything is over.
pub(super) struct Remains {
    pub(super) blows: Blows,
    pub(super) ends: Ends,
    /// The text of each note.
    pub(super) notes: Vec<String>,
    /// What each request was about, and its key.
    pub(super) requests: Vec<(String, String)>,
    pub(super) deliveries_repeated: u64,
    pub(super) took: Duration,
}

/// The effects of one run, in the database and outside.
const EFFECTS: [&str; 2] = ["first", "second"];

impl CrashReport {
    /// Counts what is left.
    pub(super) fn count(plan: CrashPlan, remains: Remains) -> Self {
        let mut noted: BTreeMap<&str, u64> = BTreeMap::new();
        for note in &remains.notes {
            *noted.entry(note).or_default() += 1;
        }
        let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (what, key) in &remains.requests {
            keys.entry(what).or_default().push(key);
        }
        let wanted: Vec<String> =
            (0..plan.runs).flat_map(|run| EFFECTS.map(|effect| format!("{run}-{effect}"))).collect();
        let times = |what: &String| noted.get(what.as_str()).copied().unwrap_or_default();
        let of = |fits: fn(u64) -> bool| wanted.iter().filter(|what| fits(times(what))).count() as u64;
        let changed = |keys: &&Vec<&str>| keys.iter().any(|key| *key != keys[0] || key.is_empty());
        Self {
            plan,
            blows: remains.blows,
            ends: remains.ends,
            effects_once: of(|times| times == 1),
            effects_lost: of(|times| times == 0),
            effects_doubled: of(|times| times > 1),
            requests_repeated: keys.values().map(|keys| keys.len() as u64 - 1).sum(),
            keys_changed: keys.values().filter(changed).count() as u64,
            requests_lost: wanted.iter().filter(|what| !keys.contains_key(what.as_str())).count() as u64,
            deliveries_repeated: remains.deliveries_repeated,
            took: remains.took,
        }
    }

    /// Whether the promise held: everything that was fired ended well, nothing was lost, nothing in the database was
    /// done twice, and whatever was repeated outside came under the same key. It says nothing unless every blow of the
    /// plan hit, and nothing ended but by a blow.
    pub fn holds(&self) -> bool {
        let Ends { succeeded, failed, open } = self.ends;
        let wrong =
            [failed, open, self.effects_lost, self.effects_doubled, self.keys_changed, self.requests_lost];
        self.every_blow_hit()
            && succeeded == u64::from(self.plan.runs)
            && wrong.iter().all(|count| *count == 0)
    }

    fn every_blow_hit(&self) -> bool {
        self.blows.workers_killed == self.plan.kills
            && self.blows.databases_stopped == self.plan.stops
            && self.blows.ended_by_themselves.is_empty()
    }
}

impl fmt::Display for CrashReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CrashPlan { runs, kills, stops, stale_ms, seed, .. } = self.plan;
        let stale = stale_ms.map_or_else(|| "the default".to_owned(), |ms| format!("{ms} ms"));
        let blows = &self.blows;
        writeln!(f, "| what | count |\n|---|---|")?;
        for (what, count) in [
            ("runs fired", u64::from(runs)),
            ("live workers killed with SIGKILL", u64::from(blows.workers_killed)),
            ("kills that were wanted", u64::from(kills)),
            ("immediate stops of a running PostgreSQL", u64::from(blows.databases_stopped)),
            ("stops that were wanted", u64::from(stops)),
            ("processes that ended by themselves", blows.ended_by_themselves.len() as u64),
            ("runs that ended well", self.ends.succeeded),
            ("runs that ended otherwise", self.ends.failed),
            ("runs that have not ended", self.ends.open),
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
        for ended in &blows.ended_by_themselves {
            writeln!(f, "\nended by itself: {ended}")?;
        }
        writeln!(f, "\nA silent worker counted as dead after {stale}; seed {seed}; {:.0?} in all.", self.took)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> CrashPlan {
        CrashPlan {
            runs: 1,
            kills: 2,
            stops: 1,
            during: Duration::ZERO,
            patience: Duration::ZERO,
            stale_ms: None,
            seed: 1,
        }
    }

    fn remains() -> Remains {
        let request = |what: &str, key: &str| (what.to_owned(), key.to_owned());
        Remains {
            blows: Blows { workers_killed: 2, databases_stopped: 1, ended_by_themselves: Vec::new() },
            ends: Ends { succeeded: 1, failed: 0, open: 0 },
            notes: vec!["0-first".to_owned(), "0-second".to_owned()],
            requests: vec![request("0-first", "a"), request("0-first", "a"), request("0-second", "b")],
            deliveries_repeated: 0,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_request_repeated_under_its_key_is_as_promised() {
        let report = CrashReport::count(plan(), remains());
        assert!(report.holds(), "{report}");
        assert_eq!(report.requests_repeated, 1);
    }

    #[test]
    fn blows_that_were_planned_and_not_done_are_no_record() {
        for blows in [
            Blows { workers_killed: 1, ..remains().blows },
            Blows { databases_stopped: 0, ..remains().blows },
            Blows { ended_by_themselves: vec!["a worker: exit status: 1".to_owned()], ..remains().blows },
        ] {
            let report = CrashReport::count(plan(), Remains { blows, ..remains() });
            assert!(!report.holds(), "{report}");
        }
    }

    #[test]
    fn whatever_is_lost_doubled_or_renamed_breaks_the_promise() {
        let broken: [fn(&mut Remains); 6] = [
            |remains| remains.ends = Ends { succeeded: 0, failed: 1, open: 0 },
            |remains| remains.ends = Ends { succeeded: 0, failed: 0, open: 1 },
            |remains| drop(remains.notes.pop()),
            |remains| remains.notes.push("0-first".to_owned()),
            |remains| remains.requests[1].1 = "c".to_owned(),
            |remains| drop(remains.requests.pop()),
        ];
        for breaks in broken {
            let mut remains = remains();
            breaks(&mut remains);
            assert!(!CrashReport::count(plan(), remains).holds());
        }
    }
}
