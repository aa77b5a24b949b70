use std::fmt;

/// Where a lead stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadStatus {
    /// Came in, nobody answered yet.
    New,
    /// Somebody answered.
    Contacted,
    /// Worth an offer.
    Qualified,
    /// Became a client.
    Converted,
    /// Went nowhere.
    Lost,
}

impl LeadStatus {
    /// Every status, in the order of the funnel.
    pub const ALL: [Self; 5] = [Self::New, Self::Contacted, Self::Qualified, Self::Converted, Self::Lost];
    /// The words, in the same order.
    pub const WORDS: [&'static str; 5] = ["NEW", "CONTACTED", "QUALIFIED", "CONVERTED", "LOST"];

    /// The whole machine: where a lead may go from here.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::New => &[Self::Contacted, Self::Qualified, Self::Lost],
            Self::Contacted => &[Self::Qualified, Self::Lost],
            Self::Qualified => &[Self::Contacted, Self::Converted, Self::Lost],
            Self::Converted => &[],
            Self::Lost => &[Self::New],
        }
    }

    /// Where [`Lead::move_to`](crate::Lead::move_to) leads from here: conversion has a verb of its own.
    pub fn targets(self) -> Vec<Self> {
        self.next().iter().copied().filter(|to| *to != Self::Converted).collect()
    }

    /// Whether a move from here needs a reason: losing a lead, and reopening a lost one.
    pub fn needs_reason(self, to: Self) -> bool {
        to == Self::Lost || self == Self::Lost
    }

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Contacted => "CONTACTED",
            Self::Qualified => "QUALIFIED",
            Self::Converted => "CONVERTED",
            Self::Lost => "LOST",
        }
    }

    /// The status with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl fmt::Display for LeadStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
