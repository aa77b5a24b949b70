use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{Program, epoch_seconds};

/// How long a program may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// After how long a delivery is sent again.
const PAUSE: Duration = Duration::from_millis(100);

/// An automation that a webhook fires.
pub struct Automation {
    http: reqwest::Client,
    hook: String,
    id: String,
    lead: String,
    fired: AtomicU32,
    repeated: AtomicU32,
}

impl Automation {
    /// Three nodes: a trigger, a transform with expressions, and one row in the database.
    ///
    /// # Panics
    /// When the program refuses.
    pub async fn draw(program: &Program) -> Self {
        let said = json!({"seq": "{{ trigger.body.seq }}", "text": "Hello {{ trigger.body.name }}"});
        let text = "{{ steps.between.seq }} {{ steps.between.text }}";
        Self::of_three(program, "transform", &json!({"value": said}), text).await
    }

    /// Three nodes of which the second waits for a day.
    ///
    /// # Panics
    /// When the program refuses.
    pub async fn draw_waiting(program: &Program) -> Self {
        Self::of_three(program, "wait", &json!({"days": 1}), "{{ trigger.body.seq }}").await
    }

    async fn of_three(program: &Program, kind: &str, params: &Value, text: &str) -> Self {
        let token = program.token("TEAM").await;
        let post = async |path: &str, body: Value| -> Value {
            let request = program.http.post(program.api(path)).bearer_auth(&token).json(&body);
            let answer = request.send().await.unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
            answer.json().await.unwrap()
        };
        let form = json!({"name": "Ada", "email": "ada@example.com", "message": "Measured."});
        let lead = post("/leads", form).await["id"].as_str().unwrap().to_owned();
        let node = |id: &str, kind: &str, params: &Value| json!({"id": id, "type": kind, "position": {"x": 0, "y": 0}, "data": {"params": params}});
        let nodes = [
            node("hook", "trigger.webhook", &json!({})),
            node("between", kind, params),
            node("note", "lead.note", &json!({"lead": lead, "text": text})),
        ];
        let edges = [
            json!({"id": "1", "source": "hook", "target": "between"}),
            json!({"id": "2", "source": "between", "target": "note"}),
        ];
        let new = json!({"title": "Measured", "flow": {"nodes": nodes, "edges": edges}});
        let id = post("/automations", new).await["id"].as_str().unwrap().to_owned();
        post(&format!("/automations/{id}/activate"), json!({})).await;
        let path = program.api(&format!("/automations/{id}/triggers"));
        let triggers: Value =
            program.http.get(path).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
        let address = triggers["data"][0]["url"].as_str().expect("the address of the webhook");
        let hook = program.api(&format!("/hooks/{}", address.rsplit('/').next().unwrap()));
        Self {
            http: program.http.clone(),
            hook,
            id,
            lead,
            fired: AtomicU32::new(0),
            repeated: AtomicU32::new(0),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The lead it writes notes to.
    pub(super) fn lead(&self) -> &str {
        &self.lead
    }

    /// How many deliveries had to be sent again, since the program was busy.
    pub fn repeated(&self) -> u32 {
        self.repeated.load(Ordering::Relaxed)
    }

    /// Fires it once; the delivery is stored when this returns. The delivery says when it was sent first.
    ///
    /// # Panics
    /// When the program refuses.
    pub async fn fire(&self) {
        let seq = self.fired.fetch_add(1, Ordering::Relaxed);
        let body = json!({"seq": seq, "name": format!("visitor {seq}"), "sentAt": epoch_seconds()});
        let begun = Instant::now();
        loop {
            let request = self.http.post(&self.hook).header("webhook-id", format!("delivery-{seq}"));
            let answer = request.json(&body).send().await.unwrap();
            if answer.status().is_success() {
                return;
            }
            let is_busy = answer.status() == StatusCode::SERVICE_UNAVAILABLE && begun.elapsed() < PATIENCE;
            assert!(is_busy, "{}", answer.text().await.unwrap());
            self.repeated.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(PAUSE).await;
        }
    }
}
