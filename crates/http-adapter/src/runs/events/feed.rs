use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use kairo_domain::{Actor, Run, RunId, RunPhase, Step};
use kairo_use_cases::{Code, Studio};
use tokio::time::{Instant, sleep};

use super::message;
use crate::Api;
use crate::caller::Pass;
use crate::problem::Problem;
use crate::streams::OpenStream;

/// How long to wait until the next look at the run: at first, and when nothing happens for a while.
const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(1);
/// How often something is sent at least.
const QUIET: Duration = Duration::from_secs(15);
/// How long a stream lasts; readers come back by themselves.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// How many steps are read at a time.
const PORTION: u16 = 100;

/// A stream of what happens to a run. It looks into the store in short units of their own, and holds none open.
pub(super) struct Feed {
    api: Api,
    pass: Pass,
    run: RunId,
    /// The last step that was told.
    after: u32,
    /// The last phase that was told.
    told: Option<RunPhase>,
    opened: Instant,
    sent: Instant,
    pause: Duration,
    stage: Stage,
    _slot: OpenStream,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begun,
    Following,
    Over,
}

impl Feed {
    pub(super) fn new(api: Api, pass: Pass, slot: OpenStream, run: RunId, after: u32) -> Self {
        let now = Instant::now();
        Self {
            api,
            pass,
            run,
            after,
            told: None,
            opened: now,
            sent: now,
            pause: Duration::ZERO,
            stage: Stage::Begun,
            _slot: slot,
        }
    }

    /// The next part of the stream, once there is one.
    pub(super) async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.stage == Stage::Begun {
            self.stage = Stage::Following;
            return Some((Ok(Bytes::from_static(message::HELLO.as_bytes())), self));
        }
        while self.goes_on().await {
            let text = self.look().await?;
            if !text.is_empty() {
                self.sent = Instant::now();
                return Some((Ok(text.into()), self));
            }
        }
        None
    }

    /// Waits until it is time for the next look, unless there is to be none.
    async fn goes_on(&self) -> bool {
        if self.stage == Stage::Over || self.opened.elapsed() > LONGEST {
            return false;
        }
        tokio::select! {
            biased;
            () = self.api.tasks().winding_down() => false,
            () = sleep(self.pause) => true,
        }
    }

    /// What is new; `None` ends the stream.
    async fn look(&mut self) -> Option<String> {
        let looked = match self.pass.check(&self.api).await {
            Ok(actor) => self.read(actor).await,
            Err(refused) => Err(refused),
        };
        match looked {
            Ok((run, steps)) => Some(self.tell(&run, &steps)),
            Err(problem) if problem.code() == Code::Busy => {
                self.pause = LONG;
                Some(String::new())
            }
            Err(_) => None,
        }
    }

    async fn read(&self, actor: Actor) -> Result<(Run, Vec<Step>), Problem> {
        let (id, after) = (self.run, self.after);
        let get = async move |studio: Studio| studio.runs().steps(&actor, id, after, PORTION).await;
        self.api.run(get).await
    }

    fn tell(&mut self, run: &Run, steps: &[Step]) -> String {
        let mut text: String = steps.iter().map(message::step).collect();
        self.after = steps.last().map_or(self.after, |step| step.seq);
        let has_more = steps.len() == usize::from(PORTION);
        if !has_more && self.told != Some(run.phase()) {
            text.push_str(&message::run(run));
            self.told = Some(run.phase());
        }
        if !has_more && run.state.ending().is_some() {
            self.stage = Stage::Over;
        }
        self.pause = match (has_more, text.is_empty()) {
            (true, _) => Duration::ZERO,
            (false, false) => SHORT,
            (false, true) => (self.pause.max(SHORT) * 3 / 2).min(LONG),
        };
        if text.is_empty() && self.sent.elapsed() >= QUIET {
            return message::HEARTBEAT.to_owned();
        }
        text
    }
}
