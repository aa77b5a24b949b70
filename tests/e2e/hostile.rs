//! Two hundred flows that were drawn with bad intent: each is stopped in the way that is meant for it, and nobody else
//! notices.

mod flows;
mod trap;

use std::sync::atomic::Ordering;

use flows::{fetch, groups, then};
use serde_json::{Value, json};
use trap::{Trap, misleading};

use crate::program::{Place, Program, body, eventually};

/// More than the program may ever need for them.
const MOST_MEGABYTES: u64 = 300;

impl Program {
    /// Draws a flow and runs it, and tells how that was refused or how the run ended: the code of the error, or the
    /// phase of a run that has none.
    async fn try_flow(&self, flow: &Value, token: &str) -> String {
        let post = |path: &str| self.http.post(self.api(path)).bearer_auth(token);
        let new = json!({"title": "Hostile", "flow": flow});
        let made = body(post("/automations").json(&new).send().await.unwrap()).await;
        let Some(id) = made["id"].as_str() else { return code(&made) };
        let started =
            body(post(&format!("/automations/{id}/run")).json(&json!({})).send().await.unwrap()).await;
        let Some(run) = started["id"].as_str() else { return code(&started) };
        // A run that is to be tried again later has not been stopped: it is told as waiting.
        eventually("the end of a hostile run", async || {
            let run = body(self.get(&format!("/runs/{run}"), token).await).await;
            let phase = run["phase"].as_str().unwrap();
            let code = run["error"]["code"].as_str().unwrap_or(phase);
            (!["QUEUED", "RUNNING"].contains(&phase)).then(|| code.to_owned())
        })
        .await
    }
}

/// The code of a problem; of one that lists what is wrong, all codes in the list.
fn code(problem: &Value) -> String {
    let list = problem["faults"].as_array().or_else(|| problem["errors"].as_array());
    let mut codes: Vec<_> = list.into_iter().flatten().filter_map(|listed| listed["code"].as_str()).collect();
    codes.dedup();
    if codes.is_empty() { problem["code"].as_str().unwrap().to_owned() } else { codes.join(" and ") }
}

#[tokio::test]
async fn what_is_drawn_with_bad_intent_harms_nobody() {
    let trap = Trap::set().await;
    let place = Place::new().with("KAIRO_RATES__USER__REQUESTS", "100000");
    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let (mut tried, mut unexpected, mut most) = (0, Vec::new(), 0);
    for group in groups(trap.port) {
        for flow in &group.flows {
            let came_to = program.try_flow(flow, &team).await;
            if !group.codes.contains(&came_to.as_str()) {
                let flow: String = flow.to_string().chars().take(300).collect();
                unexpected.push(format!("{}: {came_to}: {flow}", group.name));
            }
            tried += 1;
            most = most.max(program.megabytes());
        }
    }
    assert!(tried >= 200, "{tried} flows");
    assert_eq!(trap.caught().await, 0, "connections into the machine itself: {unexpected:#?}");
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    assert!(most < MOST_MEGABYTES, "{most} MB");
    // Everybody else's runs go on.
    let fine = program.try_flow(&then("transform", &json!({"value": "{{ 1 + 1 }}"})), &team).await;
    assert_eq!(fine, "SUCCESS");
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn a_server_that_is_allowed_leads_to_none_that_is_not() {
    let trap = Trap::set().await;
    let (sink, misled) = misleading(format!("http://127.0.0.2:{}/", trap.port)).await;
    let place = Place::new().with("KAIRO_EGRESS__ALLOW", "[\"127.0.0.1/32\"]");
    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let came_to = program.try_flow(&fetch(&sink), &team).await;
    assert_eq!(misled.load(Ordering::Relaxed), 1, "the request got as far as it may");
    assert_eq!(trap.caught().await, 0, "and no further");
    assert_eq!(came_to, "refused");
    assert_eq!(program.stop().await, Some(0));
}
