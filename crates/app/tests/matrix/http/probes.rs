//! Lists with every parameter that the document has for them, aimed at what is not the caller's.

use actix_web::http::StatusCode;
use kairo::domain::Resource;
use serde_json::Value;

use super::document::Parameter;
use super::expected::Expected;
use super::lists::List;
use super::scene::{Scene, Whose};
use super::server::Server;

/// Asks for a list with each of its parameters, and returns how often.
pub(super) async fn compare(server: &mut Server, list: &List<'_>) -> usize {
    let mut asked = 0;
    for parameter in &list.operation.parameters {
        let mut taken = 0;
        let values = match parameter.name.as_str() {
            "after" | "before" => cursors(server, list).await,
            // Without them, no row could be told from another.
            "fields" => ["id", "seq"].map(str::to_owned).to_vec(),
            _ => values(parameter, &list.stage.scene),
        };
        for name in spellings(&parameter.name) {
            for value in &values {
                taken += usize::from(takes(server, list, &name, value).await);
                asked += 1;
            }
        }
        assert!(taken > 0, "{}: no value was taken for {}", list.path, parameter.name);
    }
    asked
}

/// A parameter as the document has it, and the short form that a filter for one value has besides.
fn spellings(name: &str) -> Vec<String> {
    let field = name.strip_prefix("filter[").and_then(|rest| rest.strip_suffix("][eq]"));
    [name].into_iter().chain(field).map(str::to_owned).collect()
}

/// Asks with a parameter, and tells whether it takes this value; one that it does not take tries nothing.
async fn takes(server: &mut Server, list: &List<'_>, name: &str, value: &str) -> bool {
    let usual = [("limit", "200"), ("count", "exact")].into_iter().filter(|(usual, _)| *usual != name);
    let usual = usual.map(|(name, value)| format!("&{name}={value}")).collect::<String>();
    let query = format!("{name}={value}{usual}");
    let reply = list.ask(server, &query).await;
    if reply.status == StatusCode::BAD_REQUEST {
        return false;
    }
    list.check_answer(&reply, &query);
    if list.expected == Expected::Success {
        list.check_rows(&reply, &query);
        // Of a part of a list, the total is that of the whole.
        if !["after", "before", "page"].contains(&name) {
            list.check_total(&reply, &query);
        }
    }
    true
}

/// Cursors of an administrator, who sees what others do not: they lead nobody else to it.
async fn cursors(server: &mut Server, list: &List<'_>) -> Vec<String> {
    let first = list.admin.get(server, list.operation, &format!("{}?limit=1", list.path)).await;
    let next = first.json["page"]["nextCursor"].as_str().unwrap().to_owned();
    let second = list.admin.get(server, list.operation, &format!("{}?limit=1&after={next}", list.path)).await;
    let previous = second.json["page"]["prevCursor"].as_str().unwrap().to_owned();
    vec![next, previous]
}

/// Values for a parameter, as its schema has them: ids and words of strangers, and whatever finds much.
fn values(parameter: &Parameter, scene: &Scene) -> Vec<String> {
    let schema = &parameter.schema;
    let kind = (schema["type"].as_str().unwrap(), schema["format"].as_str().unwrap_or_default());
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match kind {
        ("boolean", _) => owned(&["true", "false"]),
        ("integer", _) => owned(&["1"]),
        (_, "date-time") => owned(&["2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"]),
        (_, "uuid") => strangers(scene).to_vec(),
        _ => {
            let some = [
                "stranger",
                "Company",
                "CLIENT",
                "NEW",
                "CONTACT_FORM",
                "user",
                "bearer",
                "DRAFT",
                "RUNNING",
                "1",
                "1,1000000",
            ];
            let more = ["2000-01-01T00:00:00Z,2100-01-01T00:00:00Z", "createdAt", "-seq", "startedAt"];
            let address = scene.address(Whose::Theirs);
            strangers(scene).into_iter().chain([address]).chain(owned(&[&some[..], &more].concat())).collect()
        }
    }
}

fn strangers(scene: &Scene) -> [String; 4] {
    [
        (Resource::Company, Whose::Theirs),
        (Resource::Company, Whose::Ours),
        (Resource::User, Whose::Theirs),
        (Resource::User, Whose::Ours),
    ]
    .map(|(resource, whose)| scene.id(resource, whose).to_string())
}
