use kairo_flow::Fault;
use serde::Serialize;
use utoipa::ToSchema;

/// What is wrong with one place of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FlowFault {
    /// A stable word.
    #[schema(value_type = String, example = "no_trigger")]
    code: &'static str,
    /// What is wrong, for whoever drew the flow.
    message: String,
    /// JSON pointer into the flow.
    pointer: String,
    /// The node or the edge at fault, when there is one.
    #[schema(required = true)]
    id: Option<String>,
}

impl From<&Fault> for FlowFault {
    fn from(fault: &Fault) -> Self {
        Self {
            code: fault.code.as_str(),
            message: fault.message.clone(),
            pointer: fault.pointer.clone(),
            id: fault.id.clone(),
        }
    }
}
