use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Reply, Who, World, world};

async fn five_leads() -> World {
    let world = world().await;
    for name in ["Ann", "Bob", "Cid", "Dee", "Eve"] {
        world.clock.advance(TimeDelta::minutes(1));
        let lead = world.lead(name).await;
        if matches!(name, "Bob" | "Dee") {
            let path = format!("/leads/{}/status", lead["id"].as_str().unwrap());
            assert_eq!(world.post(&path, Who::Team, json!({"to": "CONTACTED"})).await.status, 200);
        }
    }
    world
}

fn names(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.json());
    let data = reply.json()["data"].as_array().unwrap().clone();
    data.iter().map(|lead| lead["name"].as_str().unwrap().to_owned()).collect()
}

fn link(reply: &Reply, relation: &str) -> Option<String> {
    let links = reply.header("link")?;
    let link = links.split(", ").find(|link| link.ends_with(&format!("rel=\"{relation}\"")))?;
    Some(link.split_once('<')?.1.split_once('>')?.0.to_owned())
}

#[actix_web::test]
async fn the_newest_come_first_unless_told() {
    let world = five_leads().await;
    assert_eq!(names(&world.get("/leads", Who::Team).await), ["Eve", "Dee", "Cid", "Bob", "Ann"]);
    assert_eq!(names(&world.get("/leads?sort=name", Who::Team).await), ["Ann", "Bob", "Cid", "Dee", "Eve"]);
    let page = world.get("/leads", Who::Team).await.json()["page"].clone();
    assert_eq!(page, json!({"limit": 25, "nextCursor": null, "prevCursor": null}));
}

#[actix_web::test]
async fn links_lead_through_the_list_and_back() {
    let world = five_leads().await;
    let first = world.get("/leads?sort=name&limit=2&status=NEW&fields=name", Who::Team).await;
    assert_eq!((names(&first), link(&first, "prev")), (vec!["Ann".to_owned(), "Cid".to_owned()], None));
    let next = link(&first, "next").unwrap();
    assert!(next.starts_with("/api/v1/leads?sort=name&limit=2&status=NEW&fields=name&after="), "{next}");
    let last = world.get(&next, Who::Team).await;
    assert_eq!((names(&last), link(&last, "next")), (vec!["Eve".to_owned()], None));
    let back = world.get(&link(&last, "prev").unwrap(), Who::Team).await;
    assert_eq!((names(&back), link(&back, "prev")), (names(&first), None));
    assert_eq!(back.json()["data"], first.json()["data"]);
}

#[actix_web::test]
async fn a_walk_meets_every_row_once() {
    let world = five_leads().await;
    let (mut path, mut met) = (Some("/leads?limit=2".to_owned()), Vec::new());
    while let Some(here) = path {
        let reply = world.get(&here, Who::Team).await;
        met.extend(names(&reply));
        path = link(&reply, "next");
    }
    assert_eq!((met.len(), met.iter().collect::<BTreeSet<_>>().len()), (5, 5));
}

#[actix_web::test]
async fn a_cursor_is_good_for_its_own_query_only() {
    let world = five_leads().await;
    let cursor = world.get("/leads?limit=2", Who::Team).await.text("/page/nextCursor");
    for query in [
        format!("sort=name&after={cursor}"),
        format!("status=NEW&after={cursor}"),
        format!("after={}", cursor.replace(|c: char| c.is_ascii_uppercase(), "x")),
        "after=nonsense".to_owned(),
    ] {
        let reply = world.get(&format!("/leads?{query}"), Who::Team).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{query}");
        assert_eq!(reply.faults(), [("/query/after".to_owned(), "not_a_cursor".to_owned())]);
    }
}

#[actix_web::test]
async fn filters_are_told_apart_by_their_operators() {
    let world = five_leads().await;
    for (query, expected) in [
        ("status=CONTACTED", vec!["Dee", "Bob"]),
        ("filter[status][neq]=CONTACTED", vec!["Eve", "Cid", "Ann"]),
        ("filter[name][in]=Ann,Eve", vec!["Eve", "Ann"]),
        ("filter[createdAt][gte]=2026-01-01T00:04:00Z", vec!["Eve", "Dee"]),
        ("filter[createdAt][between]=2026-01-01T00:01:00Z,2026-01-01T00:02:00Z", vec!["Bob", "Ann"]),
        ("filter[company][null]=false", vec![]),
        ("filter%5Bname%5D%5BstartsWith%5D=dee", vec!["Dee"]),
        ("q=ROBOT+website&status=NEW", vec!["Eve", "Cid", "Ann"]),
        ("q=unicorn", vec![]),
    ] {
        assert_eq!(names(&world.get(&format!("/leads?{query}"), Who::Team).await), expected, "{query}");
    }
}

#[actix_web::test]
async fn what_a_list_does_not_know_is_named() {
    let world = five_leads().await;
    let reply = world.get("/leads?filter[foo]=1&filter[status][like]=N&bar=2&limit=500", Who::Team).await;
    assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"));
    insta::assert_json_snapshot!(reply.json()["errors"], @r#"
    [
      {
        "code": "unknown_parameter",
        "message": "is not a parameter of this list",
        "pointer": "/query/bar"
      },
      {
        "code": "unknown_field",
        "message": "\"foo\" is not a field to filter by; the fields are status, email, name, company, source, utmSource, utmCampaign, createdAt, updatedAt",
        "pointer": "/query/filter[foo]"
      },
      {
        "code": "unknown_operator",
        "message": "`status` takes the operators eq, neq, in, nin",
        "pointer": "/query/filter[status][like]"
      },
      {
        "code": "out_of_range",
        "message": "must be a number from 1 to 200",
        "pointer": "/query/limit"
      }
    ]
    "#);
}

#[actix_web::test]
async fn a_part_of_a_text_is_long_enough_for_the_index() {
    let world = world().await;
    for name in ["filter[name][contains]", "filter[name][startsWith]", "filter[company][startsWith]"] {
        let reply = world.get(&format!("/leads?{name}=de"), Who::Team).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{name}");
        assert_eq!(reply.faults(), [(format!("/query/{name}"), "too_short".to_owned())]);
    }
}

#[actix_web::test]
async fn a_total_comes_on_demand() {
    let world = five_leads().await;
    let page = |reply: Reply| reply.json()["page"].clone();
    let exact = page(world.get("/leads?count=exact&limit=1&status=NEW", Who::Team).await);
    assert_eq!((&exact["total"], &exact["totalIsExact"]), (&json!(3), &json!(true)));
    assert_eq!(page(world.get("/leads?count=estimated", Who::Team).await)["total"], json!(5));
    assert_eq!(page(world.get("/leads", Who::Team).await)["total"], Value::Null);
}

#[actix_web::test]
async fn pages_have_numbers_too() {
    let world = five_leads().await;
    let second = world.get("/leads?page=2&limit=2&sort=name", Who::Team).await;
    assert_eq!(names(&second), ["Cid", "Dee"]);
    let next = link(&second, "next").unwrap();
    assert!(next.contains("after=") && !next.contains("page="), "{next}");
    assert_eq!(names(&world.get(&next, Who::Team).await), ["Eve"]);
    assert_eq!(world.get("/leads?page=401", Who::Team).await.faults()[0].1, "out_of_range");
}

#[actix_web::test]
async fn only_the_fields_asked_for_are_shown() {
    let world = five_leads().await;
    let row = world.get("/leads?fields=status,name&limit=1", Who::Team).await.json()["data"][0].clone();
    assert_eq!(row, json!({"name": "Eve", "status": "NEW"}));
}
