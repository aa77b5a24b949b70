use serde_json::{Map, Value};

use super::{Item, Params, Template};
use crate::bounds::Bounds;
use crate::catalogue::{Field, Rule, Shape};
use crate::expression::{Escape, Expr, Templates, is_plain};
use crate::pointer::Place;
use crate::{Fault, FaultCode};

/// The longest text that is taken as it is.
const MAX_NAME: usize = 200;

/// Reads parameters, and collects everything that is wrong with them.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    /// The templates of the flow.
    pub(crate) templates: &'a mut Templates,
    /// Where faults go.
    pub(crate) faults: &'a mut Vec<Fault>,
    /// The node that is read.
    pub(crate) node: &'a str,
}

impl Reader<'_> {
    /// Reads an object; what is wrong with it is left out and reported.
    pub(crate) fn object(
        &mut self,
        fields: &[Field],
        rules: &[Rule],
        json: &Value,
        place: Place<'_>,
    ) -> Params {
        let Some(object) = json.as_object() else {
            self.invalid(place, "this is an object");
            return Params::default();
        };
        let mut params = Params::default();
        for field in fields {
            match object.get(field.name) {
                Some(value) => {
                    if let Some(item) = self.item(field, value, place.key(field.name)) {
                        params.push(field.name, item);
                    }
                }
                None if field.required => {
                    self.invalid(place.key(field.name), format!("`{}` is missing", field.name));
                }
                None => {}
            }
        }
        for key in object.keys().filter(|key| !fields.iter().any(|field| field.name == key.as_str())) {
            self.invalid(place.key(key), format!("there is no parameter `{key}`"));
        }
        for rule in rules {
            self.rule(*rule, object, place);
        }
        params
    }

    fn rule(&mut self, rule: Rule, object: &Map<String, Value>, place: Place<'_>) {
        let given = |names: &[&str]| names.iter().filter(|name| object.contains_key(**name)).count();
        match rule {
            Rule::ExactlyOne(names) if given(names) != 1 => {
                self.invalid(place, format!("exactly one is given of {}", names.join(", ")));
            }
            Rule::ExactlyOne(_) => {}
        }
    }

    fn item(&mut self, field: &Field, json: &Value, place: Place<'_>) -> Option<Item> {
        let constant = || Some(Item::Template(Template::Constant(json.clone())));
        match field.shape {
            Shape::Text => self.text(json, field.required, Escape::Nothing, place),
            Shape::Html => self.text(json, field.required, Escape::Html, place),
            Shape::Texts => self.texts(json, place),
            Shape::TextMap => self.text_map(json, place),
            Shape::Json => self.json(json, place).map(Item::Template),
            Shape::Expr => self.expr(json, place),
            Shape::Name | Shape::Uuid | Shape::Key | Shape::Word(_) | Shape::Flag | Shape::Int(..) => {
                self.constant(field.shape, json, place).then(constant).flatten()
            }
            Shape::IntOrTemplate(..) | Shape::Amount(_) => match json {
                Value::String(text) if !is_plain(text) => self.text(json, true, Escape::Nothing, place),
                _ => self.constant(field.shape, json, place).then(constant).flatten(),
            },
            Shape::Nested(fields) => Some(Item::Nested(self.object(fields, &[], json, place))),
            Shape::List(fields, rules, most) => self.list(fields, rules, most, json, place),
        }
    }

    /// Whether a value that is no template is what it may be.
    fn constant(&mut self, shape: Shape, json: &Value, place: Place<'_>) -> bool {
        let fault = match shape {
            Shape::Name => (!json.as_str().is_some_and(is_name))
                .then(|| format!("this is a text of 1 to {MAX_NAME} characters")),
            Shape::Uuid => (!json.as_str().is_some_and(is_uuid)).then(|| "this is a UUID".to_owned()),
            Shape::Key => (!json.as_str().is_some_and(is_key))
                .then(|| "this is made of 1 to 64 letters, digits, `_` and `-`".to_owned()),
            Shape::Word(words) => (!json.as_str().is_some_and(|word| words.contains(&word)))
                .then(|| format!("this is one of {}", words.join(", "))),
            Shape::Flag => (!json.is_boolean()).then(|| "this is true or false".to_owned()),
            Shape::Int(bounds) | Shape::IntOrTemplate(bounds) => (!is_integer_within(json, bounds))
                .then(|| format!("this is a whole number from {} to {}", bounds.0, bounds.1)),
            Shape::Amount(most) => {
                (!is_amount(json, most)).then(|| format!("this is a number from 0 to {most}"))
            }
            Shape::Text
            | Shape::Html
            | Shape::Texts
            | Shape::TextMap
            | Shape::Json
            | Shape::Expr
            | Shape::Nested(_)
            | Shape::List(..) => None,
        };
        let valid = fault.is_none();
        if let Some(message) = fault {
            self.invalid(place, message);
        }
        valid
    }

    fn text(&mut self, json: &Value, required: bool, escape: Escape, place: Place<'_>) -> Option<Item> {
        match json.as_str() {
            Some(text) if !(required && text.is_empty()) => {
                self.template(text, escape, place).map(Item::Template)
            }
            _ => {
                self.invalid(
                    place,
                    if required { "this is a text, and not empty" } else { "this is a text" },
                );
                None
            }
        }
    }

    fn texts(&mut self, json: &Value, place: Place<'_>) -> Option<Item> {
        match json {
            Value::Array(items) if !items.is_empty() => {
                let mut list = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    match self.text(item, true, Escape::Nothing, place.index(at)) {
                        Some(Item::Template(template)) => list.push(template),
                        Some(Item::Expr(_) | Item::Nested(_) | Item::List(_)) | None => {}
                    }
                }
                Some(Item::Template(Template::Array(list)))
            }
            Value::String(text) if !text.is_empty() => {
                self.template(text, Escape::Nothing, place).map(Item::Template)
            }
            _ => {
                self.invalid(place, "this is a text or a list of texts, and not empty");
                None
            }
        }
    }

    fn text_map(&mut self, json: &Value, place: Place<'_>) -> Option<Item> {
        let Some(object) = json.as_object() else {
            self.invalid(place, "this is an object of texts");
            return None;
        };
        let mut fields = Vec::with_capacity(object.len());
        for (key, value) in object {
            let place = place.key(key);
            if key.is_empty() {
                self.invalid(place, "a name is not empty");
            }
            if value.is_object() || value.is_array() || value.is_null() {
                self.invalid(place, "this is a text");
            } else if let Some(template) = self.json(value, place) {
                fields.push((key.clone(), template));
            }
        }
        Some(Item::Template(Template::Object(fields)))
    }

    fn json(&mut self, json: &Value, place: Place<'_>) -> Option<Template> {
        match json {
            Value::String(text) => self.template(text, Escape::Nothing, place),
            Value::Array(items) => {
                let items: Vec<_> =
                    items.iter().enumerate().map(|(at, item)| self.json(item, place.index(at))).collect();
                let items: Vec<Template> = items.into_iter().collect::<Option<_>>()?;
                Some(constant_or(json, items.iter().all(is_constant), || Template::Array(items)))
            }
            Value::Object(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(key, field)| Some((key.clone(), self.json(field, place.key(key))?)))
                    .collect();
                let fields: Vec<(String, Template)> = fields.into_iter().collect::<Option<_>>()?;
                let constant = fields.iter().all(|(_, field)| is_constant(field));
                Some(constant_or(json, constant, || Template::Object(fields)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Some(Template::Constant(json.clone())),
        }
    }

    fn expr(&mut self, json: &Value, place: Place<'_>) -> Option<Item> {
        let Some(source) = json.as_str().filter(|source| !source.is_empty()) else {
            self.invalid(place, "this is an expression as text, and not empty");
            return None;
        };
        match Expr::compile(source) {
            Ok(expr) => Some(Item::Expr(expr)),
            Err(message) => {
                self.fault(FaultCode::InvalidExpression, place, message);
                None
            }
        }
    }

    fn list(
        &mut self,
        fields: &[Field],
        rules: &[Rule],
        most: usize,
        json: &Value,
        place: Place<'_>,
    ) -> Option<Item> {
        let Some(items) = json.as_array().filter(|items| (1..=most).contains(&items.len())) else {
            self.invalid(place, format!("this is a list of 1 to {most}"));
            return None;
        };
        let list =
            items.iter().enumerate().map(|(at, item)| self.object(fields, rules, item, place.index(at)));
        Some(Item::List(list.collect()))
    }

    fn template(&mut self, source: &str, escape: Escape, place: Place<'_>) -> Option<Template> {
        match Template::text(source, self.templates, escape) {
            Ok(template) => Some(template),
            Err(message) => {
                self.fault(FaultCode::InvalidExpression, place, message);
                None
            }
        }
    }

    /// Reports a parameter.
    pub(crate) fn invalid(&mut self, place: Place<'_>, message: impl Into<String>) {
        self.fault(FaultCode::InvalidParam, place, message.into());
    }

    fn fault(&mut self, code: FaultCode, place: Place<'_>, message: String) {
        self.faults.push(Fault { code, pointer: place.to_string(), id: Some(self.node.to_owned()), message });
    }
}

fn constant_or(json: &Value, constant: bool, otherwise: impl FnOnce() -> Template) -> Template {
    if constant { Template::Constant(json.clone()) } else { otherwise() }
}

const fn is_constant(template: &Template) -> bool {
    matches!(template, Template::Constant(_))
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.chars().count())
}

fn is_key(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_integer_within(json: &Value, bounds: Bounds) -> bool {
    let number = json.as_u64().and_then(|number| u32::try_from(number).ok());
    number.is_some_and(|number| bounds.range().contains(&number))
}

fn is_amount(json: &Value, most: u32) -> bool {
    json.as_f64().is_some_and(|number| (0.0..=f64::from(most)).contains(&number))
}
