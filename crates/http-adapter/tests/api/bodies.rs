use actix_web::test::TestRequest;
use serde_json::json;

use crate::support::{Reply, Who, World, at, contact, world};

async fn post_text(world: &World, media: Option<&str>, body: impl Into<Vec<u8>>) -> Reply {
    let mut request = TestRequest::post().uri(&at("/leads")).set_payload(body.into());
    if let Some(media) = media {
        request = request.insert_header(("content-type", media));
    }
    world.send(request).await
}

async fn post_json(world: &World, body: impl Into<Vec<u8>>) -> Reply {
    post_text(world, Some("application/json"), body).await
}

#[actix_web::test]
async fn five_faults_are_five_entries() {
    let world = world().await;
    let body =
        json!({"name": "", "email": "no", "phone": "call me", "source": "FAX", "frob": 1, "message": "m"});
    let reply = world.post("/leads", Who::Anonymous, body).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    insta::assert_json_snapshot!(reply.json()["errors"], @r#"
    [
      {
        "code": "not_an_email",
        "message": "must be an e-mail address such as ada@example.com",
        "pointer": "/email"
      },
      {
        "code": "unknown_field",
        "message": "is not a field; the fields are name, email, message, phone, company, source, utmSource, utmMedium, utmCampaign, metadata",
        "pointer": "/frob"
      },
      {
        "code": "empty",
        "message": "must not be empty",
        "pointer": "/name"
      },
      {
        "code": "not_a_phone",
        "message": "must be a telephone number of 3 to 20 digits; +, spaces and ()-./ may join them",
        "pointer": "/phone"
      },
      {
        "code": "unknown_word",
        "message": "must be one of CONTACT_FORM, PLATFORM_SIGNUP, CHAT",
        "pointer": "/source"
      }
    ]
    "#);
}

#[actix_web::test]
async fn an_unknown_field_is_pointed_at() {
    let world = world().await;
    let mut body = contact("Ada");
    body["role"] = json!("ADMIN");
    let reply = world.post("/leads", Who::Anonymous, body).await;
    assert_eq!((reply.status, reply.faults()), (422, vec![("/role".to_owned(), "unknown_field".to_owned())]));
}

#[actix_web::test]
async fn what_is_no_json_says_where() {
    let world = world().await;
    for body in ["", "{", "name=Ada", "{\"name\": \"Ada\",}"] {
        let reply = post_json(&world, body).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{body}");
        assert!(reply.text("/detail").contains("line 1 column"), "{}", reply.text("/detail"));
    }
}

#[actix_web::test]
async fn a_body_nests_64_levels_and_no_more() {
    let world = world().await;
    for depth in [65, 1_000, 100_000] {
        let reply = post_json(&world, format!("{}{}", "[".repeat(depth), "]".repeat(depth))).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{depth}");
        assert_eq!(reply.faults()[0].1, "too_deep");
    }
}

#[actix_web::test]
async fn a_key_twice_is_refused() {
    let world = world().await;
    let reply = post_json(&world, r#"{"name": "Ada", "name": "Eve"}"#).await;
    assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"));
    assert_eq!(reply.faults(), [("/name".to_owned(), "duplicate_key".to_owned())]);
}

#[actix_web::test]
async fn two_megabytes_are_too_large() {
    let world = world().await;
    let mut body = contact("Ada");
    body["message"] = json!("x".repeat(2 * 1024 * 1024));
    let reply = world.post("/leads", Who::Anonymous, body).await;
    assert_eq!((reply.status, reply.problem().as_str()), (413, "too_large"));
}

#[actix_web::test]
async fn the_media_type_counts_and_not_the_bytes() {
    let world = world().await;
    let body = contact("Ada").to_string();
    for media in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data")]
    {
        let reply = post_text(&world, media, body.clone()).await;
        assert_eq!((reply.status, reply.problem().as_str()), (415, "unsupported_media"), "{media:?}");
    }
    assert_eq!(post_text(&world, Some("Application/JSON; charset=utf-8"), body.clone()).await.status, 201);
    let packed = TestRequest::post().uri(&at("/leads")).insert_header(("content-encoding", "gzip"));
    let packed = packed.insert_header(("content-type", "application/json")).set_payload(body);
    assert_eq!(world.send(packed).await.problem(), "unsupported_media");
}

#[actix_web::test]
async fn json_is_utf_8() {
    let world = world().await;
    let body = contact("Ada").to_string();
    for parameters in ["charset=UTF-8", "Charset=\"utf-8\"", "profile=x ; charset=utf-8", ""] {
        let media = format!("application/json ; {parameters}");
        assert_eq!(post_text(&world, Some(&media), body.clone()).await.status, 201, "{media}");
    }
    for parameters in
        ["charset=utf-16", "charset=iso-8859-1", "charset=\"\"", "charset", "charset=utf-8; charset=utf-16"]
    {
        let media = format!("application/json; {parameters}");
        let reply = post_text(&world, Some(&media), body.clone()).await;
        assert_eq!((reply.status, reply.problem().as_str()), (415, "unsupported_media"), "{media}");
        assert!(reply.text("/detail").contains("UTF-8"));
    }
}

#[actix_web::test]
async fn a_media_type_is_given_once() {
    let world = world().await;
    for (first, second) in [
        ("application/json", "text/plain"),
        ("text/plain", "application/json"),
        ("application/json", "application/json"),
    ] {
        let request = TestRequest::post().uri(&at("/leads")).set_payload(contact("Ada").to_string());
        let request = request.append_header(("content-type", first)).append_header(("content-type", second));
        let reply = world.send(request).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"));
        assert_eq!(reply.faults(), [("/headers/Content-Type".to_owned(), "repeated".to_owned())]);
    }
    let request = TestRequest::post().uri(&at("/leads")).set_payload(contact("Ada").to_string());
    let request = request.append_header(("content-type", "application/json"));
    let request =
        request.append_header(("content-encoding", "identity")).append_header(("content-encoding", "gzip"));
    assert_eq!(world.send(request).await.problem(), "unsupported_media");
}

#[actix_web::test]
async fn a_merge_patch_has_its_own_media_type() {
    let world = world().await;
    let path = format!("/leads/{}", world.lead("Ada").await["id"].as_str().unwrap());
    let request = TestRequest::patch().uri(&at(&path)).set_payload(r#"{"name": "Eve"}"#);
    let request = request.insert_header(("content-type", "application/merge-patch+json"));
    let reply = world.send(world.as_(Who::Team, request)).await;
    assert_eq!((reply.status, reply.text("/name").as_str()), (200, "Eve"));
}

#[actix_web::test]
async fn a_null_character_is_refused_at_the_edge() {
    let world = world().await;
    let reply = world.post("/leads", Who::Anonymous, contact("A\0da")).await;
    assert_eq!(reply.faults(), [("/name".to_owned(), "control_character".to_owned())]);
}
