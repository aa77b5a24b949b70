//! Two hundred flows that were drawn with bad intent: each is refused or ends with a clear error, and nobody else notices.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::program::{Place, Program, body};

/// More than the program may ever need for them.
const MOST_MEGABYTES: u64 = 300;

/// Expressions that never end, grow without a bound, or reach for what is not there.
const EXPRESSIONS: [&str; 24] = [
    "range(1000000000)",
    "range(100000) | map('nothing') | list",
    "'x' * 1000000000",
    "['x'] * 1000000000",
    "2 ** 100000",
    "nobody.there.at_all",
    "trigger.nothing",
    "nobody",
    "steps.nothing.there",
    "env.PATH",
    "self.__class__",
    "''.__class__.__mro__",
    "range.__globals__",
    "open('/etc/passwd').read()",
    "import os",
    "{{ 7 * 7 }}",
    "1 / 0",
    "loop.index",
    "caller()",
    "namespace(a=1).b.c",
    "'%s' | format('x' * 100000000)",
    "('a' * 1000000) | replace('a', 'a' * 1000000)",
    "range(99999) | map('string') | join(range(99999) | join)",
    "cycler",
];

/// The machine itself, its neighbours, and where clouds keep their secrets, in every notation.
const ADDRESSES: [&str; 56] = [
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "2130706434",
    "0x7f000002",
    "0x7f.1",
    "017700000002",
    "0177.0.0.2",
    "127.0.0.02",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:2]",
    "[0:0:0:0:0:ffff:7f00:2]",
    "[::127.0.0.2]",
    "[64:ff9b::127.0.0.2]",
    "[64:ff9b:1::7f00:2]",
    "[2002:7f00:2::]",
    "[2001::7f00:2]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "printer.local",
    "db.internal",
    "10.0.0.1",
    "10.255.255.255",
    "167772161",
    "0xa000001",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.1.254",
    "3232235521",
    "0xc0a80001",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[::ffff:10.0.0.1]",
];

fn node(id: &str, kind: &str, params: &Value) -> Value {
    json!({"id": id, "type": kind, "position": {"x": 0, "y": 0}, "data": {"params": params}})
}

fn then(kind: &str, params: &Value) -> Value {
    let nodes = [node("t", "trigger.manual", &json!({})), node("a", kind, params)];
    json!({"nodes": nodes, "edges": [{"id": "e", "source": "t", "target": "a"}]})
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!([inner]))
}

fn hostile(sink: &str) -> Vec<Value> {
    let mut flows = Vec::new();
    for expression in EXPRESSIONS {
        flows.push(then("transform", &json!({"value": format!("{{{{ {expression} }}}}")})));
        flows.push(then("if", &json!({"condition": expression})));
        flows.push(then("forEach", &json!({"items": expression})));
    }
    for address in ADDRESSES {
        flows.push(then("http.request", &json!({"method": "GET", "url": format!("http://{address}/")})));
    }
    for scheme in
        ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "http://u:p@127.0.0.2/", "//x", ""]
    {
        flows.push(then("http.request", &json!({"method": "GET", "url": scheme})));
    }
    // A server that is allowed leads to one that is not.
    flows.push(then("http.request", &json!({"method": "GET", "url": sink})));
    for depth in [65, 100, 120] {
        flows.push(then("transform", &json!({"value": nested(depth)})));
        let parentheses = format!("{}1{}", "(".repeat(depth * 10), ")".repeat(depth * 10));
        flows.push(then("if", &json!({"condition": parentheses})));
        flows
            .push(then("transform", &json!({"value": format!("{{{{ {}1 }}}}", "not ".repeat(depth * 100))})));
        flows.push(then(
            "transform",
            &json!({"value": format!("{{{{ 1{} }}}}", " | string".repeat(depth * 50))}),
        ));
    }
    for length in [1_100_000, 1_600_000, 2_100_000] {
        flows.push(then("transform", &json!({"value": "x".repeat(length)})));
    }
    for size in 2..60 {
        let nodes: Vec<_> =
            (0..size).map(|at| node(&format!("n{at}"), "if", &json!({"condition": "true"}))).collect();
        let edges = (0..size).map(|at| {
            json!({"id": format!("e{at}"), "source": format!("n{at}"), "sourceHandle": "true",
                   "target": format!("n{}", (at + 1) % size)})
        });
        flows.push(json!({"nodes": nodes, "edges": edges.collect::<Vec<_>>()}));
    }
    let crowd: Vec<_> = (0..1_001).map(|at| node(&format!("n{at}"), "trigger.manual", &json!({}))).collect();
    flows.push(json!({"nodes": crowd, "edges": []}));
    flows
}

impl Program {
    /// Draws a flow and runs it, and tells how that was refused, or how the run ended.
    async fn try_flow(&self, flow: &Value, token: &str) -> Option<String> {
        let post = |path: &str| self.http.post(self.api(path)).bearer_auth(token);
        let new = json!({"title": "Hostile", "flow": flow});
        let made = body(post("/automations").json(&new).send().await.unwrap()).await;
        let Some(id) = made["id"].as_str() else { return made["code"].as_str().map(str::to_owned) };
        let started =
            body(post(&format!("/automations/{id}/run")).json(&json!({})).send().await.unwrap()).await;
        let Some(run) = started["id"].as_str() else { return started["code"].as_str().map(str::to_owned) };
        loop {
            let run = body(self.get(&format!("/runs/{run}"), token).await).await;
            // What is sent again later has not got through either.
            match run["phase"].as_str().unwrap() {
                "QUEUED" | "RUNNING" => {}
                "WAITING" => return Some("waits for another attempt".to_owned()),
                _ => return run["error"]["code"].as_str().map(str::to_owned),
            }
        }
    }
}

/// Somebody else's server, which sends everybody to the machine itself.
async fn misleading() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    #[expect(clippy::disallowed_methods, reason = "it serves as long as the test lives")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 2048]).await;
            let answer = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.2/\r\ncontent-length: 0\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn what_is_drawn_with_bad_intent_harms_nobody() {
    let place = Place::new()
        .with("KAIRO_EGRESS__ALLOW", "[\"127.0.0.1/32\"]")
        .with("KAIRO_RATES__USER__REQUESTS", "100000");
    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let flows = hostile(&misleading().await);
    assert!(flows.len() >= 200, "{} flows", flows.len());
    let (mut accepted, mut most) = (Vec::new(), 0);
    for flow in &flows {
        if program.try_flow(flow, &team).await.is_none() {
            accepted.push(flow.to_string().chars().take(300).collect::<String>());
        }
        most = most.max(program.megabytes());
    }
    assert_eq!(accepted, Vec::<String>::new(), "neither refused nor ended with an error");
    assert!(most < MOST_MEGABYTES, "{most} MB");
    // Everybody else's runs go on.
    let fine = program.try_flow(&then("transform", &json!({"value": "{{ 1 + 1 }}"})), &team).await;
    assert_eq!(fine, None);
    assert_eq!(program.stop().await, Some(0));
}
