use kairo_domain::{Field, FieldKind, Limit, Operator, Search};
use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

use crate::csrf::CsrfToken;
use crate::etag::{IfMatch, RequiredMatch};
use crate::idempotency::Repeatable;
use crate::query::{ListQuery, Listed, PART_MIN};

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The `ETag` of what you read; its version is compared. Refused as `stale` when it was \
                           changed since.";
        vec![parameter("If-Match", ParameterIn::Header, description, text())]
    }
}

impl IntoParams for RequiredMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The `ETag` of what you read; its version is compared. Refused as `version_required` when \
                           absent, as `stale` when it was changed since.";
        let mut parameter = parameter("If-Match", ParameterIn::Header, description, text());
        parameter.required = utoipa::openapi::Required::True;
        vec![parameter]
    }
}

impl IntoParams for Repeatable {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "1 to 255 visible ASCII characters of your choice. A repeat of the request with the same \
                           key, body and `If-Match` takes no effect and gets the first answer; kept for 24 hours.";
        vec![parameter("Idempotency-Key", ParameterIn::Header, description, text())]
    }
}

impl IntoParams for CsrfToken {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The value of the cookie `__Host-kairo_csrf`. Needed where cookies are what tells who the \
                           caller is.";
        vec![parameter("X-CSRF-Token", ParameterIn::Header, description, text())]
    }
}

impl<L: Listed> IntoParams for ListQuery<L> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let query = |name: &str, description: String, schema| {
            parameter(name, ParameterIn::Query, &description, schema)
        };
        let mut parameters = vec![
            query("limit", format!("Rows of a page; 25 unless given, at most {}.", Limit::MAX), limit()),
            query("after", "The `nextCursor` of a page: what follows it.".to_owned(), text()),
            query("before", "The `prevCursor` of a page: what precedes it.".to_owned(), text()),
            query("page", "A page by number, from 1; within the first 10,000 rows.".to_owned(), number()),
            query("sort", sort_description::<L::Field>(), text()),
            query("count", "Adds `page.total`.".to_owned(), words(&["exact", "estimated"])),
            query("fields", format!("The fields to show, of {}.", L::PROPERTIES.join(", ")), text()),
        ];
        if L::SEARCHED {
            let words = format!("Words that must all occur, of {} characters or more.", Search::WORD_MIN);
            parameters.push(query("q", words, text()));
        }
        for field in L::Field::ALL {
            for operator in field.operators() {
                let name = format!("filter[{}][{}]", field.name(), operator.as_str());
                let description = filter_description(*field, *operator);
                parameters.push(query(&name, description, filter_schema(*field, *operator)));
            }
        }
        parameters
    }
}

fn parameter(name: &str, place: ParameterIn, description: &str, schema: Object) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(place).description(Some(description));
    parameter.required(utoipa::openapi::Required::False).schema(Some(schema)).build()
}

fn sort_description<F: Field>() -> String {
    let fields = F::ALL.iter().filter(|field| field.sortable()).map(|field| field.name());
    let fields = fields.collect::<Vec<_>>().join(", ");
    format!(
        "Up to three fields with commas between them, `-` for descending, of {fields}; as in `-createdAt,name`."
    )
}

fn filter_description<F: Field>(field: F, operator: Operator) -> String {
    let name = field.name();
    match operator {
        Operator::Equal => format!("`{name}` is this; `filter[{name}]` and `{name}` are short for it."),
        Operator::NotEqual => format!("`{name}` has another value."),
        Operator::Less => format!("`{name}` is before this."),
        Operator::LessOrEqual => format!("`{name}` is this or before."),
        Operator::Greater => format!("`{name}` is after this."),
        Operator::GreaterOrEqual => format!("`{name}` is this or after."),
        Operator::In => format!("`{name}` is one of these, with commas between them."),
        Operator::NotIn => format!("`{name}` has a value that is none of these, with commas between them."),
        Operator::Null => format!("`{name}` is empty (`true`) or not (`false`)."),
        Operator::Contains => {
            format!("`{name}` contains this text of {PART_MIN} characters or more, without case.")
        }
        Operator::StartsWith => {
            format!("`{name}` starts with this text of {PART_MIN} characters or more, without case.")
        }
        Operator::Between => {
            format!("`{name}` is between these two, ends included, with a comma between them.")
        }
    }
}

fn filter_schema<F: Field>(field: F, operator: Operator) -> Object {
    match (operator, field.kind()) {
        (Operator::Null, _) | (_, FieldKind::Flag) => ObjectBuilder::new().schema_type(Type::Boolean).build(),
        (Operator::In | Operator::NotIn | Operator::Between, _) => text(),
        (Operator::Contains | Operator::StartsWith, _) => {
            ObjectBuilder::new().schema_type(Type::String).min_length(Some(PART_MIN)).build()
        }
        (_, FieldKind::Word(allowed)) => words(allowed),
        (_, FieldKind::Time) => {
            let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
            ObjectBuilder::new().schema_type(Type::String).format(Some(format)).build()
        }
        (_, FieldKind::Id) => {
            let format = SchemaFormat::KnownFormat(KnownFormat::Uuid);
            ObjectBuilder::new().schema_type(Type::String).format(Some(format)).build()
        }
        (_, FieldKind::Number) => number(),
        (_, FieldKind::Text | FieldKind::Caseless) => text(),
    }
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

fn number() -> Object {
    ObjectBuilder::new().schema_type(Type::Integer).build()
}

fn limit() -> Object {
    let number = ObjectBuilder::new().schema_type(Type::Integer).default(Some(json!(25)));
    number.minimum(Some(1)).maximum(Some(Limit::MAX)).build()
}

fn words(words: &[&str]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build()
}
