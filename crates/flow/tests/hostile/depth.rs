//! Values that are made deeper, wider or larger step by step: each is refused, and none ends the process.

use std::thread;

use serde_json::json;

use crate::run::{end_of, timed};

/// What a thread of the server has, of which a run never gets all.
const STACK: usize = 2 * 1024 * 1024;

fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap()
}

/// Statements that make `x` deeper, each as one could be repeated.
const DEEPER: &[&str] = &[
    "[x]",
    "{'a': x}",
    "(x,)",
    "dict(a=x)",
    "[x] | list",
    "x + [x]",
    "[0] + x",
    "x | batch(1)",
    "x | batch(1) | list",
    "x | slice(1) | list",
    "x | chain(x)",
    "x | zip(x)",
    "x | zip(x) | list",
    "x | reverse",
    "x[0:]",
    "x * 2",
    "[x, x]",
    "[x] | map('list') | list",
    "[{'a': x}] | groupby('a') | list",
    "{'a': x} | items | list",
    "{'a': x} | dictsort",
    "x | default([x])",
    "x if false else [x]",
];

/// What could walk all the way down.
const USES: &[&str] = &[
    "",
    "{{ x }}",
    "{{ x ~ '' }}",
    "{{ x | tojson | length }}",
    "{{ x == [x] }}",
    "{{ [x, [x]] | unique | list | length }}",
    "{% for y in x %}{{ y }}{% endfor %}",
];

fn repeated(step: &str, times: usize, then: &str) -> String {
    format!("{{% set x = [1] %}}{}{then}!", format!("{{% set x = {step} %}}").repeat(times))
}

/// Templates that build as much depth as their length allows, each in its own way.
fn towers() -> Vec<String> {
    let (open, close) = ("[".repeat(100), "]".repeat(100));
    let wide = format!("{{% set x = {open}x{close} %}}").repeat(1_000);
    let with = format!("{{% with x = {open}x{close} %}}").repeat(60);
    let each = format!("{{% for x in [{open}x{close}] %}}").repeat(60);
    vec![
        format!("{{% set x = 1 %}}{wide}{{{{ x }}}}"),
        format!("{{% set x = 1 %}}{wide}"),
        format!("{{% set x = 1 %}}{with}{{{{ x }}}}{}", "{% endwith %}".repeat(60)),
        format!("{{% set x = 1 %}}{each}{{{{ x }}}}{}", "{% endfor %}".repeat(60)),
        format!("{{% with x = 1{} %}}{{{{ x }}}}{{% endwith %}}", ", x = [x]".repeat(20_000)),
        format!("{{% with x = 1{} %}}{{{{ x }}}}{{% endwith %}}", ", x = {'a': x}".repeat(15_000)),
        format!("{{% set x = 1 %}}{}", "{% set x, y = [x], [x] %}".repeat(10_000)),
        format!("{{% for x in [1] recursive %}}{{{{ loop([{open}x{close}]) }}}}{{% endfor %}}"),
        format!(
            "{{% for x in [1] recursive %}}{{{{ loop([x]) if loop.depth < 30 }}}}{}{{% endfor %}}",
            "{% set x = [x] %}".repeat(1_000)
        ),
        format!(
            "{{% for y in range(9) %}}{}{{{{ x }}}}{{% endfor %}}",
            "{% set x = [x | default(1)] %}".repeat(8_000)
        ),
        format!("{{% if 1 %}}{}{{% endif %}}", "{%set x=[x|default(1)]%}".repeat(9_000)),
        format!("{{% filter upper %}}{}{{% endfilter %}}", "{%-set x=[x|default(1)]-%}".repeat(9_000)),
        format!("{{% set x = 1 %}}{}{{{{ x }}}}", "{%+ set x = [x] %}".repeat(10_000)),
        format!("{{% set x = 1 %}}{}{{{{ x }}}}", "{% set x %}{{ x }}[{% endset %}".repeat(5_000)),
    ]
}

#[test]
fn no_tower_ends_the_stack() {
    for source in towers() {
        let name: String = source.chars().take(60).collect();
        let end = timed(&name, || on_a_small_stack(move || end_of("transform", &json!({"value": source}))));
        assert!(end.is_err(), "{name}: {end:?}");
    }
}

#[test]
fn what_is_built_step_by_step_stays_within_the_bounds() {
    for (step, then) in DEEPER.iter().flat_map(|step| USES.iter().map(move |then| (step, then))) {
        let (name, source) = (format!("{step}, then {then}"), repeated(step, 63, then));
        let _ = timed(&name, || on_a_small_stack(move || end_of("transform", &json!({"value": source}))));
    }
}

