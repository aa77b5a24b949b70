use serde_json::json;

use crate::gauge::run;

#[test]
fn what_is_ordinary_keeps_its_value() {
    for (source, value) in [
        ("trigger.n * 2 + 1", json!(15)),
        ("-trigger.n * 2 ~ '!'", json!("-14!")),
        ("2 * trigger.n ~ ' of ' ~ trigger.n * 3", json!("14 of 21")),
        ("trigger.n ** 2 - 7 // 2 % 2", json!(48)),
        ("1.5 * 2 + 1e3", json!(1003.0)),
        ("'-' * 3", json!("---")),
        ("'ab' * 2 ~ trigger.name", json!("ababAda")),
        ("trigger.name ~ ', ' ~ trigger.n", json!("Ada, 7")),
        ("trigger.map ~ ''", json!("{'a': 1, 'b': [1, 2]}")),
        ("trigger.map.b + [3]", json!([1, 2, 3])),
        ("trigger.map == {'a': 1, 'b': [1, 2]}", json!(true)),
        ("1 < trigger.n <= 7 and trigger.n != 8", json!(true)),
        ("trigger.name in ['Ada', 'Bob']", json!(true)),
        ("'x' not in trigger.name", json!(true)),
        ("'a' in trigger.map", json!(true)),
        ("not 'z' in trigger.map", json!(true)),
        ("trigger.n + 1 in [8] + [9]", json!(true)),
        ("'big' if trigger.n > 5 else 'small'", json!("big")),
        ("trigger.rows[0].name", json!("Name 0")),
        ("trigger.rows[-1]['id']", json!(999)),
        ("trigger.rows[trigger.n]['na' ~ 'me']", json!("Name 7")),
        ("trigger.rows[trigger.n - 1:trigger.n + 1] | map(attribute='id') | list", json!([6, 7])),
        ("trigger.rows[:3][1:][0].id", json!(1)),
        ("trigger.rows[::-1][0].id", json!(999)),
        ("trigger.name[0] ~ trigger.name[1:]", json!("Ada")),
        ("trigger.name[trigger.n - 7]", json!("A")),
        ("trigger.map[trigger.map | first]", json!(1)),
        ("{'k' ~ 1: trigger.n, trigger.name: [trigger.n]}", json!({"k1": 7, "Ada": [7]})),
        ("dict(a=trigger.n + 1, b='x' ~ 'y')", json!({"a": 8, "b": "xy"})),
        ("trigger.n is odd and trigger.name is defined", json!(true)),
        ("trigger.n is eq 7 and trigger.n is in [7, 8]", json!(true)),
        ("trigger.n is not in trigger.map.b", json!(true)),
        ("trigger.name is startingwith('A')", json!(true)),
        ("trigger.n is divisibleby 7 ~ ''", json!("True")),
        (
            "trigger.rows | selectattr('id', 'lt', 3) | map(attribute='name') | join(', ')",
            json!("Name 0, Name 1, Name 2"),
        ),
        ("trigger.rows | selectattr('status', 'in', ['open', 'won']) | list | length", json!(1000)),
        (
            "trigger.rows | rejectattr('id', '>', 0) | list",
            json!([{"id": 0, "name": "Name 0", "status": "open"}]),
        ),
        ("trigger.rows | sum(attribute='id')", json!(499_500)),
        ("trigger.rows | sort(attribute='status,id', reverse=true) | first | attr('id')", json!(999)),
        ("trigger.rows | groupby('status') | length", json!(1)),
        ("trigger.rows | max(attribute='id')", json!({"id": 999, "name": "Name 999", "status": "open"})),
        ("[3, 1, 2, 1] | unique | sort | list", json!([1, 2, 3])),
        ("trigger.numbers | sort | last", json!(19_999)),
        ("trigger.numbers | batch(100) | list | length", json!(200)),
        ("[1, 2, 3] | slice(2) | list", json!([[1, 2], [3]])),
        ("[1, 2] | zip([3, 4]) | list", json!([[1, 3], [2, 4]])),
        ("[1] | chain([2], [3]) | list", json!([1, 2, 3])),
        ("{'a': 1} | chain({'a': 2}) | items | list", json!([["a", 2]])),
        ("trigger.map | dictsort | map('first') | list", json!(["a", "b"])),
        ("'a-b-c' | replace('-', '+')", json!("a+b+c")),
        ("'a-b-c' | replace('-', '+', 1)", json!("a+b-c")),
        ("'a-b-c' | replace('-', '+', count=1)", json!("a+b-c")),
        ("' x ' | trim ~ 'xyx' | trim('x')", json!("xy")),
        ("'a,b' | split(',') | last", json!("b")),
        ("'a\\nb' | lines | length", json!(2)),
        ("'a\\nb' | indent(2)", json!("a\n  b")),
        ("'%s has %05.1f' | format(trigger.name, 2.25)", json!("Ada has 002.2")),
        ("'%(who)s' | format(who=trigger.name)", json!("Ada")),
        ("2.345 | round(2)", json!(2.35)),
        ("1234.5 | round(-2)", json!(1200.0)),
        ("trigger.nobody | default('none')", json!("none")),
        ("trigger.nobody is defined", json!(false)),
        ("trigger.map | tojson | fromjson == trigger.map", json!(true)),
        ("trigger.nested == trigger.again", json!(true)),
        ("trigger.numbers + trigger.numbers == trigger.numbers", json!(false)),
        ("trigger.text ~ trigger.other | length", json!("x".repeat(200_000) + "100000")),
        ("(trigger.text * 5) | length", json!(1_000_000)),
        ("trigger.name | upper | lower | title | capitalize | string", json!("Ada")),
        ("trigger.name | safe | e", json!("Ada")),
        ("range(3) | map('string') | join", json!("012")),
        ("[1, 2, 3][1]", json!(2)),
        ("(1, 2) + (3,) == (1, 2, 3)", json!(true)),
    ] {
        assert_eq!(run("expression", source), Ok(Ok(value.clone())), "{source}");
    }
}

