//! The schemas that are published say what the reader does.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::schema::{KEY, TEMPLATE, UUID};
use super::shape::{Entry, Field, Shape};
use super::{schema, table};
use crate::FaultCode;
use crate::expression::Templates;
use crate::params::Reader;
use crate::pointer::Place;

const AN_ID: &str = "0193b7a2-0000-7000-8000-000000000000";

/// Whether a value is valid, for the part of JSON Schema that the catalogue uses.
fn is_valid(schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(keyword, rule)| holds(keyword, rule, schema, value))
}

fn holds(keyword: &str, rule: &Value, schema: &Value, value: &Value) -> bool {
    let text = value.as_str();
    let length =
        |of: &dyn Fn(usize, usize) -> bool| text.is_none_or(|text| of(text.chars().count(), usize_of(rule)));
    match keyword {
        "$schema" | "title" | "description" | "format" => true,
        "type" => match rule {
            Value::Array(types) => types.iter().any(|one| is_of_type(one, value)),
            one => is_of_type(one, value),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "pattern" => text.is_none_or(|text| matches_pattern(rule.as_str().unwrap(), text)),
        "minLength" => length(&|length, bound| length >= bound),
        "maxLength" => length(&|length, bound| length <= bound),
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "minItems" => value.as_array().is_none_or(|items| items.len() >= usize_of(rule)),
        "maxItems" => value.as_array().is_none_or(|items| items.len() <= usize_of(rule)),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| is_valid(rule, item))),
        "anyOf" => rule.as_array().unwrap().iter().any(|one| is_valid(one, value)),
        "oneOf" => rule.as_array().unwrap().iter().filter(|one| is_valid(one, value)).count() == 1,
        "required" => value.as_object().is_none_or(|object| {
            rule.as_array().unwrap().iter().all(|key| object.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|object| {
            object.iter().all(|(key, value)| rule.get(key).is_none_or(|schema| is_valid(schema, value)))
        }),
        "propertyNames" => {
            value.as_object().is_none_or(|object| object.keys().all(|key| is_valid(rule, &json!(key))))
        }
        "additionalProperties" => value.as_object().is_none_or(|object| {
            let known = |key: &str| schema.get("properties").is_some_and(|known| known.get(key).is_some());
            let mut others = object.iter().filter(|(key, _)| !known(key));
            others.all(|(_, value)| rule.is_object() && is_valid(rule, value))
        }),
        other => panic!("the keyword {other} is not understood here"),
    }
}

fn usize_of(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().unwrap()).unwrap()
}

fn is_of_type(word: &Value, value: &Value) -> bool {
    match word.as_str().unwrap() {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other} is not understood here"),
    }
}

fn matches_pattern(pattern: &str, text: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match pattern {
        TEMPLATE => ["{{", "{%", "{#"].iter().any(|marker| text.contains(marker)),
        KEY => {
            text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
                && (1..=64).contains(&text.len())
        }
        UUID => text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(hex),
        other => panic!("the pattern {other} is not understood here"),
    }
}

/// A value that a parameter may well have.
fn typical(shape: Shape) -> BoxedStrategy<Value> {
    let words = |words: &'static [&'static str]| select(words).prop_map(|word| json!(word)).boxed();
    match shape {
        Shape::Word(known) => words(known),
        Shape::Text | Shape::Html | Shape::Name | Shape::Key => words(&["x", "a-b_c"]),
        Shape::Expr => words(&["trigger", "1 + 1"]),
        Shape::Uuid => Just(json!(AN_ID)).boxed(),
        Shape::Json => {
            select(vec![json!(null), json!({"a": ["{{ trigger }}"]}), json!("{{ trigger }}x")]).boxed()
        }
        Shape::Texts => select(vec![json!("x"), json!(["x", "{{ trigger }}"])]).boxed(),
        Shape::TextMap => select(vec![json!({}), json!({"a": "b", "c": 1, "d": true})]).boxed(),
        Shape::Flag => any::<bool>().prop_map(Value::Bool).boxed(),
        Shape::Int(bounds) | Shape::IntOrTemplate(bounds) => {
            select(vec![bounds.0, bounds.1]).prop_map(Value::from).boxed()
        }
        Shape::Amount(most) => {
            select(vec![json!(0), json!(0.5), json!(most), json!("{{ trigger }}")]).boxed()
        }
        Shape::Nested(fields) => object(fields),
        Shape::List(fields, _, _) => {
            prop::collection::vec(object(fields), 1..3).prop_map(Value::from).boxed()
        }
    }
}

/// A value that a parameter could have.
fn possible(shape: Shape) -> BoxedStrategy<Value> {
    let odd = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(11),
        json!(100),
        json!(121),
        json!(600),
        json!(1.5),
        json!(1e18),
        json!(4_000_000_000_u64),
        json!(u64::MAX),
        json!(""),
        json!("x"),
        json!("a b"),
        json!("{{ trigger }}"),
        json!("{# nothing #}"),
        json!("GET"),
        json!("all"),
        json!(AN_ID),
        json!(AN_ID.replace('-', "0")),
        json!("é".repeat(200)),
        json!("é".repeat(201)),
        json!([]),
        json!([""]),
        json!(["x"]),
        json!([1]),
        json!({}),
        json!({"a": "b"}),
        json!({"": "b"}),
        json!({"a": null}),
        json!({"a": [1]}),
        json!([{"key": "a", "equals": 1}]),
        json!([{"key": "a", "equals": 1, "condition": "true"}]),
        json!([{"key": "a b", "equals": 1}]),
        json!({"scheme": "hmac-sha256"}),
    ];
    prop_oneof![6 => typical(shape), 1 => select(odd)].boxed()
}

fn object(fields: &'static [Field]) -> BoxedStrategy<Value> {
    let mut all: BoxedStrategy<Map<String, Value>> = prop_oneof![
        20 => Just(Map::new()),
        1 => Just(Map::from_iter([("unheardOf".to_owned(), json!(1))])),
    ]
    .boxed();
    for field in fields {
        let given = prop::bool::weighted(if field.required { 0.95 } else { 0.4 });
        all = (all, given, possible(field.shape))
            .prop_map(|(mut object, given, value)| {
                if given {
                    object.insert(field.name.to_owned(), value);
                }
                object
            })
            .boxed();
    }
    all.prop_map(Value::Object).boxed()
}

fn reader_accepts(entry: &Entry, params: &Value) -> bool {
    let (mut templates, mut faults) = (Templates::new(), Vec::new());
    let mut reader = Reader { templates: &mut templates, faults: &mut faults, node: "n" };
    reader.object(entry.fields, entry.rules, params, Place::root("params"));
    faults.iter().all(|fault| fault.code == FaultCode::InvalidExpression)
}

#[test]
fn every_schema_and_the_reader_agree() {
    for entry in table::entries().filter(|entry| !entry.kind.is_drawing()) {
        let schema = schema::of(entry);
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
        let agreed = runner.run(&object(entry.fields), |params| {
            prop_assert_eq!(
                reader_accepts(entry, &params),
                is_valid(&schema, &params),
                "{}: {}",
                entry.word,
                params
            );
            Ok(())
        });
        agreed.unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn what_is_not_an_object_is_no_parameters() {
    let entry = table::entries().next().unwrap();
    for params in [json!(1), json!([]), json!("x")] {
        assert!(!reader_accepts(entry, &params) && !is_valid(&schema::of(entry), &params));
    }
}
