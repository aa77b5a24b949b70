//! Clients that hang up and transactions that cannot begin: afterwards the pool is whole and nothing is left open.

use kairo_testkit::chaos::ChaosProxy;
use kairo_testkit::postgres::ephemeral_database;
use reqwest::StatusCode;
use sqlx::{Connection, PgConnection};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::program::{Place, Program, contact_form, eventually};

/// As many connections as the program may open; small, so that one lost connection shows.
const CONNECTIONS: usize = 4;

#[tokio::test]
async fn a_request_that_times_out_while_its_transaction_begins_leaves_nothing_open() {
    let database = ephemeral_database().await;
    let proxy = ChaosProxy::before(address_in(database.url())).await;
    let place = small(Place::on_database(&proxy.url_through(database.url())))
        .with("KAIRO_LIMITS__REQUEST_SECONDS", "1");
    let program = place.serve(&[]).await;
    assert_eq!(program.capture("Before").await.status(), StatusCode::CREATED);

    proxy.pause();
    let refused = program.capture("Meanwhile").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
    proxy.resume();

    is_whole(&program).await;
    nothing_is_left_open(database.url()).await;
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn two_hundred_clients_that_hang_up_cost_nothing() {
    let database = ephemeral_database().await;
    let program = small(Place::on_database(database.url())).serve(&[]).await;
    for round in 0..200 {
        let mut stream = TcpStream::connect(program.url.trim_start_matches("http://")).await.unwrap();
        let body = contact_form("Hung up").to_string();
        // Every other client is gone before its body is complete, the rest before the answer.
        let sent = if round % 2 == 0 { body.len() } else { body.len() / 2 };
        let head = format!(
            "POST /api/v1/leads HTTP/1.1\r\nhost: kairo\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body.as_bytes()[..sent]).await.unwrap();
        drop(stream);
    }
    is_whole(&program).await;
    nothing_is_left_open(database.url()).await;
    assert_eq!(program.stop().await, Some(0));
}

fn small(place: Place) -> Place {
    place
        .with("KAIRO_DATABASE__MAX_CONNECTIONS", &CONNECTIONS.to_string())
        .with("KAIRO_SERVER__WORKERS", "1")
        // What it does on the side would count as requests.
        .with("KAIRO_WORKER__ENABLED", "false")
        // One address sends hundreds of contact forms here.
        .with("KAIRO_RATES__LEADS__REQUESTS", "0")
}

/// More requests at once than there are connections all come through.
async fn is_whole(program: &Program) {
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS * 3 {
        let request = program.http.post(program.api("/leads")).json(&contact_form("After"));
        requests.spawn(async move { request.send().await.unwrap().status() });
    }
    while let Some(status) = requests.join_next().await {
        assert_eq!(status.unwrap(), StatusCode::CREATED);
    }
}

/// No connection of the program is inside a transaction, and each rests in the role without rights.
async fn nothing_is_left_open(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    // What still runs may end; what is idle in a transaction never does.
    eventually("the end of every transaction", async || {
        let open: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        (open == 0).then_some(())
    })
    .await;
}

/// The server's address in a database URL.
fn address_in(url: &str) -> String {
    let after_login = url.rsplit_once('@').unwrap().1;
    after_login.split('/').next().unwrap().to_owned()
}
