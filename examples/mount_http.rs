//! The whole HTTP API inside somebody else's actix server, under a path of its own.
//!
//! `cargo run -p kairo-examples --example mount_http`, then
//! `curl -i http://127.0.0.1:8088/studio/api/v1/leads -H 'content-type: application/json' \
//!   -d '{"name": "Ada", "email": "ada@example.com", "message": "Hello"}'`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use actix_web::{App, HttpServer, web};
use kairo::http::{Api, Settings};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let studio = kairo::Builder::in_memory().build()?;
    // The key signs cursors and receipts: keep it, and give every node the same one.
    let api = Api::new(studio, Settings::new(kairo::system::random_bytes()));
    let tasks = api.tasks().clone();

    println!("listening on http://127.0.0.1:8088/studio/api/v1");
    HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(|| async { "the host's own page" }))
            .service(web::scope("/studio").service(api.scope()))
    })
    .workers(1)
    .bind("127.0.0.1:8088")?
    .run()
    .await?;
    // Use cases outlive their requests: let the last ones end.
    tasks.drain().await;
    Ok(())
}
