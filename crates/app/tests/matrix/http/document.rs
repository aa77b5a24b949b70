//! The OpenAPI document, as what can be asked.

use actix_web::http::Method;
use serde_json::Value;

/// One operation of the document.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: Method,
    /// With the names of its parameters in braces.
    pub(super) path: String,
    /// Of the body it takes.
    pub(super) content_type: Option<String>,
    /// Whether it must be told which version was seen.
    pub(super) needs_version: bool,
    /// What its query string may say.
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter of a query string.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) schema: Value,
}

impl Operation {
    /// Whether its path names somebody, and something that has to be theirs.
    pub(super) fn names_an_owner_and_a_part(&self) -> bool {
        self.path.starts_with("/users/{id}/") && self.path.matches('{').count() == 2
    }
}

/// Every operation of the document.
pub(super) fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&kairo::http::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().iter();
        let operation = |(method, described): (&String, &Value)| operation(path, method, described);
        methods.map(operation).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

fn operation(path: &str, method: &str, described: &Value) -> Operation {
    let content = described["requestBody"]["content"].as_object();
    let parameters = || described["parameters"].as_array().into_iter().flatten();
    let in_query = parameters().filter(|parameter| parameter["in"] == "query");
    Operation {
        id: described["operationId"].as_str().unwrap().to_owned(),
        method: method.to_uppercase().parse().unwrap(),
        path: path.to_owned(),
        content_type: content.and_then(|content| content.keys().next().cloned()),
        needs_version: parameters()
            .any(|parameter| parameter["name"] == "If-Match" && parameter["required"] == true),
        parameters: in_query
            .map(|parameter| Parameter {
                name: parameter["name"].as_str().unwrap().to_owned(),
                schema: parameter["schema"].clone(),
            })
            .collect(),
    }
}