#[test]
fn a_value_that_is_too_large_for_a_name_is_refused_as_such() {
    for step in ["[x]", "[0, x]", "{'a': x}"] {
        let end = end_of("transform", &json!({"value": repeated(step, 70, "{{ x }}")}));
        assert!(end.as_ref().is_err_and(|error| error.starts_with("value_too_large: ")), "{step}: {end:?}");
    }
}

#[test]
fn what_templates_bind_keeps_its_value() {
    for (source, value) in [
        ("{% set a = [1, 2] %}{{ a[1] }}!", "2!"),
        ("{% set a, b = [1], {'c': [2]} %}{{ a[0] }}{{ b.c[0] }}!", "12!"),
        ("{%- set a = 'x' | upper -%} {{ a }}!", "X!"),
        ("{% set a = 1 if true else 2 %}{{ a }}!", "1!"),
        ("{% set a = 1 == 1 %}{{ a }}!", "true!"),
        ("{% set a = 2 <= 1 or 1 != 1 %}{{ a }}!", "false!"),
        ("{% set a = dict(b=[1]) %}{{ a.b[0] }}!", "1!"),
        ("{% set a = trigger.list %}{{ a | length }}!", "10000!"),
        ("{% set a = '=' ~ ',' %}{{ a }}!", "=,!"),
        ("{% with a = [1], b = a + [2] %}{{ b | length }}{% endwith %}!", "2!"),
        ("{% with (a, b) = (1, 2), c = 3 %}{{ a + b + c }}{% endwith %}!", "6!"),
        ("{% for a in [1, 2, 3] if a != 2 %}{{ a }}{% endfor %}!", "13!"),
        ("{% for a, b in {'c': 1, 'd': 2} | items %}{{ a }}{{ b }}{% endfor %}!", "c1d2!"),
        ("{% for a in range(3) %}{% for b in range(a) %}{{ b }}{% endfor %}{% endfor %}!", "001!"),
        ("{% for a in [] + [] %}{% else %}none{% endfor %}!", "none!"),
        ("{% for a in [1] %}{{ loop.index }}{{ loop.cycle('x', 'y') }}{% endfor %}!", "1x!"),
        ("{% for id in steps %}{{ id }}{% endfor %}!", "start!"),
        ("{% for a in trigger.list[:2] %}{{ a }}{% endfor %}!", "01!"),
        ("{{ trigger.changed | default('no') }}!", "no!"),
    ] {
        assert_eq!(end_of("transform", &json!({"value": source})), Ok(json!(value)), "{source}");
    }
}

#[test]
fn a_loop_holds_on_to_nothing() {
    for source in [
        "{% for x in [1] %}{{ loop.changed(loop) }}{% endfor %}",
        "{% for x in [1] %}{{ loop . changed (loop) }}{% endfor %}",
        "{% for x in [1] recursive %}{% endfor %}",
    ] {
        let end = end_of("transform", &json!({"value": source}));
        assert!(
            end.as_ref().is_err_and(|error| error.starts_with("invalid_expression: ")),
            "{source}: {end:?}"
        );
    }
}

/// Texts of JSON that take far more memory than their length.
fn bombs() -> Vec<String> {
    let text = |open: &str, unit: &str, times: usize, close: &str| {
        format!("('{open}' ~ ('{unit}' * {times}) ~ '{close}') | fromjson | length")
    };
    vec![
        text("[", "{\"\":0},", 3_000_000, "0]"),
        text("[", "{\"\":0},", 130_000, "0]"),
        text("[", "[],", 7_000_000, "0]"),
        text("[", "[],", 340_000, "0]"),
        text("[", "0,", 10_000_000, "0]"),
        text("[", "0,", 500_000, "0]"),
        text("", "[", 100_000, ""),
        text("", "[", 120, "]"),
        text("", "{\"\":", 100_000, ""),
        "('[' * 100 ~ '0' ~ ']' * 100) | fromjson | length".to_owned(),
    ]
}

#[test]
fn a_text_of_json_takes_no_more_memory_than_a_value_may() {
    for source in bombs() {
        let end = timed(&source, || end_of("transform", &json!({"expression": source})));
        let error = end.unwrap_err();
        assert!(!error.starts_with("invalid_expression"), "{source}: {error}");
        let peak = crate::bad_intent::peak_memory_kb();
        assert!(peak < 256_000, "{source}: {peak} kB at the peak");
    }
}
