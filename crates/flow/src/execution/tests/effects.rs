use super::*;

#[test]
fn branches_are_offered_side_by_side_up_to_the_limit() {
    let ids = ["a", "b", "c"];
    let mut nodes = vec![start()];
    nodes.extend(ids.map(|id| (id, "wait", json!({"seconds": 1}))));
    let plan = plan(&nodes, &["start a", "start b", "start c"]);
    let mut execution = begin(&plan, Value::Null);
    let Next::Act(first) = execution.next(NOW, 2, Effort::Full) else { panic!() };
    let Next::Act(second) = execution.next(NOW, 2, Effort::Full) else { panic!() };
    let offered: Vec<_> = first.iter().chain(&second).map(|effect| effect.key.node.as_str()).collect();
    assert_eq!(offered, ids);
    assert_eq!(first[0].kind, EffectKind::Wait(WaitFor::Span { ms: 1_000 }));
    assert_eq!(execution.next(NOW, 2, Effort::Full), Next::Idle { until_ms: None });
}

#[test]
fn a_held_effect_comes_back_when_its_time_has_come() {
    let plan = plan(&[start(), ("w", "wait", json!({"until": "{{ trigger }}"}))], &["start w"]);
    let mut execution = begin(&plan, json!("2027-01-01T00:00:00Z"));
    let effect = act(&mut execution).remove(0);
    assert_eq!((effect.attempt, &effect.resumed), (1, &None));
    execution.hold(&effect.key, Some(5_000), json!("detail"));
    assert_eq!(execution.next(NOW, 1, Effort::Full), Next::Idle { until_ms: Some(5_000) });
    let later = Now { ms: 5_000, ..NOW };
    let Next::Act(effects) = execution.next(later, 1, Effort::Full) else { panic!() };
    assert_eq!((effects[0].attempt, &effects[0].resumed), (2, &Some(json!("detail"))));
    assert_eq!(effects[0].input, effect.input);
}

#[test]
fn a_hold_without_an_end_waits_for_its_release_also_after_a_replay() {
    let automation =
        json!({"automation": "00000000-0000-0000-0000-000000000001", "input": {"a": "{{ trigger }}"}});
    let plan = plan(&[start(), ("s", "subflow", automation)], &["start s"]);
    let mut execution = begin(&plan, json!(1));
    let effect = act(&mut execution).remove(0);
    execution.hold(&effect.key, None, json!({"run": 7}));
    let records = execution.take_records();
    let mut again = begin(&plan, json!(1));
    records.iter().for_each(|record| again.replay(record));
    for execution in [&mut execution, &mut again] {
        assert_eq!(execution.next(NOW, 1, Effort::Full), Next::Idle { until_ms: None });
        assert!(execution.release(&effect.key));
        let effects = act(execution);
        assert_eq!((effects[0].attempt, &effects[0].resumed), (2, &Some(json!({"run": 7}))));
        assert!(!execution.release(&StepKey::new("nobody")));
    }
}

#[test]
fn the_first_result_of_an_effect_stands() {
    let plan = plan(&[start(), ("w", "wait", json!({"seconds": 1}))], &["start w"]);
    let mut execution = begin(&plan, Value::Null);
    let key = StepKey::new("w");
    execution.learned(&key, Ok(json!("too early")));
    act(&mut execution);
    execution.learned(&key, Ok(json!("first")));
    execution.learned(&key, Ok(json!("second")));
    execution.hold(&key, None, Value::Null);
    assert_eq!(execution.take_records().len(), 1);
    let outcome = Outcome::Succeeded { output: json!("first"), message: None };
    assert_eq!(execution.next(NOW, 1, Effort::Full), Next::Done(outcome));
}