#[test]
fn templates_keep_their_text() {
    for (source, text) in [
        ("{{ trigger.name ~ '!' -}} \n ok", "Ada!ok"),
        ("{% for row in trigger.rows[:2] if row.id in [0, 1] %}{{ row.id * 2 ~ ';' }}{% endfor %}.", "0;2;."),
        ("{% for k, v in trigger.map | items %}{{ k ~ '=' ~ v }} {% endfor %}.", "a=1 b=[1, 2] ."),
        ("{% for x in trigger.map.b + [3] %}{{ loop.cycle('a', 'b') }}{% endfor %}.", "aba."),
        ("{% set a, b = trigger.n * 2, 'x' ~ 1 %}{{ a }}{{ b }}.", "14x1."),
        ("{% with a = trigger.n + 1, b = a %}{{ a }}{% endwith %}.", "8."),
        ("{% if trigger.n % 2 == 1 and 'A' in trigger.name %}odd{% elif x %}{% endif %}.", "odd."),
        (
            "{% filter replace('a' ~ 'd', trigger.name[0]) | upper %}{{ trigger.name }} ad{% endfilter %}.",
            "ADA A.",
        ),
        ("{{ trigger.rows[index | default(0)].id }}.", "0."),
    ] {
        assert_eq!(run("value", source), Ok(Ok(json!(text))), "{source}");
    }
}

#[test]
fn what_is_not_there_is_named() {
    for (source, name) in [
        ("trigger.nobody ~ 'x'", "`trigger.nobody`"),
        ("trigger.nobody == 1", "`trigger.nobody`"),
        ("trigger.nobody + 1", "`trigger.nobody`"),
        ("trigger.nobody * 2", "`trigger.nobody`"),
        ("1 in trigger.nobody", "`trigger.nobody`"),
        ("trigger.nobody[trigger.n]", "`trigger.nobody`"),
        ("trigger.nobody[1:]", "`trigger.nobody`"),
        ("trigger.nobody | upper", "`trigger.nobody`"),
        ("trigger.nobody | groupby('x')", "`trigger.nobody`"),
        ("trigger.nobody | indent", "`trigger.nobody`"),
        ("trigger.map['nobody'].x", "`trigger.map['nobody']`"),
    ] {
        let error = run("expression", source).unwrap().unwrap_err();
        assert!(error.starts_with("expression_failed: ") && error.contains(name), "{source}: {error}");
    }
}
