use serde_json::{Map, Value};

/// How the runs of an automation are kept within bounds, and what they all know.
#[derive(Clone, Debug, PartialEq)]
pub struct AutomationSettings {
    /// After how many seconds of work a run is given up; waiting does not count.
    pub run_timeout_seconds: u32,
    /// How many of its runs may be worked on at a time; absent for as many as there are workers.
    pub max_concurrent_runs: Option<u16>,
    /// For how many days ended runs are kept.
    pub retention_days: u16,
    /// What expressions know as `vars`.
    pub vars: Map<String, Value>,
}

/// Why settings were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsIssue {
    /// A number is out of its bounds.
    #[error("must be between {min} and {max}")]
    OutOfRange {
        /// The public name of the setting.
        field: &'static str,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// `vars` is larger than it may be.
    #[error("must have at most {} bytes as JSON", AutomationSettings::MAX_VARS_BYTES)]
    VarsTooLarge,
}

impl Default for AutomationSettings {
    fn default() -> Self {
        Self { run_timeout_seconds: 3_600, max_concurrent_runs: None, retention_days: 30, vars: Map::new() }
    }
}

impl AutomationSettings {
    /// The most bytes `vars` may have as JSON.
    pub const MAX_VARS_BYTES: usize = 16 * 1024;

    /// Every fault of the settings at once.
    pub fn issues(&self) -> Vec<SettingsIssue> {
        let concurrent = self.max_concurrent_runs.map(u32::from);
        let numbers = [
            ("runTimeoutSeconds", Some(self.run_timeout_seconds), 1, 604_800),
            ("maxConcurrentRuns", concurrent, 1, 1_000),
            ("retentionDays", Some(self.retention_days.into()), 1, 3_650),
        ];
        let out_of_range = |(field, value, min, max): (&'static str, Option<u32>, u32, u32)| {
            let is_out = value.is_some_and(|value| !(min..=max).contains(&value));
            is_out.then_some(SettingsIssue::OutOfRange { field, min, max })
        };
        let too_large = Value::Object(self.vars.clone()).to_string().len() > Self::MAX_VARS_BYTES;
        let vars = too_large.then_some(SettingsIssue::VarsTooLarge);
        numbers.into_iter().filter_map(out_of_range).chain(vars).collect()
    }
}

impl SettingsIssue {
    /// The public name of the setting that is refused.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::OutOfRange { field, .. } => field,
            Self::VarsTooLarge => "vars",
        }
    }

    /// The stable word of this issue, part of the public API.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "out_of_range",
            Self::VarsTooLarge => "too_large",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_defaults_are_within_bounds_and_every_fault_is_listed() {
        assert_eq!(AutomationSettings::default().issues(), []);
        let vars = Map::from_iter([("a".to_owned(), json!("x".repeat(20_000)))]);
        let all = AutomationSettings {
            run_timeout_seconds: 0,
            max_concurrent_runs: Some(0),
            retention_days: 9_999,
            vars,
        };
        let fields: Vec<_> = all.issues().iter().map(SettingsIssue::field).collect();
        assert_eq!(fields, ["runTimeoutSeconds", "maxConcurrentRuns", "retentionDays", "vars"]);
    }
}
