use std::process::ExitStatus;

/// What was done to the program, as opposed to what was planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blows {
    /// Workers that were alive and ended by `SIGKILL`.
    pub workers_killed: u32,
    /// Database servers that ran, ended when they were told to at once, and came back.
    pub databases_stopped: u32,
    /// Processes that were not told to end and did, each with the way it ended.
    pub ended_by_themselves: Vec<String>,
}

impl Blows {
    pub(super) fn ended_by_itself(&mut self, what: &str, how: ExitStatus) {
        self.ended_by_themselves.push(format!("{what}: {how}"));
    }
}
