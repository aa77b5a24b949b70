use serde_json::{Map, Value, json};

use super::shape::{Entry, Field, Rule, Shape};
use crate::bounds::Bounds;

/// What every template has in it.
pub(super) const TEMPLATE: &str = r"\{[{%#]";

/// The JSON Schema of a kind's parameters.
pub(super) fn of(entry: &Entry) -> Value {
    let mut schema =
        if entry.kind.is_drawing() { json!({"type": "object"}) } else { object(entry.fields, entry.rules) };
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(entry.title);
    schema
}

fn object(fields: &[Field], rules: &[Rule]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), property(field))).collect();
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    for rule in rules {
        match rule {
            Rule::ExactlyOne(names) => schema["oneOf"] = one_required_each(names),
        }
    }
    schema
}

fn one_required_each(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"required": [name]})).collect()
}

fn property(field: &Field) -> Value {
    let mut schema = shape(field.shape, field.required);
    schema["description"] = json!(field.summary);
    schema
}

fn shape(shape: Shape, required: bool) -> Value {
    let text = json!({"type": "string", "minLength": usize::from(required)});
    match shape {
        Shape::Text | Shape::Html => text,
        Shape::Texts => {
            let items = json!({"type": "string", "minLength": 1});
            json!({"anyOf": [items, {"type": "array", "items": items, "minItems": 1}]})
        }
        Shape::TextMap => json!({
            "type": "object",
            "propertyNames": {"minLength": 1},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }),
        Shape::Json => json!({}),
        Shape::Expr => json!({"type": "string", "minLength": 1}),
        Shape::Name => json!({"type": "string", "minLength": 1, "maxLength": 200}),
        Shape::Uuid => json!({"type": "string", "format": "uuid", "pattern": UUID}),
        Shape::Key => json!({"type": "string", "pattern": KEY}),
        Shape::Word(words) => json!({"type": "string", "enum": words}),
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Int(Bounds(least, most)) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Shape::IntOrTemplate(Bounds(least, most)) => {
            or_template(&json!({"type": "integer", "minimum": least, "maximum": most}))
        }
        Shape::Amount(most) => or_template(&json!({"type": "number", "minimum": 0, "maximum": most})),
        Shape::Nested(fields) => object(fields, &[]),
        Shape::List(fields, rules, most) => {
            json!({"type": "array", "items": object(fields, rules), "minItems": 1, "maxItems": most})
        }
    }
}

pub(super) const UUID: &str = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

pub(super) const KEY: &str = "^[A-Za-z0-9_-]{1,64}$";

fn or_template(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "string", "pattern": TEMPLATE}]})
}
