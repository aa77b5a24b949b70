use kairo_domain::{
    AutomationField, CompanyField, CredentialField, Direction, Field, Filter, InvitationField, JournalField,
    LeadEntryField, LeadField, LeadNoteField, PageRequest, RunField, Sort, UserField,
};

/// Which things to list, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing<F: Field> {
    /// Which.
    pub filter: Filter<F>,
    /// In which order.
    pub sort: Sort<F>,
    /// Which part of the list.
    pub page: PageRequest,
}

/// A field that has an order of its own when nobody asks for another.
pub trait Listable: Field {
    /// The order.
    fn default_sort() -> Sort<Self>;
}

impl<F: Listable> Default for Listing<F> {
    fn default() -> Self {
        Self { filter: Filter::default(), sort: F::default_sort(), page: PageRequest::default() }
    }
}

impl Listable for LeadField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::CreatedAt, Direction::Descending)
    }
}

impl Listable for LeadEntryField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::At, Direction::Descending)
    }
}

impl Listable for LeadNoteField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::CreatedAt, Direction::Descending)
    }
}

impl Listable for UserField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::CreatedAt, Direction::Descending)
    }
}

impl Listable for CompanyField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::Name, Direction::Ascending)
    }
}

impl Listable for CredentialField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::Name, Direction::Ascending)
    }
}

impl Listable for InvitationField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::CreatedAt, Direction::Descending)
    }
}

impl Listable for JournalField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::Seq, Direction::Descending)
    }
}

impl Listable for AutomationField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::CreatedAt, Direction::Descending)
    }
}

impl Listable for RunField {
    fn default_sort() -> Sort<Self> {
        Sort::by(Self::StartedAt, Direction::Descending)
    }
}