#[test]
fn an_error_goes_where_the_node_says() {
    let flow = |on_error: Value, edges: &[&str]| {
        let data = json!({"params": {"method": "GET", "url": "https://a"}, "onError": on_error});
        let nodes = vec![
            json!({"id": "start", "type": "trigger.manual"}),
            json!({"id": "h", "type": "http.request", "data": data}),
            json!({"id": "ok", "type": "transform", "data": {"params": {"value": {"ok": "{{ steps.h }}"}}}}),
            json!({"id": "bad", "type": "transform", "data": {"params": {"value": {"bad": "{{ steps.h | default(none) }}"}}}}),
        ];
        plan_of(&nodes, edges)
    };
    let outcome = |on_error: Value, edges: &[&str]| {
        let mut execution = begin(&flow(on_error, edges), Value::Null);
        let effect = act(&mut execution).remove(0);
        execution.learned(&effect.key, Err(StepError::retryable("http_status", "500")));
        run(&mut execution)
    };
    let both = ["start h", "h ok", "h/error bad"];
    let error = json!({"error": {"code": "http_status", "message": "500"}});
    let succeeded = |output: Value| Outcome::Succeeded { output, message: None };
    assert_eq!(outcome(Value::Null, &both), succeeded(json!({"bad": error})));
    assert_eq!(outcome(json!("branch"), &both), succeeded(json!({"bad": error})));
    assert_eq!(outcome(json!("continue"), &both), succeeded(json!({"ok": error})));
    let failed =
        Outcome::Failed { node: Some("h".into()), error: StepError::retryable("http_status", "500") };
    assert_eq!(outcome(json!("fail"), &both), failed);
    assert_eq!(outcome(Value::Null, &["start h", "h ok", "start bad"]), failed);
}

#[test]
fn a_request_with_a_way_out_for_errors_is_still_the_last_step_when_it_succeeds() {
    let request = json!({"method": "GET", "url": "https://a"});
    let nodes = [start(), ("h", "http.request", request), ("bad", "transform", json!({"value": "bad"}))];
    let plan = plan(&nodes, &["start h", "h/error bad"]);
    for (result, output) in [(Ok(json!("good")), "good"), (Err(StepError::permanent("no", "no")), "bad")] {
        let mut execution = begin(&plan, Value::Null);
        let effect = act(&mut execution).remove(0);
        execution.learned(&effect.key, result);
        assert_eq!(run(&mut execution), Outcome::Succeeded { output: json!(output), message: None });
    }
}

#[test]
fn an_effect_that_leaves_too_much_has_failed() {
    let nodes = [start(), ("h", "http.request", json!({"method": "GET", "url": "https://a"}))];
    let flow = plan(&nodes, &["start h"]);
    let mut execution = begin(&flow, Value::Null);
    let effect = act(&mut execution).remove(0);
    execution.learned(&effect.key, Ok(json!("x".repeat(1024 * 1024))));
    let Next::Done(Outcome::Failed { error, .. }) = execution.next(NOW, 1, Effort::Full) else { panic!() };
    assert_eq!(error.code, "value_too_large");
}

#[test]
fn what_reaches_out_is_told_how_long_an_attempt_may_take() {
    let automation = "00000000-0000-0000-0000-000000000001";
    for (kind, params) in [
        ("http.request", json!({"method": "GET", "url": "https://a.example"})),
        ("email.send", json!({"to": "a@b.example", "subject": "Hi", "text": "Hi"})),
        ("subflow", json!({"automation": automation})),
    ] {
        for seconds in [Some(30), None] {
            let nodes = [
                json!({"id": "start", "type": "trigger.manual"}),
                json!({"id": "n", "type": kind, "data": {"params": params, "timeoutSeconds": seconds}}),
            ];
            let effect = act(&mut begin(&plan_of(&nodes, &["start n"]), Value::Null)).remove(0);
            assert_eq!(effect.timeout_seconds, seconds, "{kind}");
        }
    }
}

#[test]
fn a_request_waits_as_long_as_its_node_may_take_where_its_parameters_say_nothing() {
    for (params, node, waits) in [
        (json!(null), json!(null), 10),
        (json!(null), json!(60), 60),
        (json!(null), json!(5), 5),
        (json!(null), json!(3_600), 120),
        (json!(20), json!(60), 20),
        (json!(20), json!(null), 20),
    ] {
        let mut request = json!({"method": "GET", "url": "https://a.example"});
        if !params.is_null() {
            request["timeoutSeconds"] = params.clone();
        }
        let data = json!({"params": request, "timeoutSeconds": node});
        let nodes = [
            json!({"id": "start", "type": "trigger.manual"}),
            json!({"id": "h", "type": "http.request", "data": data}),
        ];
        let plan = plan_of(&nodes, &["start h"]);
        let effect = act(&mut begin(&plan, Value::Null)).remove(0);
        let EffectKind::Http(request) = effect.kind else { panic!() };
        assert_eq!(request.timeout_seconds, waits, "{params} and {node}");
    }
}
