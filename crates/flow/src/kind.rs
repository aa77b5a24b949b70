use crate::catalogue::entry;

/// The kinds of nodes that the engine can run or draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NodeKind {
    Manual,
    Webhook,
    Schedule,
    Event,
    HttpRequest,
    EmailSend,
    Transform,
    If,
    Switch,
    Filter,
    ForEach,
    Merge,
    Wait,
    Subflow,
    Respond,
    LeadCreate,
    LeadMove,
    LeadNote,
    CompanyCreate,
    Fail,
    Stop,
    Note,
    Group,
}

impl NodeKind {
    pub(crate) const fn is_trigger(self) -> bool {
        matches!(self, Self::Manual | Self::Webhook | Self::Schedule | Self::Event)
    }

    pub(crate) const fn is_drawing(self) -> bool {
        matches!(self, Self::Note | Self::Group)
    }

    /// Whether one attempt of a node of this kind takes as long as somebody else likes, so that a flow may bound it.
    pub(crate) const fn takes_timeout(self) -> bool {
        matches!(self, Self::HttpRequest | Self::EmailSend | Self::Subflow)
    }

    /// Whether a node of this kind may fail and leave through the port `error`.
    pub(crate) const fn is_action(self) -> bool {
        match self {
            Self::HttpRequest
            | Self::EmailSend
            | Self::Transform
            | Self::Subflow
            | Self::LeadCreate
            | Self::LeadMove
            | Self::LeadNote
            | Self::CompanyCreate => true,
            Self::Manual
            | Self::Webhook
            | Self::Schedule
            | Self::Event
            | Self::If
            | Self::Switch
            | Self::Filter
            | Self::ForEach
            | Self::Merge
            | Self::Wait
            | Self::Respond
            | Self::Fail
            | Self::Stop
            | Self::Note
            | Self::Group => false,
        }
    }
}

/// Whether the catalogue of node kinds has this one.
pub fn is_known_kind(kind: &str) -> bool {
    entry(kind).is_some()
}
