use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};

use kairo_domain::{Firing, Id, Origin, ParentStep};
use kairo_flow::{RetryPolicy, StepKey, WaitFor};
use kairo_testkit::builders::{at, automation, next_id, succeeded, team_member};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id as SpanId, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;

/// Writes down spans and lines, one below the other.
#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<String>>);

impl Notebook {
    /// What is said while this is done.
    fn during<T>(deed: impl FnOnce() -> T) -> String {
        let notebook = Self::default();
        tracing::subscriber::with_default(notebook.clone(), deed);
        let written = notebook.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.clone()
    }

    fn note(&self, name: &str, record: impl FnOnce(&mut dyn Visit)) {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.push_str(name);
        record(&mut Line(&mut written));
        written.push('\n');
    }
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Notebook {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> SpanId {
        self.note(span.metadata().name(), |line| span.record(line));
        SpanId::from_u64(1)
    }

    fn record(&self, _: &SpanId, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &SpanId, _: &SpanId) {}

    fn event(&self, event: &Event<'_>) {
        self.note("-", |line| event.record(line));
    }

    fn enter(&self, _: &SpanId) {}

    fn exit(&self, _: &SpanId) {}
}

fn fired_by(firing: Firing) -> Run {
    let automation = automation(team_member("Tom").build().id, "Welcome").build();
    kairo_testkit::builders::run(&automation).with(|run| run.firing = firing).build()
}

fn effect(key: StepKey) -> Effect {
    Effect {
        key,
        kind: EffectKind::Wait(WaitFor::Span { ms: 1 }),
        attempt: 2,
        resumed: None,
        retry: RetryPolicy::default(),
        timeout_seconds: None,
        input: json!({"secret": "sesame"}),
    }
}

#[test]
fn a_run_is_known_by_what_fired_it() {
    let by_event = fired_by(Firing::event("on:lead", 17, 0));
    let told = Notebook::during(|| run(&by_event));
    let (id, automation) = (by_event.id, by_event.automation);
    assert_eq!(
        told,
        format!("kairo.run run.id={id} automation.id={automation} run.fired_by=\"event\" event.seq=17\n")
    );
    let parent = Id::from_uuid(next_id());
    let by_step = fired_by(Firing::subflow("go", ParentStep { run: parent, step: "call:".to_owned() }, 1));
    assert!(Notebook::during(|| run(&by_step)).contains(&format!(" run.parent={parent}\n")));
    let again = fired_by(Firing::retry("go", by_step.id, parent));
    assert!(Notebook::during(|| run(&again)).contains(&format!(" run.retry_of={parent}\n")));
}

#[test]
fn the_name_of_a_delivery_is_in_no_span() {
    let by_request = fired_by(Firing::webhook("hook", "ada@example.com:17"));
    let told = Notebook::during(|| run(&by_request));
    assert!(!told.contains("ada") && !told.contains("17"), "{told}");
}

#[test]
fn a_step_is_known_by_its_node_its_iteration_and_its_attempt() {
    let told = Notebook::during(|| {
        step(&effect(StepKey::new("pause")));
        step(&effect(StepKey { node: "pause".to_owned(), iteration: vec![2, 0] }));
    });
    assert_eq!(
        told,
        "kairo.step step.node=\"pause\" step.kind=\"wait\" step.attempt=2\n\
         kairo.step step.node=\"pause\" step.iteration=2.0 step.kind=\"wait\" step.attempt=2\n"
    );
}

#[test]
fn an_event_is_known_by_the_request_that_caused_it() {
    let entry = JournalEntry {
        seq: 17,
        at: at(0),
        actor: "visitor".to_owned(),
        actor_id: None,
        role: None,
        verb: "create".to_owned(),
        resource: "lead".to_owned(),
        subject: None,
        event: "lead.created".to_owned(),
        body: Value::Null,
        company: None,
        origin: Origin { request: Some("request-1".to_owned()), ..Origin::default() },
    };
    let run = Id::from_uuid(next_id());
    let told = Notebook::during(|| event(&entry).in_scope(|| fired(run, "event")));
    let [span, line] = [
        "kairo.event event.seq=17 event.name=\"lead.created\" request.id=\"request-1\"".to_owned(),
        format!("- message=a run is fired run.id={run} run.fired_by=\"event\""),
    ];
    assert_eq!(told, format!("{span}\n{line}\n"));
}

#[test]
fn an_end_is_told_once_there_is_one() {
    let flow = automation(team_member("Tom").build().id, "Welcome").build();
    let open = kairo_testkit::builders::run(&flow).build();
    let over = kairo_testkit::builders::run(&flow).with(|run| run.state = succeeded(3, 1_500)).build();
    let told = Notebook::during(|| {
        ended(&open);
        ended(&over);
    });
    assert_eq!(told, "- message=a run has ended run.phase=SUCCESS run.duration_ms=1500\n");
}
