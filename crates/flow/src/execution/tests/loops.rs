use super::*;

#[test]
fn a_loop_gathers_what_its_iterations_leave() {
    let nodes = [
        start(),
        ("each", "forEach", json!({"items": "trigger", "concurrency": 2})),
        ("body", "transform", json!({"value": "{{ index }}:{{ item.n * 2 }}"})),
        ("after", "transform", json!({"value": "{{ steps.each | join('+') }}"})),
    ];
    let plan = plan(&nodes, &["start each", "each/item body", "each/done after"]);
    assert_eq!(output(&plan, json!([{"n": 1}, {"n": 2}, {"n": 3}])), json!("0:2+1:4+2:6"));
    assert_eq!(output(&plan, json!([])), json!(""));
}

#[test]
fn loops_nest_and_see_what_is_around_them() {
    let nodes = [
        start(),
        ("rows", "forEach", json!({"items": "trigger", "concurrency": 3})),
        ("sum", "transform", json!({"value": "{{ item | sum }}"})),
        (
            "cells",
            "forEach",
            json!({"items": "item", "result": "steps.cell ~ '/' ~ steps.sum ~ '@' ~ index"}),
        ),
        ("cell", "transform", json!({"value": "{{ item }}"})),
        ("mapped", "forEach", json!({"items": "steps.rows", "result": "item | length"})),
    ];
    let edges = ["start rows", "rows/item sum", "sum cells", "cells/item cell", "rows/done mapped"];
    let plan = plan(&nodes, &edges);
    let mut execution = begin(&plan, json!([[1, 2], [], [3]]));
    assert_eq!(run(&mut execution), Outcome::Succeeded { output: json!([2, 0, 1]), message: None });
    let records = execution.take_records();
    let of = |node: &str, path: &str| {
        let key = StepKey::at(node, path).unwrap();
        let mut states = records.iter().filter(|record| record.key == key).map(|record| record.state.clone());
        states.next_back()
    };
    let done = |port: &str, output: Value| Some(StepState::Done { port: port.into(), output });
    assert_eq!(of("rows", ""), done("done", json!([["1/3@0", "2/3@1"], [], ["3/3@0"]])));
    assert_eq!(of("cells", "0"), done("done", json!(["1/3@0", "2/3@1"])));
    assert_eq!(of("cells", "0.1"), done("item", json!("2/3@1")));
    assert_eq!(of("cell", "2.0"), done("out", json!(3)));
}

#[test]
fn a_loop_keeps_as_many_iterations_open_as_it_may() {
    let nodes = [
        start(),
        ("each", "forEach", json!({"items": "range(5)", "concurrency": 2})),
        ("w", "wait", json!({"seconds": "{{ item }}"})),
    ];
    let plan = plan(&nodes, &["start each", "each/item w"]);
    let mut execution = begin(&plan, Value::Null);
    let effects = act(&mut execution);
    let keys: Vec<String> = effects.iter().map(|effect| effect.key.to_string()).collect();
    assert_eq!(keys, ["w:0", "w:1"]);
    execution.learned(&effects[1].key, Ok(json!("late")));
    assert_eq!(act(&mut execution)[0].key.to_string(), "w:2");
}
