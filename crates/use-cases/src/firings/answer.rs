use kairo_domain::{Actor, RunId, RunState, Step};
use serde_json::Value;

use super::Firings;
use crate::Error;

/// What a run answers to the request that fired it.
#[derive(Clone, Debug, PartialEq)]
pub enum HookAnswer {
    /// What its `respond` node says.
    Said {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
        /// The body: a text is sent as it is, anything else as JSON.
        body: Value,
    },
    /// It ended without saying anything.
    Silent,
    /// It ended with an error.
    Failed,
}

impl Firings {
    /// The answer of a run, once there is one.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn answer(&self, run: RunId) -> Result<Option<HookAnswer>, Error> {
        let mut work = self.desk.begin_read(&Actor::System).await?;
        let answer = work.runs().answer_of(run).await?;
        if let Some(said) = answer.as_ref().and_then(Step::answer) {
            return Ok(Some(read(said)));
        }
        let state = work.runs().get(run).await?.map(|run| run.state.clone());
        Ok(match state {
            Some(RunState::Queued | RunState::Running | RunState::Waiting { .. }) => None,
            Some(RunState::Success { .. }) => Some(HookAnswer::Silent),
            Some(RunState::Failed { .. }) | None => Some(HookAnswer::Failed),
        })
    }
}

fn read(said: &Value) -> HookAnswer {
    let pair = |pair: &Value| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
    let headers = said["headers"].as_array().into_iter().flatten().filter_map(pair).collect();
    let status = said["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    HookAnswer::Said { status, headers, body: said["body"].clone() }
}
