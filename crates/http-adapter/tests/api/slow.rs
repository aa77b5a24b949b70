//! Slow senders, against a real server on a real socket.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use kairo_http::BodyPace;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{settings, world_with};

/// A server that gives a body a fifth of a second.
async fn server() -> (ServerHandle, std::net::SocketAddr) {
    let mut settings = settings();
    let moment = Duration::from_millis(200);
    settings.body_pace = BodyPace { deadline: moment, grace: moment, bytes_per_second: 1 };
    let api = world_with(settings).await.api;
    let app = move || App::new().configure(|config| api.configure(config));
    let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    (handle, address)
}

/// Sends a head and a first byte, never the rest, and reads until the server hangs up.
async fn drip(head: &str) -> String {
    let (handle, address) = server().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{head}\r\nHost: localhost\r\nContent-Type: application/json\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.write_all(b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n").await.unwrap();
    let mut answer = Vec::new();
    let hung_up = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    handle.stop(false).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(hung_up.is_ok(), "the connection stays open after {answer}");
    answer
}

#[actix_web::test]
async fn a_body_that_never_ends_is_answered_and_cut() {
    let answer = drip("POST /api/v1/leads HTTP/1.1").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"code\":\"timeout\""), "{answer}");
}

#[actix_web::test]
async fn a_body_that_nobody_reads_is_cut_too() {
    for head in ["POST /nope HTTP/1.1", "GET /healthz HTTP/1.1", "POST /api/v1/leads/1/status HTTP/1.1"] {
        let answer = drip(head).await;
        assert!(answer.starts_with("HTTP/1.1 "), "{head}: {answer}");
    }
}
