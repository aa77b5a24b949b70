use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;

/// When something is planned: a cron expression (five fields, or six with seconds first) in a time zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
}

/// Why a schedule was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleIssue {
    /// The cron expression cannot be read.
    #[error("must be a cron expression of five fields, or six with seconds first: {0}")]
    Cron(String),
    /// No such time zone.
    #[error("must be a time zone of the IANA database, such as Europe/Berlin")]
    Zone,
    /// No instant matches.
    #[error("must match some instant")]
    Never,
}

/// What becomes of planned instants that passed while nobody could fire them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Missed {
    /// Nothing: only an instant that has just passed is fired.
    Skip,
    /// One run for all of them.
    Once,
    /// A run for each.
    All,
}

/// The planned instants that are to be fired now, and the one that comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The instants, the earliest first.
    pub instants: Vec<DateTime<Utc>>,
    /// The next one; it may be in the past, when there are more than are fired at a time.
    pub next: Option<DateTime<Utc>>,
}

impl Missed {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Skip, Self::Once, Self::All];

    /// The word of the flow and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
            Self::All => "all",
        }
    }

    /// The policy with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == word)
    }
}

impl From<kairo_flow::Missed> for Missed {
    fn from(drawn: kairo_flow::Missed) -> Self {
        match drawn {
            kairo_flow::Missed::Skip => Self::Skip,
            kairo_flow::Missed::Once => Self::Once,
            kairo_flow::Missed::All => Self::All,
        }
    }
}

impl Schedule {
    /// How late an instant may be fired without counting as missed.
    pub const TOLERANCE: TimeDelta = TimeDelta::seconds(60);
    /// How many missed instants are fired at a time.
    pub const AT_ONCE: usize = 100;

    /// Reads a schedule; `now` is any instant from which on it must plan something.
    ///
    /// # Errors
    /// [`ScheduleIssue`] says what is wrong with it.
    pub fn parse(cron: &str, zone: &str, now: DateTime<Utc>) -> Result<Self, ScheduleIssue> {
        let cron = Cron::from_str(cron).map_err(|error| ScheduleIssue::Cron(error.to_string()))?;
        let zone = zone.parse().map_err(|_| ScheduleIssue::Zone)?;
        let schedule = Self { cron, zone };
        schedule.next_after(now).map(|_| schedule).ok_or(ScheduleIssue::Never)
    }

    /// The first planned instant after this one.
    pub fn next_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let found = self.cron.find_next_occurrence(&at.with_timezone(&self.zone), false);
        found.ok().map(|instant| instant.with_timezone(&Utc))
    }

    /// What is to be fired at `now`, when `planned` is the first instant that was not fired yet.
    pub fn due(&self, missed: Missed, planned: DateTime<Utc>, now: DateTime<Utc>) -> Due {
        if planned > now {
            return Due { instants: Vec::new(), next: Some(planned) };
        }
        if missed == Missed::All {
            return self.every(planned, now);
        }
        let latest = self.latest(now).filter(|latest| *latest >= planned).unwrap_or(planned);
        let is_missed = now - latest > Self::TOLERANCE;
        let instants = if missed == Missed::Skip && is_missed { Vec::new() } else { vec![latest] };
        Due { instants, next: self.next_after(latest.max(now)) }
    }

    fn every(&self, planned: DateTime<Utc>, now: DateTime<Utc>) -> Due {
        let mut instants = Vec::new();
        let mut next = Some(planned);
        while let Some(instant) = next.filter(|instant| *instant <= now && instants.len() < Self::AT_ONCE) {
            instants.push(instant);
            next = self.next_after(instant);
        }
        Due { instants, next }
    }

    fn latest(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let found = self.cron.find_previous_occurrence(&now.with_timezone(&self.zone), true);
        found.ok().map(|instant| instant.with_timezone(&Utc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn schedule(cron: &str, zone: &str) -> Schedule {
        Schedule::parse(cron, zone, at("2026-01-01T00:00:00Z")).unwrap()
    }

    fn fired(due: &Due) -> Vec<String> {
        due.instants.iter().map(|instant| instant.format("%H:%M:%S").to_string()).collect()
    }

    #[test]
    fn what_cannot_be_planned_is_refused_with_its_reason() {
        let issue = |cron, zone| Schedule::parse(cron, zone, at("2026-01-01T00:00:00Z")).unwrap_err();
        assert!(matches!(issue("every day", "UTC"), ScheduleIssue::Cron(_)));
        assert_eq!(issue("0 9 * * *", "Mars/Olympus"), ScheduleIssue::Zone);
        assert_eq!(issue("0 0 30 2 *", "UTC"), ScheduleIssue::Never);
    }

    #[test]
    fn noon_is_noon_where_the_schedule_lives() {
        let noon = schedule("0 12 * * *", "Europe/Berlin");
        assert_eq!(noon.next_after(at("2026-01-10T12:00:00Z")), Some(at("2026-01-11T11:00:00Z")));
        assert_eq!(noon.next_after(at("2026-07-10T11:00:00Z")), Some(at("2026-07-11T10:00:00Z")));
    }

    #[test]
    fn an_instant_that_the_clocks_skip_or_repeat_is_fired_once() {
        let nightly = schedule("30 2 * * *", "Europe/Berlin");
        let spring = nightly.next_after(at("2026-03-28T12:00:00Z")).unwrap();
        assert_eq!(spring.date_naive(), at("2026-03-29T00:00:00Z").date_naive());
        let autumn = nightly.next_after(at("2026-10-24T12:00:00Z")).unwrap();
        let after = nightly.next_after(autumn).unwrap();
        assert_eq!(after.date_naive(), at("2026-10-26T00:00:00Z").date_naive());
    }

    #[test]
    fn missed_instants_are_fired_as_the_policy_says() {
        let minutely = schedule("* * * * *", "UTC");
        let (planned, now) = (at("2026-05-01T10:00:00Z"), at("2026-05-01T10:09:30Z"));
        assert_eq!(fired(&minutely.due(Missed::Once, planned, now)), ["10:09:00"]);
        assert_eq!(fired(&minutely.due(Missed::All, planned, now)).len(), 10);
        assert_eq!(fired(&minutely.due(Missed::Skip, planned, now)), ["10:09:00"]);
        let hourly = schedule("0 * * * *", "UTC");
        let late = at("2026-05-01T12:30:00Z");
        assert_eq!(fired(&hourly.due(Missed::Skip, planned, late)), Vec::<String>::new());
        assert_eq!(fired(&hourly.due(Missed::Once, planned, late)), ["12:00:00"]);
        for missed in Missed::ALL {
            assert_eq!(hourly.due(missed, planned, late).next, Some(at("2026-05-01T13:00:00Z")));
        }
    }

    #[test]
    fn a_long_pause_is_made_up_for_in_portions_and_nothing_is_left_out() {
        let secondly = schedule("* * * * * *", "UTC");
        let (mut planned, now) = (at("2026-05-01T10:00:00Z"), at("2026-05-01T10:04:09Z"));
        let mut count = 0;
        while planned <= now {
            let due = secondly.due(Missed::All, planned, now);
            assert!(due.instants.len() <= Schedule::AT_ONCE);
            count += due.instants.len();
            planned = due.next.unwrap();
        }
        assert_eq!(count, 250);
    }

    #[test]
    fn nothing_is_due_before_its_time() {
        let minutely = schedule("* * * * *", "UTC");
        let planned = at("2026-05-01T10:00:00Z");
        let due = minutely.due(Missed::All, planned, at("2026-05-01T09:59:59Z"));
        assert_eq!(due, Due { instants: Vec::new(), next: Some(planned) });
    }
}
