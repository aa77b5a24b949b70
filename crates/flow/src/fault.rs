use std::fmt;

/// Why a flow cannot run; the codes are part of the public API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// No enabled node starts the flow.
    NoTrigger,
    /// Following the edges leads back to where it started.
    Cycle,
    /// An edge names a node that is not there.
    DanglingEdge,
    /// Two nodes, or two edges, share an id.
    DuplicateId,
    /// No trigger leads to this node.
    UnreachableNode,
    /// The node kind is not in the catalogue.
    UnknownKind,
    /// A setting of a node is missing, not known, or not what it may be.
    InvalidParam,
    /// A template or an expression cannot be read.
    InvalidExpression,
    /// An edge leaves through a port that its node does not have.
    UnknownPort,
    /// A credential that a node names is not there; found by those who know the credentials.
    CredentialMissing,
    /// A flow runs itself, directly or through others; found by those who know the others.
    SubflowCycle,
    /// More nodes, edges, bytes or levels than a flow may have.
    TooLarge,
}

impl FaultCode {
    /// The stable word for this code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoTrigger => "no_trigger",
            Self::Cycle => "cycle",
            Self::DanglingEdge => "dangling_edge",
            Self::DuplicateId => "duplicate_id",
            Self::UnreachableNode => "unreachable_node",
            Self::UnknownKind => "unknown_kind",
            Self::InvalidParam => "invalid_param",
            Self::InvalidExpression => "invalid_expression",
            Self::UnknownPort => "unknown_port",
            Self::CredentialMissing => "credential_missing",
            Self::SubflowCycle => "subflow_cycle",
            Self::TooLarge => "too_large",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fault of a flow, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub code: FaultCode,
    /// JSON pointer (RFC 6901) into the document.
    pub pointer: String,
    /// The node or edge at fault, when there is one.
    pub id: Option<String>,
    /// What is wrong, for the person who drew the flow.
    pub message: String,
}
