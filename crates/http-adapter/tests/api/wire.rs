//! What goes over a real socket, to the byte.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Who, World, world};

async fn server(world: &World) -> (ServerHandle, SocketAddr) {
    let api = world.api.clone();
    let app = move || App::new().configure(|config| api.configure(config));
    let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    (handle, address)
}

/// Sends a request and reads until the server hangs up: the head with its lines sorted, and the body.
async fn exchange(address: SocketAddr, request: &str) -> (Vec<String>, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(10), read).await.unwrap().unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    // Two requests differ in their id and perhaps in the second in which they come.
    let is_same = |line: &&str| !line.starts_with("x-request-id") && !line.starts_with("date");
    let mut lines: Vec<_> = head.lines().filter(is_same).map(ToOwned::to_owned).collect();
    lines.sort();
    (lines, answer[end + 4..].to_vec())
}

#[actix_web::test]
async fn head_is_get_without_the_body() {
    let world = world().await;
    let lead = format!("/api/v1/leads/{}", world.lead("Ada").await["id"].as_str().unwrap());
    let (handle, address) = server(&world).await;
    let token = world.token(Who::Team).unwrap();
    for path in [
        &lead,
        "/api/v1/leads?limit=1",
        "/api/v1/me",
        "/api/v1/openapi.json",
        "/api/v1/nope",
        "/api/v1/leads/7",
        "/healthz",
        "/readyz",
        "/metrics",
        "/.well-known/jwks.json",
        "/docs",
        "/docs/",
    ] {
        for coding in ["identity", "gzip"] {
            let ask = async |method: &str| {
                let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close");
                let headers = format!("Authorization: Bearer {token}\r\nAccept-Encoding: {coding}");
                exchange(address, &format!("{head}\r\n{headers}\r\n\r\n")).await
            };
            let (get, head) = (ask("GET").await, ask("HEAD").await);
            assert_eq!((head.0, head.1.len()), (get.0, 0), "{path} {coding}");
        }
    }
    handle.stop(false).await;
}

/// The server's own refusals come before any service is asked. What they lack is written down in the front page.
#[actix_web::test]
async fn what_is_no_request_gets_a_bare_refusal() {
    let world = world().await;
    let (handle, address) = server(&world).await;
    let (head, body) = exchange(address, "FROB\r\n\r\n").await;
    assert!(head.contains(&"HTTP/1.1 400 Bad Request".to_owned()) && body.is_empty(), "{head:?}");
    assert!(head.contains(&"content-length: 0".to_owned()), "{head:?}");
    handle.stop(false).await;
}
