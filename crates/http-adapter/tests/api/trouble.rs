use std::time::Duration;

use actix_web::rt::System;
use chrono::{DateTime, Utc};
use kairo_testkit::fakes::START;
use serde_json::json;
use tokio::runtime::Builder;

use crate::support::{PASSWORD, Who, contact, settings, world};

#[test]
fn what_takes_too_long_is_busy_and_still_happens() {
    // Use cases run on the runtime where the API was made: this one stands still until it is told to go on.
    let home = Builder::new_current_thread().build().unwrap();
    let system = System::new();
    let world = system.block_on(world());
    let mut hasty = settings();
    hasty.request_timeout = Duration::from_millis(1);
    let world = {
        let _entered = home.enter();
        world.behind(hasty)
    };
    let reply = system.block_on(world.post("/leads", Who::Anonymous, contact("Ada")));
    assert_eq!((reply.status, reply.problem().as_str()), (503, "busy"));
    assert_eq!((reply.header("retry-after"), world.api.tasks().len()), (Some("1"), 1));
    home.block_on(world.api.tasks().drain());
    let world = world.behind(settings());
    let page = system.block_on(world.get("/leads?count=exact", Who::Team)).json()["page"].clone();
    assert_eq!(page["total"], 1);
}

#[actix_web::test]
async fn a_use_case_that_panics_tells_nothing() {
    let world = world().await;
    // At the end of time, no session can last another 30 days.
    world.clock.advance(DateTime::<Utc>::MAX_UTC - START);
    let body = json!({"email": "tess@studio.example", "password": PASSWORD});
    let reply = world.post("/auth/login", Who::Anonymous, body).await;
    assert_eq!((reply.status, reply.problem().as_str()), (500, "broken"));
    assert_eq!(reply.text("/detail"), "something failed on our side");
    assert!(!String::from_utf8_lossy(&reply.bytes).contains("overflow"));
}
