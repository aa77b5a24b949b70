use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Reply, Who, World, at, world};

/// A world, and the path of a lead in it.
async fn with_a_lead() -> (World, String) {
    let world = world().await;
    let path = format!("/leads/{}", world.lead("Ada").await["id"].as_str().unwrap());
    (world, path)
}

async fn note(world: &World, lead: &str, text: &str) -> Reply {
    world.post(&format!("{lead}/notes"), Who::Team, json!({"text": text})).await
}

fn rows(reply: &Reply, member: &str) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()["data"].as_array().unwrap().iter().map(|row| row[member].clone()).collect()
}

#[actix_web::test]
async fn a_note_is_answered_with_itself_and_listed() {
    let (world, lead) = with_a_lead().await;
    let reply = note(&world, &lead, "  Call again\non Monday ").await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert!(reply.header("etag").is_some() && reply.header("location").is_none());
    let made = reply.json();
    assert_eq!((&made["text"], &made["actor"]), (&json!("Call again\non Monday"), &json!("user")));
    assert_eq!(made["actorId"], json!(world.id(Who::Team)));
    let listed = world.get(&format!("{lead}/notes"), Who::Admin).await;
    assert_eq!(listed.json()["data"], json!([made]));
    assert!(listed.header("etag").is_some());
}

#[actix_web::test]
async fn a_timeline_tells_everything_the_latest_first() {
    let (world, lead) = with_a_lead().await;
    world.patch(&lead, Who::Team, json!({"phone": "+44 20 7946 0958"})).await;
    note(&world, &lead, "Call again").await;
    let lost = json!({"to": "LOST", "reason": "no budget"});
    world.post(&format!("{lead}/status"), Who::Admin, lost).await;
    let timeline = world.get(&format!("{lead}/timeline"), Who::Team).await;
    assert_eq!(rows(&timeline, "kind"), ["status_changed", "noted", "edited", "created"]);
    assert_eq!(
        rows(&timeline, "body"),
        [
            json!({"from": "NEW", "to": "LOST", "reason": "no budget"}),
            json!({}),
            json!({"fields": ["phone"]}),
            json!({"source": null}),
        ]
    );
    assert_eq!(rows(&timeline, "text"), [Value::Null, json!("Call again"), Value::Null, Value::Null]);
    let (team, admin) = (json!(world.id(Who::Team)), json!(world.id(Who::Admin)));
    assert_eq!(rows(&timeline, "actorId"), [admin, team.clone(), team.clone(), team]);
}

#[actix_web::test]
async fn a_timeline_is_filtered_and_turned_page_by_page() {
    let (world, lead) = with_a_lead().await;
    for text in ["one", "two", "three"] {
        note(&world, &lead, text).await;
    }
    let path = format!("{lead}/timeline?kind=noted&limit=2&count=exact");
    let first = world.get(&path, Who::Team).await;
    assert_eq!(rows(&first, "text"), ["three", "two"]);
    assert_eq!(first.json()["page"]["total"], 3);
    let link = first.header("link").unwrap();
    let next = link.split(['<', '>']).nth(1).unwrap();
    assert!(next.starts_with(&format!("/api/v1{lead}/timeline?kind=noted&limit=2")), "{next}");
    assert_eq!(rows(&world.get(next, Who::Team).await, "text"), ["one"]);
    let none = world.get(&format!("{lead}/timeline?filter[at][lt]=2000-01-01T00:00:00Z"), Who::Team).await;
    assert!(rows(&none, "id").is_empty());
    let notes = world.get(&format!("{lead}/notes?sort=createdAt&limit=1"), Who::Team).await;
    assert_eq!(rows(&notes, "text"), ["one"]);
}

#[actix_web::test]
async fn the_lead_is_named_by_the_path_and_by_nothing_else() {
    let (world, lead) = with_a_lead().await;
    let other = world.lead("Bob").await["id"].as_str().unwrap().to_owned();
    for list in ["notes", "timeline"] {
        for query in [format!("leadId={other}"), format!("filter[leadId]={other}"), "sort=leadId".to_owned()]
        {
            let reply = world.get(&format!("{lead}/{list}?{query}"), Who::Team).await;
            assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{query}");
        }
    }
    assert_eq!(rows(&world.get(&format!("{lead}/timeline"), Who::Team).await, "kind"), ["created"]);
}

#[actix_web::test]
async fn a_list_that_was_seen_is_not_sent_again() {
    let (world, lead) = with_a_lead().await;
    let path = format!("{lead}/timeline");
    let tag = world.get(&path, Who::Team).await.header("etag").unwrap().to_owned();
    assert_eq!(world.get_with(&path, Who::Team, ("if-none-match", tag.clone())).await.status, 304);
    note(&world, &lead, "Call again").await;
    assert_eq!(world.get_with(&path, Who::Team, ("if-none-match", tag)).await.status, 200);
}

#[actix_web::test]
async fn a_repeat_makes_no_second_note() {
    let (world, lead) = with_a_lead().await;
    let once = || {
        let request = TestRequest::post().uri(&at(&format!("{lead}/notes")));
        let request =
            request.insert_header(("idempotency-key", "k-1")).set_json(json!({"text": "Call again"}));
        world.send(world.as_(Who::Team, request))
    };
    let (first, again) = (once().await, once().await);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(rows(&world.get(&format!("{lead}/notes"), Who::Team).await, "text"), ["Call again"]);
}

#[actix_web::test]
async fn nobody_but_staff_learns_of_notes() {
    let (world, lead) = with_a_lead().await;
    note(&world, &lead, "Call again").await;
    for (who, status) in [(Who::Client, 404), (Who::Outsider, 404), (Who::Anonymous, 401)] {
        for list in ["notes", "timeline"] {
            assert_eq!(world.get(&format!("{lead}/{list}"), who).await.status, status, "{who:?} {list}");
        }
        let reply = world.post(&format!("{lead}/notes"), who, json!({"text": "Hello?"})).await;
        assert_eq!(reply.status, status, "{who:?}");
    }
    assert_eq!(rows(&world.get(&format!("{lead}/notes"), Who::Team).await, "text"), ["Call again"]);
}

#[actix_web::test]
async fn there_are_no_notes_about_what_is_not_there() {
    let (world, lead) = with_a_lead().await;
    note(&world, &lead, "Call again").await;
    world.delete(&lead, Who::Team).await;
    for path in [lead.as_str(), "/leads/00000000-0000-7000-8000-00000000ffff", "/leads/7"] {
        for list in ["notes", "timeline"] {
            let reply = world.get(&format!("{path}/{list}"), Who::Admin).await;
            assert_eq!((reply.status, reply.problem().as_str()), (404, "not_found"), "{path}/{list}");
        }
        assert_eq!(note(&world, path, "Too late").await.problem(), "not_found", "{path}");
    }
}
