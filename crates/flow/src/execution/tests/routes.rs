use super::*;

#[test]
fn an_if_goes_one_way_and_the_other_is_dead() {
    let nodes = [
        start(),
        ("if", "if", json!({"condition": "trigger.n > 1"})),
        ("big", "transform", json!({"value": "big"})),
        ("small", "transform", json!({"value": "small"})),
        ("end", "transform", json!({"value": "{{ steps.big | default('no') }}"})),
    ];
    let plan = plan(&nodes, &["start if", "if/true big", "if/false small", "big end", "small end"]);
    assert_eq!(output(&plan, json!({"n": 2})), json!("big"));
    assert_eq!(output(&plan, json!({"n": 0})), json!("no"));
}

#[test]
fn a_switch_takes_the_first_case_that_fits() {
    let cases = json!([
        {"key": "one", "equals": 1},
        {"key": "name", "equals": "{{ vars.greeting }}"},
        {"key": "many", "condition": "trigger is number and trigger > 5"},
    ]);
    let mut nodes = vec![start(), ("s", "switch", json!({"value": "trigger", "cases": cases}))];
    for id in ["one", "name", "many", "default"] {
        nodes.push((id, "transform", json!({"value": id})));
    }
    let plan = plan(
        &nodes,
        &["start s", "s/case:one one", "s/case:name name", "s/case:many many", "s/default default"],
    );
    for (value, way) in [(json!(1), "one"), (json!(1.0), "one"), (json!("Hi"), "name"), (json!(7), "many")] {
        assert_eq!(output(&plan, value), json!(way));
    }
    assert_eq!(output(&plan, json!(null)), json!("default"));
}

#[test]
fn a_filter_ends_its_branch_and_no_other() {
    let nodes = [
        start(),
        ("f", "filter", json!({"condition": "trigger"})),
        ("behind", "transform", json!({"value": "behind"})),
        ("beside", "transform", json!({"value": "beside"})),
    ];
    let plan = plan(&nodes, &["start f", "f behind", "start beside"]);
    assert_eq!(output(&plan, json!(true)), json!({"behind": "behind", "beside": "beside"}));
    assert_eq!(output(&plan, json!(false)), json!("beside"));
}

#[test]
fn a_merge_waits_as_it_is_told() {
    let flow = |mode: &str| {
        let nodes = [
            start(),
            ("a", "subflow", json!({"automation": "00000000-0000-0000-0000-000000000000"})),
            ("b", "transform", json!({"value": [1, 2]})),
            ("dead", "filter", json!({"condition": "false"})),
            ("m", "merge", json!({"mode": mode})),
        ];
        plan(&nodes, &["start a", "start b", "start dead", "a m", "b m", "dead m"])
    };
    let outcome = |mode: &str| {
        let mut execution = begin(&flow(mode), Value::Null);
        let effects = act(&mut execution);
        execution.learned(&effects[0].key, Ok(json!("a")));
        execution.next(NOW, 1, Effort::Full);
        let merged = |record: StepRecord| (record.key.node == "m").then_some(record.state);
        execution.take_records().into_iter().find_map(merged).unwrap()
    };
    let done = |output: Value| StepState::Done { port: "out".into(), output };
    assert_eq!(outcome("all"), done(json!({"a": "a", "b": [1, 2]})));
    assert_eq!(outcome("any"), done(json!([1, 2])));
    assert_eq!(outcome("append"), done(json!(["a", 1, 2])));
}

#[test]
fn only_the_trigger_that_fired_is_followed() {
    let nodes = [
        start(),
        ("other", "trigger.event", json!({"event": "lead.created"})),
        ("a", "transform", json!({"value": "a"})),
        ("b", "transform", json!({"value": "b"})),
        ("both", "transform", json!({"value": "both"})),
    ];
    let plan = plan(&nodes, &["start a", "other b", "a both", "b both"]);
    assert_eq!(output(&plan, Value::Null), json!("both"));
    let mut execution = begin(&plan, Value::Null);
    run(&mut execution);
    let ran: Vec<String> = execution.take_records().into_iter().map(|record| record.key.node).collect();
    assert_eq!(ran, ["a", "both"]);
}

#[test]
fn stop_and_fail_end_the_run_at_once() {
    let nodes = |kind: &'static str, params: Value| {
        plan(&[start(), ("w", "wait", json!({"days": 1})), ("end", kind, params)], &["start w", "start end"])
    };
    let stop = nodes("stop", json!({"message": "{{ trigger }} done", "output": {"n": "{{ trigger }}"}}));
    let outcome = begin(&stop, json!(3)).next(NOW, 9, Effort::Full);
    assert_eq!(
        outcome,
        Next::Done(Outcome::Succeeded { output: json!({"n": 3}), message: Some("3 done".into()) })
    );
    let fail = nodes("fail", json!({"message": "no {{ trigger }}"}));
    let Next::Done(Outcome::Failed { node, error }) = begin(&fail, json!(3)).next(NOW, 9, Effort::Full)
    else {
        panic!()
    };
    assert_eq!(
        (node.as_deref(), error.code.as_str(), error.message.as_str()),
        (Some("end"), "failed_by_flow", "no 3")
    );
}

#[test]
fn a_disabled_node_is_passed_through() {
    let transform = |id: &str, value: &str, disabled: bool| json!({"id": id, "type": "transform", "data": {"params": {"value": value}, "disabled": disabled}});
    let nodes = vec![
        json!({"id": "start", "type": "trigger.manual"}),
        transform("off", "off", true),
        transform("on", "{{ steps.off | default('nothing') }}", false),
    ];
    let plan = plan_of(&nodes, &["start off", "off on"]);
    let mut execution = begin(&plan, Value::Null);
    assert_eq!(run(&mut execution), Outcome::Succeeded { output: json!("nothing"), message: None });
    assert_eq!(execution.take_records()[0].state, StepState::Skipped);
}
