//! Automations from the editor's document to the last step.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::program::{Place, Program, body, eventually};

fn node(id: &str, kind: &str, params: &Value) -> Value {
    json!({"id": id, "type": kind, "position": {"x": 0.25, "y": 10}, "data": {"params": params}})
}

fn edge(source: &str, port: Option<&str>, target: &str) -> Value {
    json!({"id": format!("{source}-{target}"), "source": source, "sourceHandle": port, "target": target})
}

impl Program {
    async fn send(&self, path: &str, token: &str, sent: &Value) -> Value {
        let answer = self.http.post(self.api(path)).bearer_auth(token).json(sent).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        body(answer).await
    }

    async fn look(&self, path: &str, token: &str) -> Value {
        body(self.get(path, token).await).await
    }

    /// Makes an automation that fires, and gives its path.
    async fn active(&self, token: &str, nodes: &[Value], edges: &[Value]) -> String {
        let new = json!({"title": "Flow", "flow": {"nodes": nodes, "edges": edges}});
        let made = self.send("/automations", token, &new).await;
        let path = format!("/automations/{}", made["id"].as_str().unwrap());
        self.send(&format!("{path}/activate"), token, &json!({})).await;
        path
    }

    /// The first run of an automation, once it has ended.
    async fn ended_run(&self, automation: &str, token: &str) -> Value {
        eventually("the end of the first run", async || {
            let runs = self.look(&format!("{automation}/runs"), token).await;
            let run = &runs["data"][0];
            (run["status"].is_string() && run["status"] != "RUNNING").then(|| run.clone())
        })
        .await
    }
}

/// Somebody else's server: answers one request with JSON, and gives its head and body.
async fn sink() -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/sink", listener.local_addr().unwrap());
    #[expect(clippy::disallowed_methods, reason = "it ends with the request, and is waited for")]
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = String::new();
        let mut buffer = [0; 4096];
        while !asked.contains("\r\n\r\n") || !asked.ends_with('}') {
            let read = stream.read(&mut buffer).await.unwrap();
            asked.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{\"ok\": true}";
        stream.write_all(answer.as_bytes()).await.unwrap();
        asked
    });
    (url, asked)
}

#[tokio::test]
async fn a_lead_arrives_and_the_flow_calls_mails_moves_waits_and_notes() {
    let place = Place::new().with("KAIRO_EGRESS__ALLOW", "[\"127.0.0.0/8\"]");
    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let (url, asked) = sink().await;
    let lead = "{{ trigger.lead.id }}";
    let mail =
        json!({"to": "{{ trigger.lead.email }}", "subject": "Hello {{ trigger.lead.name }}", "text": "Hi"});
    let nodes = [
        node("arrives", "trigger.event", &json!({"event": "lead.created"})),
        node("ours", "if", &json!({"condition": "trigger.lead.company == 'Analytical Engines'"})),
        node("call", "http.request", &json!({"method": "POST", "url": url, "body": {"lead": lead}})),
        node("mail", "email.send", &mail),
        node("move", "lead.move", &json!({"lead": lead, "to": "CONTACTED"})),
        node("wait", "wait", &json!({"seconds": 2})),
        node("note", "lead.note", &json!({"lead": lead, "text": "The sink said {{ steps.call.body.ok }}."})),
    ];
    let edges = [
        edge("arrives", None, "ours"),
        edge("ours", Some("true"), "call"),
        edge("call", None, "mail"),
        edge("mail", None, "move"),
        edge("move", None, "wait"),
        edge("wait", None, "note"),
    ];
    let automation = program.active(&team, &nodes, &edges).await;
    let id = body(program.capture("Ada Lovelace").await).await["id"].as_str().unwrap().to_owned();

    let run = program.ended_run(&automation, &team).await;
    assert_eq!((&run["status"], &run["firedBy"]), (&json!("SUCCESS"), &json!("event")));
    assert!(run["durationMs"].as_u64().unwrap() >= 2_000);
    let steps = program.look(&format!("/runs/{}/steps", run["id"].as_str().unwrap()), &team).await;
    let ended: Vec<_> =
        steps["data"].as_array().unwrap().iter().filter(|step| step["state"] == "DONE").collect();
    let order: Vec<_> = ended.iter().map(|step| step["node"].as_str().unwrap()).collect();
    assert_eq!(order, ["ours", "call", "mail", "move", "wait", "note"]);
    assert!(ended.iter().all(|step| step["startedAt"].is_string() && step["finishedAt"].is_string()));

    let asked = asked.await.unwrap().to_ascii_lowercase();
    assert!(asked.contains(&format!("idempotency-key: {}:call:", run["id"].as_str().unwrap())), "{asked}");
    assert!(asked.contains(&id));
    assert_eq!(program.look(&format!("/leads/{id}"), &team).await["status"], "CONTACTED");
    let notes = program.look(&format!("/leads/{id}/notes"), &team).await;
    assert_eq!(notes["data"][0]["text"], "The sink said true.");
    let mails = std::fs::read_dir(place.folder.path().join(".kairo/mail")).unwrap();
    let texts: Vec<_> = mails.map(|mail| std::fs::read_to_string(mail.unwrap().path()).unwrap()).collect();
    assert!(texts.iter().any(|text| text.contains("Hello Ada Lovelace")), "{texts:?}");
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn what_a_canvas_saves_comes_back_equal() {
    let canvas: Value = serde_json::from_str(include_str!("../react-flow/canvas.json")).unwrap();
    let place = Place::new();
    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let made = program
        .send("/automations", &team, &json!({"title": "Canvas", "flow": {"nodes": [], "edges": []}}))
        .await;
    let path = format!("/automations/{}", made["id"].as_str().unwrap());
    let current = program.get(&path, &team).await.headers()["etag"].clone();
    let request = program.http.put(program.api(&format!("{path}/flow"))).bearer_auth(&team);
    let put = request.header("if-match", current).json(&canvas).send().await.unwrap();
    assert_eq!(put.status(), StatusCode::OK, "{}", put.text().await.unwrap());
    assert_eq!(program.look(&format!("{path}/flow"), &team).await, canvas);
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn a_flow_answers_the_webhook_that_fired_it() {
    let place = Place::new();
    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let nodes = [
        node("hook", "trigger.webhook", &json!({"respond": "node"})),
        node(
            "say",
            "respond",
            &json!({"status": 201, "body": {"sum": "{{ trigger.body.a + trigger.body.b }}"}}),
        ),
    ];
    let automation = program.active(&team, &nodes, &[edge("hook", None, "say")]).await;
    let triggers = program.look(&format!("{automation}/triggers"), &team).await;
    let address = triggers["data"][0]["url"].as_str().unwrap();
    let hook = program.api(&format!("/hooks/{}", address.rsplit('/').next().unwrap()));
    let answer = program.http.post(&hook).json(&json!({"a": 2, "b": 3})).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(body(answer).await, json!({"sum": 5}));
    let unknown = program.http.post(program.api("/hooks/nobody")).json(&json!({})).send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(program.stop().await, Some(0));
}
