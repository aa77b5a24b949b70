//! The drawings, sorted by how each is to be stopped.

use serde_json::{Value, json};

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

/// How deep values and expressions are nested: each is more than there may be.
const DEPTHS: [usize; 3] = [65, 100, 120];

/// Flows that are stopped alike.
pub(super) struct Group {
    pub(super) name: &'static str,
    /// How each of them may be refused, or how its run may end: nothing else will do.
    pub(super) codes: &'static [&'static str],
    pub(super) flows: Vec<Value>,
}

/// All of them; requests lead to this port.
pub(super) fn groups(port: u16) -> Vec<Group> {
    let group = |name, codes, flows| Group { name, codes, flows };
    let of_expressions = &["expression_failed", "expression_too_costly", "invalid_expression"];
    vec![
        group("expressions", of_expressions, expressions()),
        group("addresses", &["refused"], addresses(port)),
        group("schemes", &["refused"], schemes(port)),
        group("no URLs", &["bad_url", "invalid_param"], ["//x", ""].map(fetch).to_vec()),
        group("nested values", &["too_deep"], DEPTHS.map(nested_value).to_vec()),
        group("nested expressions", &["invalid_expression"], DEPTHS.into_iter().flat_map(nested).collect()),
        group("long texts", &["value_too_large", "too_large"], long_texts()),
        group("rings", &["cycle"], (2..60).map(ring).collect()),
        group("crowd", &["too_large"], vec![crowd()]),
    ]
}

/// A flow of one step.
pub(super) fn then(kind: &str, params: &Value) -> Value {
    let nodes = [node("t", "trigger.manual", &json!({})), node("a", kind, params)];
    json!({"nodes": nodes, "edges": [{"id": "e", "source": "t", "target": "a"}]})
}

/// A flow that fetches something.
pub(super) fn fetch(url: &str) -> Value {
    then("http.request", &json!({"method": "GET", "url": url}))
}

fn node(id: &str, kind: &str, params: &Value) -> Value {
    json!({"id": id, "type": kind, "position": {"x": 0, "y": 0}, "data": {"params": params}})
}

fn expressions() -> Vec<Value> {
    let uses = |expression: &&str| {
        [
            then("transform", &json!({"value": format!("{{{{ {expression} }}}}")})),
            then("if", &json!({"condition": expression})),
            then("forEach", &json!({"items": expression})),
        ]
    };
    EXPRESSIONS.iter().flat_map(uses).collect()
}

fn addresses(port: u16) -> Vec<Value> {
    ADDRESSES.iter().map(|address| fetch(&format!("http://{address}:{port}/"))).collect()
}

fn schemes(port: u16) -> Vec<Value> {
    let inside = format!("127.0.0.2:{port}/");
    let urls = [
        "file:///etc/passwd".to_owned(),
        format!("gopher://{inside}"),
        format!("ftp://{inside}"),
        format!("http://u:p@{inside}"),
    ];
    urls.iter().map(|url| fetch(url)).collect()
}

fn nested_value(depth: usize) -> Value {
    let value = (0..depth).fold(json!(1), |inner, _| json!([inner]));
    then("transform", &json!({"value": value}))
}

fn nested(depth: usize) -> [Value; 3] {
    let parentheses = format!("{}1{}", "(".repeat(depth * 10), ")".repeat(depth * 10));
    [
        then("if", &json!({"condition": parentheses})),
        then("transform", &json!({"value": format!("{{{{ {}1 }}}}", "not ".repeat(depth * 100))})),
        then("transform", &json!({"value": format!("{{{{ 1{} }}}}", " | string".repeat(depth * 50))})),
    ]
}

fn long_texts() -> Vec<Value> {
    [1_100_000, 1_600_000, 2_100_000]
        .map(|length| then("transform", &json!({"value": "x".repeat(length)})))
        .to_vec()
}

/// Nodes that lead to each other in a circle, behind a trigger.
fn ring(size: usize) -> Value {
    let mut nodes: Vec<_> =
        (0..size).map(|at| node(&format!("n{at}"), "if", &json!({"condition": "true"}))).collect();
    nodes.push(node("t", "trigger.manual", &json!({})));
    let edge = |at| {
        json!({"id": format!("e{at}"), "source": format!("n{at}"), "sourceHandle": "true",
               "target": format!("n{}", (at + 1) % size)})
    };
    let mut edges: Vec<_> = (0..size).map(edge).collect();
    edges.push(json!({"id": "in", "source": "t", "target": "n0"}));
    json!({"nodes": nodes, "edges": edges})
}

/// One node more than there may be.
fn crowd() -> Value {
    let nodes: Vec<_> = (0..1_001).map(|at| node(&format!("n{at}"), "trigger.manual", &json!({}))).collect();
    json!({"nodes": nodes, "edges": []})
}
