use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use kairo_ports::{Egress, EgressError, EgressRequest, EgressResponse};
use serde_json::{Value, json};

#[cfg(test)]
mod tests;

/// The servers of the world, which answer as they were told: each request takes what was said first, and 200 with `{}`
/// when nothing is left of it. All requests are kept. Clones are the same world.
#[derive(Clone, Default)]
pub struct ScriptedEgress(Arc<Mutex<Contents>>);

#[derive(Default)]
struct Contents {
    requests: Vec<EgressRequest>,
    script: VecDeque<Turn>,
}

/// How a request gets no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EgressTrouble {
    /// It breaks a rule.
    Refused,
    /// What is answered is too long.
    TooLarge,
    /// Nothing came in time.
    TimedOut,
    /// It does not go through for now.
    Transient,
    /// It never will.
    Permanent,
}

/// What one request gets.
enum Turn {
    Answer(EgressResponse),
    Json { status: u16, headers: Vec<(String, String)>, body: Value },
    Trouble(EgressTrouble),
    While(Pin<Box<dyn Future<Output = ()> + Send>>),
    Silence,
}

impl ScriptedEgress {
    /// The requests so far, the oldest first.
    pub fn requests(&self) -> Vec<EgressRequest> {
        self.contents().requests.clone()
    }

    /// Takes the requests out, the oldest first.
    pub fn take(&self) -> Vec<EgressRequest> {
        std::mem::take(&mut self.contents().requests)
    }

    /// The values of a header in the requests so far, by its name in any case; nothing for one without.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let value = |request| header(request, name).unwrap_or_default();
        self.contents().requests.iter().map(value).collect()
    }

    /// The idempotency keys of the requests so far; nothing for one without.
    pub fn keys(&self) -> Vec<String> {
        self.headers("idempotency-key")
    }

    /// Answers the next request with a status and JSON; said twice, the next two.
    pub fn answer_next(&self, status: u16, body: Value) {
        self.answer_next_with(status, &[], body);
    }

    /// Answers the next request with a status, these headers, whose names are in lower case, and JSON.
    pub fn answer_next_with(&self, status: u16, headers: &[(&str, &str)], body: Value) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.push(Turn::Json { status, headers: headers.collect(), body });
    }

    /// Answers the next request with whatever this is.
    pub fn respond_next(&self, response: EgressResponse) {
        self.push(Turn::Answer(response));
    }

    /// Makes the next request fail.
    pub fn fail_next(&self, trouble: EgressTrouble) {
        self.push(Turn::Trouble(trouble));
    }

    /// Does this while the next request is under way, which is then answered 200 with `{}`.
    pub fn while_next(&self, deed: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.push(Turn::While(deed));
    }

    /// Lets the next request wait for ever, so that whoever sent it can be dropped.
    pub fn never_answer_next(&self) {
        self.push(Turn::Silence);
    }

    fn push(&self, turn: Turn) {
        self.contents().script.push_back(turn);
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a request, and says what it gets.
    fn turn(&self, request: &EgressRequest) -> Option<Turn> {
        let mut contents = self.contents();
        contents.requests.push(request.clone());
        contents.script.pop_front()
    }
}

fn header(request: &EgressRequest, name: &str) -> Option<String> {
    let found = request.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.expose().clone())
}

fn answer(status: u16, mut headers: Vec<(String, String)>, body: &Value) -> EgressResponse {
    headers.push(("content-type".to_owned(), "application/json".to_owned()));
    EgressResponse { status, headers, body: Bytes::from(body.to_string()) }
}

/// What a request gets of which nothing was said.
fn kind() -> EgressResponse {
    answer(200, Vec::new(), &json!({}))
}

#[async_trait]
impl Egress for ScriptedEgress {
    async fn send(&self, request: &EgressRequest) -> Result<EgressResponse, EgressError> {
        match self.turn(request) {
            None => Ok(kind()),
            Some(Turn::Answer(response)) => Ok(response),
            Some(Turn::Json { status, headers, body }) => Ok(answer(status, headers, &body)),
            Some(Turn::Trouble(trouble)) => Err(trouble.with(request)),
            Some(Turn::While(deed)) => {
                deed.await;
                Ok(kind())
            }
            Some(Turn::Silence) => std::future::pending().await,
        }
    }
}

impl EgressTrouble {
    fn with(self, request: &EgressRequest) -> EgressError {
        match self {
            Self::Refused => EgressError::Refused { why: "the address is not a public one".to_owned() },
            Self::TooLarge => EgressError::TooLarge { max: request.max_response_bytes },
            Self::TimedOut => EgressError::TimedOut,
            Self::Transient => EgressError::Transient("nobody is at home".into()),
            Self::Permanent => EgressError::Permanent("nobody lives here".into()),
        }
    }
}

impl fmt::Debug for ScriptedEgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedEgress").field("requests", &self.contents().requests).finish_non_exhaustive()
    }
}
