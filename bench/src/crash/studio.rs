use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::report::Ends;
use crate::serving::Serving;

/// How long the program may be out of reach.
const PATIENCE: Duration = Duration::from_secs(120);

/// The API, as somebody of the team uses it.
pub(super) struct Studio {
    http: Client,
    base: String,
    token: String,
}

/// The automation that is fired, and the lead it writes notes to.
pub(super) struct Flow {
    studio: Studio,
    automation: String,
    hook: String,
    lead: String,
}

impl Studio {
    pub(super) async fn sign_in(server: &Serving) -> Self {
        let http = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        let (email, password) = server.account("TEAM");
        let token = server.token(&http, &email, &password).await;
        let person = Self { http, base: server.api(""), token };
        // An access token is over before the record is.
        let scopes = ["automations:read", "automations:write", "leads:read", "leads:write"];
        let key = person.post("/me/api-keys", &json!({"name": "Crash record", "scopes": scopes})).await;
        let token = key["secret"].as_str().expect("a key").to_owned();
        Self { token, ..person }
    }

    /// Six nodes with two effects in the database and two outside.
    pub(super) async fn draw(self, sink: &str) -> Flow {
        let form = json!({"name": "Ada", "email": "ada@example.com", "message": "For the record."});
        let lead = self.post("/leads", &form).await["id"].as_str().unwrap().to_owned();
        let node = |id: &str, kind: &str, params: Value| json!({"id": id, "type": kind, "position": {"x": 0, "y": 0}, "data": {"params": params}});
        let call = |effect: &str| json!({"method": "POST", "url": sink, "body": format!("{{{{ steps.number }}}}-{effect}")});
        let note = |effect: &str| json!({"lead": lead, "text": format!("{{{{ steps.number }}}}-{effect}")});
        let nodes = [
            node("hook", "trigger.webhook", json!({})),
            node("number", "transform", json!({"value": "{{ trigger.body.run }}"})),
            node("call1", "http.request", call("first")),
            node("note1", "lead.note", note("first")),
            node("call2", "http.request", call("second")),
            node("note2", "lead.note", note("second")),
        ];
        let ids = ["hook", "number", "call1", "note1", "call2", "note2"];
        let edges: Vec<_> = ids
            .windows(2)
            .map(|pair| json!({"id": format!("{}-{}", pair[0], pair[1]), "source": pair[0], "target": pair[1]}))
            .collect();
        let new = json!({"title": "Crash record", "flow": {"nodes": nodes, "edges": edges}});
        let automation = self.post("/automations", &new).await["id"].as_str().unwrap().to_owned();
        self.post(&format!("/automations/{automation}/activate"), &json!({})).await;
        let triggers = self.get(&format!("/automations/{automation}/triggers")).await;
        let url = triggers["data"][0]["url"].as_str().expect("the address of the webhook");
        let token = url.rsplit('/').next().unwrap();
        let hook = format!("{}/hooks/{token}", self.base);
        Flow { studio: self, automation, hook, lead }
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        self.send(request).await.expect("the program takes it")
    }

    /// Asks until there is an answer: the database may be gone just now.
    async fn get(&self, path: &str) -> Value {
        let begun = Instant::now();
        loop {
            if let Some(body) = self.send(self.http.get(format!("{}{path}", self.base))).await {
                return body;
            }
            assert!(begun.elapsed() < PATIENCE, "{path} is not answered any more");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn send(&self, request: RequestBuilder) -> Option<Value> {
        let answer = request.bearer_auth(&self.token).send().await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        answer.json().await.ok()
    }
}

impl Flow {
    /// Delivers until it is taken in, and tells how often it had to be sent again.
    pub(super) async fn fire(&self, run: u32) -> u64 {
        let (mut repeated, begun) = (0, Instant::now());
        loop {
            let request = self.studio.http.post(&self.hook).header("webhook-id", format!("delivery-{run}"));
            let answer = request.json(&json!({"run": run})).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return repeated;
            }
            repeated += 1;
            assert!(begun.elapsed() < PATIENCE, "delivery {run} is not taken in");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until no run is open or the patience is over, and tells how they stand.
    pub(super) async fn until_all_ended(&self, fired: u64, patience: Duration) -> Ends {
        let begun = Instant::now();
        loop {
            let (succeeded, failed) = (self.count("SUCCESS").await, self.count("FAILED").await);
            let open = fired.saturating_sub(succeeded + failed);
            if open == 0 || begun.elapsed() > patience {
                return Ends { succeeded, failed, open };
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// How many runs have this status.
    async fn count(&self, status: &str) -> u64 {
        let path = format!("/automations/{}/runs?status={status}&count=exact&limit=1", self.automation);
        self.studio.get(&path).await["page"]["total"].as_u64().unwrap()
    }

    /// Every note of the lead.
    pub(super) async fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.studio.get(&format!("/leads/{}/notes?limit=200{after}", self.lead)).await;
            let texts = page["data"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap());
            notes.extend(texts.map(str::to_owned));
            match page["page"]["nextCursor"].as_str() {
                Some(cursor) => after = format!("&after={cursor}"),
                None => return notes,
            }
        }
    }
}
