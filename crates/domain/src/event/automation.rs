use serde_json::{Value, json};

use crate::{AutomationId, AutomationStatus, FlowNumber};

/// What happened to an automation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AutomationChange {
    /// It was made.
    Created,
    /// It was edited.
    Edited {
        /// The public names of the fields that changed.
        fields: Vec<&'static str>,
    },
    /// It got another flow.
    Drawn {
        /// The number of the new version.
        number: FlowNumber,
        /// The older version it repeats, when somebody rolled back.
        restored: Option<FlowNumber>,
    },
    /// It changed its status.
    Moved {
        /// Where it stood.
        from: AutomationStatus,
        /// Where it stands.
        to: AutomationStatus,
    },
    /// One of its webhooks got another address.
    HookRotated {
        /// The trigger's node.
        node: String,
    },
    /// It was taken out of sight.
    Deleted,
}

/// What happened to a run. That it was fired by something else than a person, and that it ended well, is told by the
/// run itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunChange {
    /// A person fired it.
    Requested {
        /// The automation it executes.
        automation: AutomationId,
    },
    /// It ended with an error.
    Failed {
        /// The automation it executes.
        automation: AutomationId,
        /// The stable word of the error.
        code: String,
        /// The node at which it ended.
        node: Option<String>,
    },
    /// A person ended it.
    Cancelled {
        /// The automation it executes.
        automation: AutomationId,
    },
}

impl AutomationChange {
    /// The event's stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created => "automation.created",
            Self::Edited { .. } => "automation.edited",
            Self::Drawn { .. } => "automation.drawn",
            Self::Moved { .. } => "automation.status_changed",
            Self::HookRotated { .. } => "automation.hook_rotated",
            Self::Deleted => "automation.deleted",
        }
    }

    /// What else is to be known of it.
    pub fn body(&self) -> Value {
        match self {
            Self::Created | Self::Deleted => json!({}),
            Self::Edited { fields } => json!({"fields": fields}),
            Self::Drawn { number, restored } => {
                json!({"flowVersion": number.number(), "restored": restored.map(FlowNumber::number)})
            }
            Self::Moved { from, to } => json!({"from": from.as_str(), "to": to.as_str()}),
            Self::HookRotated { node } => json!({"node": node}),
        }
    }
}

impl RunChange {
    /// The event's stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "run.requested",
            Self::Failed { .. } => "run.failed",
            Self::Cancelled { .. } => "run.cancelled",
        }
    }

    /// What else is to be known of it.
    pub fn body(&self) -> Value {
        match self {
            Self::Requested { automation } | Self::Cancelled { automation } => {
                json!({"automation": automation})
            }
            Self::Failed { automation, code, node } => {
                json!({"automation": automation, "code": code, "node": node})
            }
        }
    }
}
