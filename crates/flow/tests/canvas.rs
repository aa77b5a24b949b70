//! The document that a real React Flow canvas saves (`tests/react-flow`): we take it, keep it, and would run it.

use std::collections::HashSet;

use kairo_flow::{FlowDocument, catalogue, check};
use serde_json::Value;

const CANVAS: &str = include_str!("../../../tests/react-flow/canvas.json");

fn saved() -> serde_json::Result<Value> {
    serde_json::from_str(CANVAS)
}

#[test]
fn what_a_canvas_saved_comes_back_equal() {
    let flow = FlowDocument::parse(saved().unwrap()).unwrap();

    assert_eq!(flow.as_json(), &saved().unwrap());
}

#[test]
fn what_a_canvas_saved_could_run() {
    let flow = FlowDocument::parse(saved().unwrap()).unwrap();

    assert_eq!(check(&flow), []);
}

#[test]
fn a_canvas_shows_nodes_of_every_kind() {
    let flow = FlowDocument::parse(saved().unwrap()).unwrap();

    let drawn: HashSet<&str> = flow.nodes().map(|node| node.kind).collect();

    assert_eq!(drawn, catalogue().iter().map(|spec| spec.kind).collect());
}

#[test]
fn a_panned_and_zoomed_view_is_kept_to_the_last_digit() {
    let mut numbers = Vec::new();
    fractions(&saved().unwrap(), &mut numbers);

    assert!(numbers.len() > 10, "a canvas that was worked on is full of fractions");
    for number in numbers {
        assert!(CANVAS.contains(&number), "{number} is not what the canvas saved");
    }
}

fn fractions(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::Number(number) if number.is_f64() => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| fractions(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| fractions(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
