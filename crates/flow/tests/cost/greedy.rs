use crate::gauge::run;

fn list_of(item: &str, times: usize) -> String {
    format!("[{}]", vec![item; times].join(", "))
}

/// Expressions that need more than one may have: what they repeat, write or compare is far larger than what they say.
fn expressions() -> Vec<String> {
    let texts = list_of("trigger.text", 6);
    let many = list_of("trigger.text", 1_000);
    let wide = list_of("trigger.nested", 600);
    [
        "([[1] * 10**5] * 10**5) == ([[1] * 10**5] * 10**5)",
        "([[1] * 10**5] * 10**5) < ([[1] * 10**5] * 10**5)",
        "1 in ([[1] * 10**5] * 10**5)",
        "10**5 * trigger.lists ~ ''",
        "trigger.lists * 10**5 ~ ''",
        "(trigger.lists * 10**5) | join",
        "(1, 2) * 10**6",
        "'{}' * 2 * 10**7 ~ trigger.n",
        "(trigger.text * 100) ~ trigger.text",
        "(trigger.quotes * 100) | e",
        "(trigger.quotes * 100) | e | length",
        "('\"' * 10**7) | tojson | length",
        "('a,' * 6 * 10**6) | split(',') | length",
        "(',' * 2 * 10**6) | split(',') | length",
        "trigger.text * 20 | split('') | length",
        "(trigger.text * 20) | split('') | length",
        "('\\n' * 10**7) | lines | length",
        "trigger.text | trim(trigger.other * 2 ~ 'x') | length",
        "[1] | slice(700000) | length",
        "trigger.numbers | map('list') | map('batch', 10**9) | list | length",
        "trigger.numbers | batch(1) | map('batch', 10**9) | list | length",
        "trigger.numbers | batch(1) | map('batch', 1000, 0) | list | length",
        "trigger.numbers | batch(1) | map('slice', 1000) | list | length",
        "trigger.numbers | map('float') | map('round', 1074) | list | length",
        "range(100000) | map('float') | map('round', -3) | list | length",
        "trigger.rows | sort(attribute='id,' * 100000) | length",
        "trigger.numbers | sort(attribute='id,' * 10000) | length",
        "range(100000) | map('string') | sum(start='') | length",
        "range(100000) | batch(1) | sum(start=[]) | length",
        "('%(a)s' * 1000) | format(a=trigger.text) | length",
        "('%(a)s' * 1000) | format(a=trigger.nested) | length",
        "range(30000) | map('replace', trigger.nested, '') | list | length",
        "range(30000) | select('in', trigger.again) | list | length",
        "range(30000) | map('batch', 1) | list | length if trigger.numbers | select('eq', trigger.nested) | list else 1",
        "trigger.rows | map('string') | map('replace', trigger.lists, trigger.nested) | list | length",
        "[trigger.nested[0]] | select('in', [trigger.again] * 100000) | list",
        "range(*trigger.numbers)",
        "[1] | batch(10**19, 1) | list",
        "'a\\nb' | indent(10**19)",
        "'a\\nb' | indent(width=10**7)",
        "[1] | slice(10**19) | list",
        "dict(**trigger.map)",
        "([1] * 10**8)[99999999:]",
        "trigger.huge * 100 | string | length",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([
        format!("({texts} * 1000) | string | length"),
        format!("({texts} * 10000) | string | length"),
        format!("{many} ~ ''"),
        format!("{many} | string | length"),
        format!("{many} | join | length"),
        format!("{many} | tojson | length"),
        format!("{many} | upper | length"),
        format!("'a' | replace({many}, '')"),
        format!("'%s' | format({many}) | length"),
        format!("('%s' * 1000) | format({}) | length", vec!["trigger.text"; 1_000].join(", ")),
        format!("'a' is startingwith({many})"),
        format!("[{}] | length", vec!["trigger.nested == trigger.again"; 480].join(", ")),
        format!("[{}] | length", vec!["trigger.again in trigger.nested"; 480].join(", ")),
        format!("[{}] | length", vec!["trigger.nested < trigger.again"; 480].join(", ")),
        format!("[{}] | length", vec!["'a'|replace(trigger.nested,'')"; 480].join(", ")),
        format!("{{{}}} | length", vec!["trigger.nested: 1"; 800].join(", ")),
        format!("{wide} == {}", list_of("trigger.again", 400)),
        format!("{wide} | sort | length"),
        format!("{wide} | unique | length"),
        format!("{wide} | min | length"),
        format!("({}) ~ ''", vec!["trigger.rows"; 55].join(" + ")),
        format!("[{}] ~ ''", vec!["trigger.rows"; 55].join(" + ")),
        format!("[{} == 1]", vec![format!("[{}]", ["trigger.rows"; 8].join(" + ")); 100].join(" == 1, ")),
        format!("(trigger.numbers | chain({})) | length", vec!["trigger.numbers"; 900].join(", ")),
    ])
    .collect()
}

/// Templates in which a cheap step is done over and over.
fn templates() -> Vec<String> {
    let repeated = |step: &str| format!("{{% for i in range(90000) %}}{{{{ {step} }}}}{{% endfor %}}!");
    [
        "trigger.nested == trigger.again",
        "trigger.nested < trigger.again",
        "trigger.nested[0] in trigger.again",
        "trigger.nested[0] is in trigger.again",
        "trigger.nested is eq(trigger.again)",
        "'a' | replace(trigger.nested, '')",
        "trigger.nested | min | length",
        "trigger.text[i]",
        "trigger.text[-1]",
        "trigger.text[199000:]",
        "trigger.numbers[19990:] | length",
        "trigger.numbers[19990:][5:] | length",
        "trigger.map[trigger.nested] | default('')",
        "trigger.map | attr(trigger.nested)",
        "{trigger.nested: 1} | length",
        "{trigger.nested: 1, trigger.again: 1} | length",
        "trigger.text is lower",
        "trigger.text is iterable",
        "trigger.text is startingwith(trigger.nested)",
        "(trigger.map | chain(steps)) | length",
        "(i / 7) | round(1074)",
        "(i / 7) | round(-3)",
        "trigger.nested | string | length",
        "trigger.nested ~ ''",
        "trigger.nested + trigger.again == 1",
    ]
    .into_iter()
    .map(repeated)
    .chain([
        "{% filter upper %}{{ '\"' * 10**7 }}{% endfilter %}!".to_owned(),
        "{% set x = trigger.quotes * 100 %}{{ x | length }}!".to_owned(),
        "{% for x in [1] %}{{ loop.cycle() }}{% endfor %}!".to_owned(),
    ])
    .collect()
}

/// What an evaluation may be refused with.
const CODES: &[&str] =
    &["expression_too_costly: ", "value_too_large: ", "expression_failed: ", "invalid_expression: "];

#[test]
fn greed_is_stopped() {
    let each = |param: &'static str| move |source| (param, source);
    let all =
        expressions().into_iter().map(each("expression")).chain(templates().into_iter().map(each("value")));
    let harm: Vec<_> = all.filter_map(|(param, source)| harm(param, &source)).collect();
    assert!(harm.is_empty(), "{} are not stopped:\n{}", harm.len(), harm.join("\n"));
}

/// What is wrong with how an evaluation ends.
fn harm(param: &str, source: &str) -> Option<String> {
    let wrong = match run(param, source) {
        Ok(Err(error)) if CODES.iter().any(|code| error.starts_with(code)) => return None,
        Ok(Err(error)) => error,
        Ok(Ok(_)) => "was not refused".to_owned(),
        Err(wrong) => wrong,
    };
    Some(format!("{}: {wrong}", source.chars().take(90).collect::<String>()))
}

/// How deep brackets may be in each other, with what is put into them.
#[test]
fn no_depth_of_operands_ends_the_stack() {
    for (open, inside, close) in [
        ("trigger.map[", "trigger.n", "]"),
        ("trigger.rows[", "0", ":]"),
        ("trigger.n * (", "1", ") ~ ''"),
        ("-(trigger.n * ", "1", " ~ 1)"),
        ("{trigger.n * ", "1", ": 1}"),
        ("[trigger.n + ", "1", " == 1]"),
        ("trigger.rows[trigger.n:][", "0", "]"),
        ("", "trigger.rows", "[trigger.n]"),
        ("", "trigger.rows", "[trigger.n:]"),
        ("", "trigger.rows", "[:][trigger.n]"),
        ("", "trigger.rows", "['a'][trigger.n:]"),
        ("not (trigger.n in ", "trigger.rows", ")"),
        ("1if 1else ", "1", ""),
        ("1.0if 1else ", "1", ""),
    ] {
        for depth in [5, 20, 29, 39, 59, 100, 10_000] {
            let source = format!("{}{inside}{}", open.repeat(depth), close.repeat(depth));
            let end = run("expression", &source);
            assert!(end.is_ok(), "{depth} times {open}{close}: {end:?}");
        }
    }
}
