use kairo_use_cases::Code;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use super::FlowFault;

/// A refusal (RFC 9457, `application/problem+json`). Members that do not apply are absent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct Document<'a> {
    /// Names the kind of problem: `urn:kairo:error:` and the code.
    pub(crate) r#type: String,
    /// The kind of problem in words; always the same for a code.
    #[schema(value_type = String)]
    pub(crate) title: &'static str,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What was wrong with this request.
    #[schema(value_type = String)]
    pub(crate) detail: &'a str,
    /// Names the request: `urn:kairo:request:` and its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = true)]
    pub(crate) instance: Option<String>,
    /// The word to match on; see the list of errors.
    #[schema(schema_with = codes)]
    pub(crate) code: &'static str,
    /// The request's id, as in `X-Request-Id`; quote it when you ask for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = true)]
    pub(crate) request_id: Option<&'a str>,
    /// Everything that is wrong with the request's values, all at once.
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    #[schema(value_type = Vec<Fault>, required = false)]
    pub(crate) errors: &'a [Fault],
    /// `flow_not_runnable`: everything that is wrong with the flow, all at once.
    #[serde(skip_serializing_if = "<[FlowFault]>::is_empty")]
    #[schema(value_type = Vec<FlowFault>, required = false)]
    pub(crate) faults: &'a [FlowFault],
    /// `illegal_transition`: where the thing stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub(crate) from: Option<&'static str>,
    /// `illegal_transition`: where it was asked to go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub(crate) to: Option<&'static str>,
    /// `illegal_transition`: where it may go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>, required = false)]
    pub(crate) allowed: Option<&'a [&'static str]>,
    /// `stale`: the version it has now, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub(crate) current: Option<u32>,
}

/// The closed list of codes.
fn codes() -> Schema {
    let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Code::ALL.map(Code::as_str)));
    words.description(Some("The word to match on; see the list of errors.")).into()
}

/// What is wrong with one value of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// JSON pointer to the value in the body; `/query/…` and `/headers/…` point at parameters.
    pub(crate) pointer: String,
    /// A stable word.
    #[schema(value_type = String)]
    pub(crate) code: &'static str,
    /// What the value must be.
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, message: message.into() }
    }

    /// A fault of a query parameter.
    pub(crate) fn of_parameter(name: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(format!("/query/{}", escaped(name)), code, message)
    }

    /// A fault of a header.
    pub(crate) fn of_header(name: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(format!("/headers/{}", escaped(name)), code, message)
    }

    /// A unique value that is in use.
    pub(crate) fn taken(field: &'static str) -> Self {
        Self::new(format!("/{field}"), "taken", "is in use already")
    }
}

/// A name as a segment of a JSON pointer (RFC 6901).
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
