use serde_json::{Value, json};

use crate::Program;

/// An automation that a webhook fires.
pub struct Automation {
    http: reqwest::Client,
    hook: String,
    id: String,
}

impl Automation {
    /// Three nodes: a trigger, a transform, and an effect in the database.
    ///
    /// # Panics
    /// When the program refuses.
    pub async fn draw(program: &Program) -> Self {
        let token = program.token("TEAM").await;
        let post = async |path: &str, body: Value| -> Value {
            let request = program.http.post(program.api(path)).bearer_auth(&token).json(&body);
            let answer = request.send().await.unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
            answer.json().await.unwrap()
        };
        let form = json!({"name": "Ada", "email": "ada@example.com", "message": "Measured."});
        let lead = post("/leads", form).await["id"].as_str().unwrap().to_owned();
        let node = |id: &str, kind: &str, params: Value| json!({"id": id, "type": kind, "position": {"x": 0, "y": 0}, "data": {"params": params}});
        let nodes = [
            node("hook", "trigger.webhook", json!({})),
            node("text", "transform", json!({"value": {"text": "{{ trigger.body.text | upper }}"}})),
            node("note", "lead.note", json!({"lead": lead, "text": "{{ steps.text.text }}"})),
        ];
        let edges = [
            json!({"id": "1", "source": "hook", "target": "text"}),
            json!({"id": "2", "source": "text", "target": "note"}),
        ];
        let new = json!({"title": "Measured", "flow": {"nodes": nodes, "edges": edges}});
        let id = post("/automations", new).await["id"].as_str().unwrap().to_owned();
        post(&format!("/automations/{id}/activate"), json!({})).await;
        let path = program.api(&format!("/automations/{id}/triggers"));
        let triggers: Value =
            program.http.get(path).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
        let address = triggers["data"][0]["url"].as_str().expect("the address of the webhook");
        let hook = program.api(&format!("/hooks/{}", address.rsplit('/').next().unwrap()));
        Self { http: program.http.clone(), hook, id }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Fires it once; the delivery is stored when this returns.
    ///
    /// # Panics
    /// When the program refuses.
    pub async fn fire(&self) {
        let answer = self.http.post(&self.hook).json(&json!({"text": "a note"})).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}
