//! What bounds an expression changes nothing that it yields.

use minijinja::{Environment, UndefinedBehavior, Value};
use proptest::prelude::*;
use serde_json::json;

use super::convert::to_json;
use super::{Expr, to_view};
use joints::expressions;

#[path = "../../tests/cost/joints.rs"]
mod joints;

const LEAVES: &[&str] = &[
    "t.n",
    "t.zero",
    "t.text",
    "t.list",
    "t.map",
    "t.rows",
    "t.nobody",
    "t",
    "'ab'",
    "\"|+[\"",
    "''",
    "0",
    "1",
    "-1",
    "2.5",
    "1e3",
    "true",
    "none",
    "[]",
    "{}",
    "(1, 2)",
    "t.rows[0].id",
    "t.map['a']",
    "t.rows[t.n]",
    "range(3)",
];

/// What the language allows, and expressions do not.
const REFUSED: &[&str] = &[
    "a list is not multiplied",
    "only numbers are added up",
    "stands in brackets",
    "nests at most",
    "is not iterable",
    "is not a name",
];

fn names() -> Value {
    to_view(&json!({"t": {
        "n": 1,
        "zero": 0,
        "text": "Ab, c",
        "list": [1, "ab", 2.5],
        "map": {"a": 1, "b": [1]},
        "rows": [{"id": 2, "name": "B"}, {"id": 1, "name": "a"}],
    }}))
}

/// What the language itself yields, where it is JSON.
fn plain(source: &str) -> Result<serde_json::Value, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(100_000));
    let code = environment.compile_expression(source).map_err(|error| error.to_string())?;
    let value = code.eval(names()).map_err(|error| error.to_string())?;
    to_json(&value).map_err(|error| error.message)
}

fn bounded(source: &str) -> Result<serde_json::Value, String> {
    Expr::compile(source)?.json(names()).map_err(|error| error.message)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn an_expression_yields_what_it_says(source in expressions(LEAVES)) {
        match (plain(&source), bounded(&source)) {
            (Ok(value), Ok(same)) => prop_assert_eq!(same, value, "{}", source),
            (Ok(_), Err(error)) => {
                prop_assert!(REFUSED.iter().any(|known| error.contains(known)), "{source}: {error}");
            }
            (Err(error), Ok(value)) => prop_assert!(false, "{source}: {value}, and not: {error}"),
            (Err(_), Err(_)) => {}
        }
    }
}
