use actix_web::test::TestRequest;
use serde_json::json;

use crate::support::{Reply, Who, World, at, world};

async fn patch_if(world: &World, path: &str, seen: &str, name: &str) -> Reply {
    let request = TestRequest::patch().uri(&at(path)).insert_header(("if-match", seen));
    world.send(world.as_(Who::Team, request.set_json(json!({"name": name})))).await
}

#[actix_web::test]
async fn a_stale_write_is_refused_with_the_version_it_missed() {
    let world = world().await;
    let lead = world.post("/leads", Who::Team, crate::support::contact("Ada")).await;
    let (path, seen) = (format!("/leads/{}", lead.text("/id")), lead.header("etag").unwrap().to_owned());
    assert_eq!(patch_if(&world, &path, &seen, "Eve").await.status, 200);
    let stale = patch_if(&world, &path, &seen, "Cid").await;
    assert_eq!((stale.status, stale.problem().as_str()), (412, "stale"));
    assert_eq!(stale.json()["current"], 2);
    assert_eq!(patch_if(&world, &path, &format!("{seen}, \"2.x\""), "Dee").await.status, 200);
    assert_eq!(patch_if(&world, &path, "*", "Fay").await.status, 200);
    assert_eq!(patch_if(&world, &path, "2", "Gil").await.problem(), "malformed");
}

#[actix_web::test]
async fn moving_and_deleting_look_at_the_version_too() {
    let world = world().await;
    let path = format!("/leads/{}", world.lead("Ada").await["id"].as_str().unwrap());
    let old = ("if-match", "\"9.x\"");
    let request = TestRequest::post().uri(&at(&format!("{path}/status"))).insert_header(old);
    let moved = world.send(world.as_(Who::Team, request.set_json(json!({"to": "CONTACTED"})))).await;
    assert_eq!(moved.problem(), "stale");
    let request = TestRequest::delete().uri(&at(&path)).insert_header(old);
    assert_eq!(world.send(world.as_(Who::Team, request)).await.problem(), "stale");
}

#[actix_web::test]
async fn what_a_reader_has_is_not_sent_again() {
    let world = world().await;
    let path = format!("/leads/{}", world.lead("Ada").await["id"].as_str().unwrap());
    for path in [path.as_str(), "/leads?limit=3", "/me", "/openapi.json"] {
        let first = world.get(path, Who::Team).await;
        let tag = first.header("etag").unwrap().to_owned();
        for known in [tag.as_str(), "*", &format!("\"x\", W/{tag}")] {
            let again = world.get_with(path, Who::Team, ("if-none-match", known)).await;
            assert_eq!((again.status, again.bytes.len()), (304, 0), "{path} {known}");
            assert_eq!(again.header("etag"), Some(tag.as_str()));
        }
        assert_eq!(world.get_with(path, Who::Team, ("if-none-match", "\"other\"")).await.status, 200);
    }
    world.lead("Bob").await;
    let (old, new) = (world.get("/leads?limit=1", Who::Team).await, world.get("/leads", Who::Team).await);
    assert_ne!(old.header("etag"), new.header("etag"));
}

#[actix_web::test]
async fn compressed_bytes_have_a_tag_of_their_own() {
    let world = world().await;
    let path = format!("/leads/{}", world.lead("Ada").await["id"].as_str().unwrap());
    let plain = world.get(&path, Who::Team).await.header("etag").unwrap().to_owned();
    for coding in ["gzip", "br", "zstd"] {
        let packed = world.get_with(&path, Who::Team, ("accept-encoding", coding)).await;
        assert_eq!(packed.header("content-encoding"), Some(coding));
        let tag = packed.header("etag").unwrap().to_owned();
        assert_eq!(tag, format!("{}+{coding}\"", plain.trim_end_matches('"')));
        let again = world.get_with(&path, Who::Team, ("if-none-match", tag.as_str())).await;
        assert_eq!((again.status, again.header("etag")), (304, Some(tag.as_str())));
        assert_eq!(patch_if(&world, &path, &tag, "Ada").await.status, 200);
    }
}
