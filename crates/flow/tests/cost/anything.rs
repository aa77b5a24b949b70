use proptest::prelude::*;

use crate::gauge::run;
use crate::joints::expressions;

/// As large as something may be, or soon is.
const LEAVES: &[&str] = &[
    "trigger.text",
    "trigger.quotes",
    "trigger.numbers",
    "trigger.nested",
    "trigger.again",
    "trigger.lists",
    "trigger.rows",
    "trigger.huge",
    "trigger.map",
    "trigger",
    "trigger.name",
    "trigger.n",
    "range(100000)",
    "1000000",
    "10**19",
    "-1",
    "7.5",
    "'a'",
    "''",
    "[trigger]",
    "trigger.rows[i]",
    "trigger.text[i:]",
    "trigger.text * 4",
    "[trigger.text, trigger.text]",
    "i",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_ends_soon(source in expressions(LEAVES)) {
        let end = run("value", &format!("{{% with i = 5 %}}{{{{ {source} }}}}{{% endwith %}}!"));
        prop_assert!(end.is_ok(), "{source}: {end:?}");
    }

    #[test]
    fn anything_that_is_repeated_ends_soon(source in expressions(LEAVES)) {
        let end = run("value", &format!("{{% for i in range(90000) %}}{{{{ {source} }}}}{{% endfor %}}!"));
        prop_assert!(end.is_ok(), "{source}: {end:?}");
    }
}
