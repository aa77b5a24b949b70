use crate::{LeadId, LeadStatus, Reason};

/// A lead changed its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadMoved {
    /// The lead.
    pub lead: LeadId,
    /// Where it stood.
    pub from: LeadStatus,
    /// Where it stands.
    pub to: LeadStatus,
    /// Why.
    pub reason: Option<Reason>,
}

/// A lead was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadEdited {
    /// The lead.
    pub lead: LeadId,
    /// The public names of the fields that changed.
    pub fields: Vec<&'static str>,
}

/// A lead was taken out of sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadDeleted {
    /// The lead.
    pub lead: LeadId,
}
