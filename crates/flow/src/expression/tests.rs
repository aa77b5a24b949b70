//! What bounds an expression changes nothing that it yields.

use std::sync::Arc;

use minijinja::value::Object;
use minijinja::{Environment, UndefinedBehavior, Value};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::convert::to_json;
use super::{Escape, Expr, Given, Meter, Templates, to_view};
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

/// What expressions are made of, and what could end one before its end.
const WORDS: &[&str] = &[
    "t", "1", "'x'", "(", ")", "[", "]", "{", "}", ",", ":", ".a", "|length", "-", "+", "*", "=", "==",
    " not ", " and ", " or ", " in ", " is ", " if ", " else ", "odd", "{{", "}}", "{%", "%}", "{#", "#}",
    "#", " ", "\n", "\"",
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
    to_json(&value, &Meter::full()).map_err(|error| error.message)
}

/// The names, and the meter that counts who uses them.
#[derive(Debug)]
struct Metered(Arc<Meter>);

impl Object for Metered {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = || names().get_attr(key.as_str()?).ok().filter(|value| !value.is_undefined());
        self.0.named(key.as_str()?).or_else(name)
    }
}

fn given(meter: &Arc<Meter>) -> Given {
    Given { names: Value::from_object(Metered(Arc::clone(meter))), meter: Arc::clone(meter) }
}

fn bounded(source: &str) -> Result<serde_json::Value, String> {
    Expr::compile(source)?.json(&given(&Meter::full())).map_err(|error| error.message)
}

/// What an expression yields that has so much fuel, as a value and within a text.
fn yields(source: &str, meter: &Arc<Meter>) -> Result<serde_json::Value, String> {
    let value = Expr::compile(source)?.json(&given(meter)).map_err(|error| error.message)?;
    let mut templates = Templates::new();
    let text = templates.add(&format!("{{{{ {source} }}}}!"), Escape::Nothing)?;
    let text = templates.render(&text, &given(meter)).map_err(|error| error.message)?;
    Ok(json!([value, text]))
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

    #[test]
    fn what_is_no_expression_is_none_because_it_is_counted(words in prop::collection::vec(select(WORDS), 0..9)) {
        let source = words.concat();
        if Expr::compile(&source).is_ok() {
            let known = Environment::new().compile_expression(&source).is_ok();
            prop_assert!(known, "{}", source);
        }
    }

    #[test]
    fn what_is_yielded_with_little_fuel_is_yielded_with_more(source in expressions(LEAVES), fuel in 0..80_u64) {
        let (light, full) = (Meter::light(fuel), Meter::full());
        if let Ok(value) = yields(&source, &light) {
            prop_assert_eq!(yields(&source, &full), Ok(value), "{}", &source);
            prop_assert_eq!(light.spent(), full.spent(), "{}", &source);
            prop_assert!(light.spent() <= fuel, "{} of {} for {}", light.spent(), fuel, &source);
        }
    }
}
