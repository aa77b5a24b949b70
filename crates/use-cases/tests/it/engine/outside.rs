//! What runs do outside: requests and mails.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use kairo_domain::{BearerToken, CredentialName, CredentialSecret, RunId, RunPhase};
use kairo_flow::{FlowDocument, StepState};
use kairo_ports::mock::MockMailer;
use kairo_ports::{EgressResponse, Mail, MailError};
use kairo_testkit::fakes::{ManualClock, NumberedIds};
use kairo_use_cases::{CreateCredential, Ports, Studio};
use serde_json::{Value, json};

use super::{flow, work};
use crate::world::World;

#[tokio::test]
async fn no_part_of_a_secret_shows_where_an_error_is_cut() {
    let world = World::new().await;
    let secret = "sesame-open-up-now";
    let token = CredentialSecret::Bearer { token: BearerToken::parse(secret).unwrap() };
    let order = CreateCredential { name: CredentialName::parse("crm").unwrap(), secret: token };
    world.studio.credentials().create(&world.as_team(), order).await.unwrap();
    let params = json!({"method": "GET", "url": "https://api.example.com/x", "credential": "crm"});
    let nodes = [("t", "trigger.manual", json!({})), ("call", "http.request", params)];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>call"])).await;
    let body = format!("{}{secret}", "x".repeat(494));
    world.egress.respond_next(EgressResponse { status: 400, headers: Vec::new(), body: body.into() });
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    let steps = world.steps(run).await;
    let StepState::Failed { error, .. } = &steps.last().unwrap().record.state else { panic!("{steps:?}") };
    let shown = error.details.as_ref().unwrap()["body"].as_str().unwrap();
    assert!(shown.ends_with("x[redac") && shown.len() < 502, "{shown}");
}

/// A post office that takes three seconds for each mail, and fails the first time for some addresses.
#[derive(Clone)]
struct PostOffice(Arc<Mutex<Counter>>);

struct Counter {
    clock: ManualClock,
    fails_once: BTreeSet<&'static str>,
    /// To whom, and within which time.
    asked: Vec<(String, Option<TimeDelta>)>,
}

impl PostOffice {
    fn new(clock: &ManualClock, fails_once: &[&'static str]) -> Self {
        let fails_once = fails_once.iter().copied().collect();
        Self(Arc::new(Mutex::new(Counter { clock: clock.clone(), fails_once, asked: Vec::new() })))
    }

    fn take(&self, mail: &Mail, within: Option<TimeDelta>) -> Result<(), MailError> {
        let mut counter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counter.asked.push((mail.to.as_str().to_owned(), within));
        counter.clock.advance(TimeDelta::seconds(3));
        match counter.fails_once.remove(mail.to.as_str()) {
            true => Err(MailError::Transient("come back later".into())),
            false => Ok(()),
        }
    }

    /// What it was asked since the last time.
    fn asked(&self) -> Vec<(String, Option<TimeDelta>)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).asked)
    }

    /// To whom it was asked to send since the last time.
    fn addressed(&self) -> Vec<String> {
        self.asked().into_iter().map(|(to, _)| to).collect()
    }

    fn mailer(&self) -> MockMailer {
        let (patient, hurried) = (self.clone(), self.clone());
        let mut mailer = MockMailer::new();
        mailer.expect_send().returning(move |mail| patient.take(mail, None));
        mailer.expect_send_within().returning(move |mail, time| hurried.take(mail, Some(time)));
        mailer
    }

    /// Another process in a world, which sends its mails here.
    fn process(&self, world: &World) -> Studio {
        world.process(|ports| Ports {
            ids: Arc::new(NumberedIds::from_number(1 << 40)),
            mailer: Arc::new(self.mailer()),
            egress: Arc::new(world.egress.clone()),
            ..ports
        })
    }
}

/// A flow that writes to three people, with what else is said of that step.
fn letters(data: &Value) -> FlowDocument {
    let to = json!(["a@example.com", "b@example.com", "c@example.com"]);
    let params = json!({"to": to, "subject": "Hello", "text": "How are you?", "$data": data});
    flow(&[("t", "trigger.manual", json!({})), ("mail", "email.send", params)], &["t>mail"])
}

async fn fired(world: &World, flow: FlowDocument) -> RunId {
    let automation = world.active(&world.as_team(), flow).await;
    world.fire(&world.as_team(), automation.id, json!({})).await
}

#[tokio::test]
async fn whoever_got_a_mail_gets_no_second_one_because_of_others() {
    let world = World::new().await;
    let office = PostOffice::new(&world.clock, &["b@example.com", "c@example.com"]);
    let process = office.process(&world);
    let run = fired(&world, letters(&json!({}))).await;
    for addressed in
        [&["a@example.com", "b@example.com"][..], &["b@example.com", "c@example.com"], &["c@example.com"]]
    {
        work(&world, &process).await;
        assert_eq!(office.addressed(), addressed);
        world.clock.advance(TimeDelta::minutes(10));
    }
    let output = world.outcome(run).await.unwrap();
    assert_eq!((&output["sent"], output["messages"].as_array().map(Vec::len)), (&json!(3), Some(3)));
}

#[tokio::test]
async fn an_attempt_at_mails_takes_no_longer_than_its_step_may() {
    let world = World::new().await;
    let office = PostOffice::new(&world.clock, &[]);
    let process = office.process(&world);
    let run = fired(&world, letters(&json!({"timeoutSeconds": 5}))).await;
    let within = |seconds| Some(TimeDelta::seconds(seconds));
    let [a, b, c] = ["a", "b", "c"].map(|name| format!("{name}@example.com"));
    work(&world, &process).await;
    assert_eq!(office.asked(), [(a, within(5)), (b, within(2))]);
    assert_eq!(world.phase(run).await, RunPhase::Waiting);
    world.clock.advance(TimeDelta::minutes(10));
    work(&world, &process).await;
    assert_eq!(office.asked(), [(c, within(5))]);
    assert_eq!(world.phase(run).await, RunPhase::Success);
}

#[tokio::test]
async fn mails_may_take_their_time_where_nothing_is_said_of_it() {
    let world = World::new().await;
    let office = PostOffice::new(&world.clock, &[]);
    fired(&world, letters(&json!({}))).await;
    work(&world, &office.process(&world)).await;
    assert_eq!(office.asked().into_iter().map(|(_, within)| within).collect::<Vec<_>>(), [None; 3]);
}
