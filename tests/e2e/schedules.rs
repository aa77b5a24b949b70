//! Schedules on several processes, and after a time when nobody ran.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kairo_bench::epoch_seconds;
use serde_json::json;
use tokio::time::sleep;

use crate::program::{Place, Program, body, eventually, eventually_within};

/// How many planned instants are watched.
const INSTANTS: u64 = 60;
/// For how many instants nobody runs.
const MISSED: u64 = 10;

impl Program {
    /// Makes an automation that fires every second; this becomes of what is missed.
    async fn every_second(&self, missed: &str, token: &str) -> String {
        let params = json!({"cron": "* * * * * *", "missed": missed});
        let node = json!({"id": "t", "type": "trigger.schedule", "position": {"x": 0, "y": 0}, "data": {"params": params}});
        let new = json!({"title": "Every second", "flow": {"nodes": [node], "edges": []}});
        let made =
            self.http.post(self.api("/automations")).bearer_auth(token).json(&new).send().await.unwrap();
        let id = body(made).await["id"].as_str().unwrap().to_owned();
        let activate = self.api(&format!("/automations/{id}/activate"));
        let active = self.http.post(activate).bearer_auth(token).send().await.unwrap();
        assert!(active.status().is_success());
        id
    }

    /// The planned instants that made runs, the earliest first.
    async fn fired(&self, automation: &str, token: &str) -> Vec<DateTime<Utc>> {
        let page = body(self.get(&format!("/automations/{automation}/runs?limit=200"), token).await).await;
        let ids = page["data"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned());
        let mut instants = Vec::new();
        for id in ids {
            let run = body(self.get(&format!("/runs/{id}"), token).await).await;
            instants.push(run["input"]["scheduledAt"].as_str().unwrap().parse().unwrap());
        }
        instants.sort();
        instants
    }

    /// Whether so many runs have been made, when they have.
    async fn has_fired(&self, automation: &str, times: u64, token: &str) -> Option<()> {
        (self.count(automation, token).await >= times).then_some(())
    }

    async fn count(&self, automation: &str, token: &str) -> u64 {
        let path = format!("/automations/{automation}/runs?count=exact&limit=1");
        body(self.get(&path, token).await).await["page"]["total"].as_u64().unwrap()
    }
}

fn now() -> DateTime<Utc> {
    let since_1970 = TimeDelta::from_std(Duration::from_secs_f64(epoch_seconds())).unwrap();
    DateTime::UNIX_EPOCH + since_1970
}

#[tokio::test]
async fn a_planned_instant_makes_one_run_and_missed_ones_make_what_was_wanted() {
    let place = Place::new().with("KAIRO_RATES__USER__REQUESTS", "100000");
    let programs = [place.serve(&["--demo"]).await, place.serve(&[]).await, place.serve(&[]).await];
    let team = programs[0].demo_token("TEAM").await;
    let [each, once] =
        [programs[0].every_second("all", &team).await, programs[0].every_second("once", &team).await];
    eventually_within(Duration::from_secs(4 * INSTANTS), "the first planned instants", async || {
        programs[0].has_fired(&each, INSTANTS, &team).await
    })
    .await;
    for program in programs {
        assert_eq!(program.stop().await, Some(0));
    }
    let left = now();
    sleep(Duration::from_secs(MISSED)).await;

    let back = now();
    let program = place.serve(&[]).await;
    let known = program.count(&once, &team).await;
    eventually("runs for what was missed", async || {
        program.has_fired(&each, INSTANTS + MISSED + 3, &team).await
    })
    .await;
    eventually("runs after what was missed", async || program.has_fired(&once, known + 3, &team).await).await;

    let fired = program.fired(&each, &team).await;
    let gaps = fired.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.into_iter().all(|gap| gap == TimeDelta::seconds(1)), "one run for each second: {fired:?}");

    let fired = program.fired(&once, &team).await;
    assert!(fired.windows(2).all(|pair| pair[0] < pair[1]), "an instant made two runs: {fired:?}");
    let missed = fired.iter().filter(|instant| (left..=back).contains(*instant)).count();
    assert!(missed <= 1, "{missed} runs for what was missed from {left} to {back}: {fired:?}");
    assert_eq!(program.stop().await, Some(0));
}
