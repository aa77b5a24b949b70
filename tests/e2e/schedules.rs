//! Schedules on several processes, and after a time when nobody ran.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::program::{Place, Program, body};

/// How many planned instants are watched.
const INSTANTS: usize = 60;
/// For how many instants nobody runs.
const MISSED: u64 = 10;

impl Program {
    /// Makes an automation that fires every second.
    async fn every_second(&self, token: &str) -> String {
        let params = json!({"cron": "* * * * * *", "missed": "once"});
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

    async fn count(&self, automation: &str, token: &str) -> u64 {
        let path = format!("/automations/{automation}/runs?count=exact&limit=1");
        body(self.get(&path, token).await).await["page"]["total"].as_u64().unwrap()
    }
}

#[tokio::test]
async fn a_planned_instant_makes_one_run_and_missed_ones_make_one_together() {
    let place = Place::new();
    let programs = [place.serve(&["--demo"]).await, place.serve(&[]).await, place.serve(&[]).await];
    let team = programs[0].demo_token("TEAM").await;
    let automation = programs[0].every_second(&team).await;
    while programs[0].count(&automation, &team).await < INSTANTS as u64 {
        sleep(Duration::from_millis(200)).await;
    }
    for program in programs {
        assert_eq!(program.stop().await, Some(0));
    }
    let stopped = Instant::now();
    tokio::time::sleep_until(stopped + Duration::from_secs(MISSED)).await;

    let program = place.serve(&[]).await;
    let before = program.count(&automation, &team).await;
    while program.count(&automation, &team).await < before + 3 {
        sleep(Duration::from_millis(200)).await;
    }
    let fired = program.fired(&automation, &team).await;
    let gaps: Vec<TimeDelta> = fired.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // One run for each second, but for the one gap in which nobody ran, which made no run of its own.
    assert!(gaps.iter().all(|gap| *gap >= TimeDelta::seconds(1)), "an instant made two runs: {fired:?}");
    let long: Vec<_> = gaps.iter().filter(|gap| **gap > TimeDelta::seconds(1)).collect();
    let missed = i64::try_from(MISSED).unwrap();
    assert!(long.len() == 1 && *long[0] >= TimeDelta::seconds(missed), "{gaps:?}");
    assert!(fired.len() >= INSTANTS + 3);
    assert_eq!(program.stop().await, Some(0));
}
