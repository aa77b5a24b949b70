/// How an actor stands to a thing; exactly one of these holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The actor is it, made it or owns it.
    Own,
    /// It belongs to the actor's company.
    Company,
    /// It is published.
    Public,
    /// None of these.
    Foreign,
}

/// The relations within which a verb is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach(u8);

impl Relation {
    /// Every relation, the closest first.
    pub const ALL: [Self; 4] = [Self::Own, Self::Company, Self::Public, Self::Foreign];

    const fn bit(self) -> u8 {
        match self {
            Self::Own => 1,
            Self::Company => 2,
            Self::Public => 4,
            Self::Foreign => 8,
        }
    }

    /// The word of the documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Company => "same company",
            Self::Public => "published",
            Self::Foreign => "other",
        }
    }
}

impl Reach {
    /// Nothing at all.
    pub const NOTHING: Self = Self(0);
    /// What the actor is, made or owns.
    pub const OWN: Self = Self(Relation::Own.bit());
    /// What belongs to the actor's company.
    pub const COMPANY: Self = Self(Relation::Company.bit());
    /// What is published.
    pub const PUBLIC: Self = Self(Relation::Public.bit());
    /// Whatever there is.
    pub const EVERYTHING: Self = Self(15);
    /// Whatever is not the actor's own.
    pub const OTHERS: Self = Self(14);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a thing in this relation is within reach.
    pub const fn includes(self, relation: Relation) -> bool {
        self.0 & relation.bit() != 0
    }

    /// Whether nothing is within reach.
    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }
}
