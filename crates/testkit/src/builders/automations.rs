use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    Actor, Automation, AutomationId, AutomationRecord, AutomationSettings, AutomationStatus, FailedPhase,
    Fired, Firing, Message, Missed, NewAutomation, ParentStep, Redacted, Run, RunFailure, RunId, RunRecord,
    RunState, Step, Title, Trigger, TriggerOn, User, UserActor, UserId, Version, Via,
};
use kairo_flow::{FlowDocument, StepKey, StepRecord, StepState};
use serde_json::{Map, Value, json};

use super::{Builder, at, next_id};
use crate::fakes::{NumberedTokens, START};

impl Builder<AutomationRecord> {
    /// The automation.
    pub fn build(self) -> Automation {
        Automation::restore(self.0)
    }
}

impl Builder<RunRecord> {
    /// The run.
    pub fn build(self) -> Run {
        Run::restore(self.0)
    }
}

impl Builder<Step> {
    /// The step.
    pub fn build(self) -> Step {
        self.0
    }
}

/// A flow with one node, which has this label.
pub fn flow(label: &str) -> FlowDocument {
    let node = json!({"id": "start", "type": "trigger.manual", "position": {"x": 1.5, "y": -2}, "data": {"label": label}});
    FlowDocument::parse(json!({"nodes": [node], "edges": [], "viewport": {"zoom": 1}})).unwrap()
}

/// A draft made at [`START`], with nothing but what it must have.
pub fn automation(owner: UserId, title: &str) -> Builder<AutomationRecord> {
    let new = NewAutomation {
        title: Title::parse(title).unwrap(),
        description: None,
        flow: flow(title),
        settings: AutomationSettings::default(),
    };
    Builder(AutomationRecord::clone(&Automation::create(
        AutomationId::from_uuid(next_id()),
        owner,
        new,
        START,
    )))
}

/// An automation that fires.
pub fn active_automation(owner: UserId, title: &str) -> Builder<AutomationRecord> {
    automation(owner, title).with(|automation| automation.status = AutomationStatus::Active)
}

/// A paused automation with every field filled.
pub fn full_automation(owner: UserId) -> Builder<AutomationRecord> {
    automation(owner, "The \"big\" one – 50%").with(|automation| {
        automation.description = Some(Message::parse("Two lines,\nand a 🦀").unwrap());
        automation.flow_number = automation.flow_number.next().next();
        automation.settings = AutomationSettings {
            run_timeout_seconds: 7,
            max_concurrent_runs: Some(3),
            retention_days: 14,
            vars: Map::from_iter([("name".to_owned(), json!(["a", {"b": null}]))]),
        };
        automation.status = AutomationStatus::Paused;
        automation.execution_count = 12;
        automation.last_executed_at = Some(at(55) + TimeDelta::microseconds(9));
        automation.created_at = START + TimeDelta::microseconds(123_456);
        automation.updated_at = at(60) + TimeDelta::microseconds(1);
        automation.version = Version::from_number(7);
    })
}

/// The actor that an automation is.
pub fn acting(automation: AutomationId, owner: &User) -> Actor {
    let on_behalf_of =
        UserActor { id: owner.id, role: owner.role, company: owner.company, via: Via::Program };
    Actor::Automation { id: automation, on_behalf_of }
}

/// A run that a person fired at [`START`].
pub fn run(automation: &Automation) -> Builder<RunRecord> {
    let id = RunId::from_uuid(next_id());
    let fired = Fired {
        automation: automation.id,
        owner: automation.owner,
        flow_number: automation.flow_number,
        firing: Firing::manual("start", id),
        input: json!({}),
    };
    Builder(RunRecord::clone(&Run::queue(id, fired, START)))
}

/// A run that failed, with every field filled that a failed one can have.
pub fn full_run(automation: &Automation) -> Builder<RunRecord> {
    run(automation).with(|run| {
        let parent = ParentStep { run: RunId::from_uuid(next_id()), step: "loop:2.0".to_owned() };
        run.firing =
            Firing { retry_of: Some(RunId::from_uuid(next_id())), ..Firing::subflow("start", parent, 3) };
        run.input = everything();
        run.started_at = START + TimeDelta::microseconds(42);
        run.state = failed(70, FailedPhase::TimedOut);
        run.worked = TimeDelta::milliseconds(1_234);
        run.fence = 5;
        run.stalls = 2;
        run.version = Version::from_number(6);
    })
}

/// A run that ended well so many seconds after the start, after so many milliseconds.
pub fn succeeded(seconds: i64, millis: i64) -> RunState {
    let ending = kairo_domain::Ending { at: at(seconds), took: TimeDelta::milliseconds(millis) };
    RunState::Success { ending, output: everything() }
}

/// A run that ended badly so many seconds after the start.
pub fn failed(seconds: i64, how: FailedPhase) -> RunState {
    let ending = kairo_domain::Ending { at: at(seconds), took: TimeDelta::milliseconds(69_999) };
    let failure = RunFailure {
        code: "http_status".to_owned(),
        message: "the answer was \"500\"".to_owned(),
        node: Some("fetch".to_owned()),
    };
    RunState::Failed { ending, how, failure }
}

/// A step that ended well.
pub fn step(seq: u32, node: &str) -> Builder<Step> {
    step_in_state(seq, node, StepState::Done { port: "out".to_owned(), output: json!({"n": seq}) })
}

/// A step in any state.
pub fn step_in_state(seq: u32, node: &str, state: StepState) -> Builder<Step> {
    let record = StepRecord {
        key: StepKey { node: node.to_owned(), iteration: Vec::new() },
        kind: "transform".to_owned(),
        attempt: 1,
        input: json!({"in": node}),
        state,
    };
    Builder(Step { seq, record, started_at: at(1), finished_at: at(2) })
}

/// A webhook whose address has this token.
pub fn webhook(automation: AutomationId, node: &str, token: &str) -> Trigger {
    let digest = NumberedTokens::digest_of(token);
    let sealed_token = Redacted::new(format!("sealed {token}"));
    Trigger { automation, node: node.to_owned(), on: TriggerOn::Webhook { digest, sealed_token } }
}

/// A schedule that is planned for an instant, or not yet.
pub fn schedule(automation: AutomationId, node: &str, next_at: Option<DateTime<Utc>>) -> Trigger {
    let on = TriggerOn::Schedule {
        cron: "0 9 * * 1-5".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        missed: Missed::Once,
        next_at,
    };
    Trigger { automation, node: node.to_owned(), on }
}

/// A trigger that waits for an event.
pub fn listener(automation: AutomationId, node: &str, event: &str) -> Trigger {
    Trigger { automation, node: node.to_owned(), on: TriggerOn::Event { event: event.to_owned() } }
}

/// JSON with everything in it that is easily lost: the order of keys is not, U+0000 and large numbers are.
pub fn everything() -> Value {
    json!({"zero": "a\0b", "nested": [{"ok": true}, null, 0.1, -3, u64::MAX, "é🦀\"\\\n"], "empty": {}})
}
