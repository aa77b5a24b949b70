use crate::{Field, FieldKind, FieldValue, Fields, Search};

/// One of a closed list of words that every row has.
pub(crate) const CHOICE: &[Operator] = &[Operator::Equal, Operator::NotEqual, Operator::In, Operator::NotIn];
/// A value to be found again, which some rows lack.
pub(crate) const OPTIONAL: &[Operator] = &[Operator::Equal, Operator::In, Operator::Null];
/// A value to be found again.
pub(crate) const SAME: &[Operator] = &[Operator::Equal, Operator::In];
/// A text to be looked into.
pub(crate) const PART: &[Operator] = &[Operator::Contains, Operator::StartsWith];
/// A range.
pub(crate) const ORDERED: &[Operator] =
    &[Operator::Less, Operator::LessOrEqual, Operator::Greater, Operator::GreaterOrEqual, Operator::Between];

/// Which things a list shows: those that pass every condition and the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter<F> {
    /// All of these must hold.
    pub conditions: Vec<Condition<F>>,
    /// Words to find in the texts of a thing.
    pub search: Option<Search>,
}

impl<F> Default for Filter<F> {
    fn default() -> Self {
        Self { conditions: Vec::new(), search: None }
    }
}

impl<F: Field> Filter<F> {
    /// Whether the item is shown.
    pub fn accepts(&self, item: &impl Fields<F>) -> bool {
        self.conditions.iter().all(|condition| condition.accepts(item))
            && self.search.as_ref().is_none_or(|search| search.accepts(&item.search_text()))
    }
}

/// The operators of list filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `neq`
    NotEqual,
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
    /// `in`
    In,
    /// `nin`
    NotIn,
    /// `null`
    Null,
    /// `contains`, without case
    Contains,
    /// `startsWith`, without case
    StartsWith,
    /// `between`, both ends included
    Between,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 12] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::In,
        Self::NotIn,
        Self::Null,
        Self::Contains,
        Self::StartsWith,
        Self::Between,
    ];

    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "neq",
            Self::Less => "lt",
            Self::LessOrEqual => "lte",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "gte",
            Self::In => "in",
            Self::NotIn => "nin",
            Self::Null => "null",
            Self::Contains => "contains",
            Self::StartsWith => "startsWith",
            Self::Between => "between",
        }
    }

    /// The operator with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str() == word)
    }
}

/// What a field is tested for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Equal to the value.
    Equal(FieldValue),
    /// Different from the value; an empty field is not equal, but is no match either (as in SQL).
    NotEqual(FieldValue),
    /// Smaller than the value.
    Less(FieldValue),
    /// Smaller than or equal to the value.
    LessOrEqual(FieldValue),
    /// Greater than the value.
    Greater(FieldValue),
    /// Greater than or equal to the value.
    GreaterOrEqual(FieldValue),
    /// One of the values.
    In(Vec<FieldValue>),
    /// None of the values; an empty field is no match.
    NotIn(Vec<FieldValue>),
    /// Empty.
    Empty,
    /// Not empty.
    Filled,
    /// Contains the text, without case.
    Contains(String),
    /// Starts with the text, without case.
    StartsWith(String),
}

/// One condition of a list: all conditions of a filter must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition<F> {
    /// The field.
    pub field: F,
    /// What it is tested for.
    pub test: Test,
}

impl<F: Field> Condition<F> {
    /// Whether the item passes; stores without a query language of their own use this.
    pub fn accepts(&self, item: &impl Fields<F>) -> bool {
        let Some(value) = item.field(self.field).map(|value| folded(self.field, value)) else {
            return self.test == Test::Empty;
        };
        let fold = |other: &FieldValue| folded(self.field, other.clone());
        let order = |other: &FieldValue| value.order(&fold(other));
        match &self.test {
            Test::Equal(other) => order(other).is_eq(),
            Test::NotEqual(other) => order(other).is_ne(),
            Test::Less(other) => order(other).is_lt(),
            Test::LessOrEqual(other) => order(other).is_le(),
            Test::Greater(other) => order(other).is_gt(),
            Test::GreaterOrEqual(other) => order(other).is_ge(),
            Test::In(others) => others.iter().any(|other| order(other).is_eq()),
            Test::NotIn(others) => others.iter().all(|other| order(other).is_ne()),
            Test::Empty => false,
            Test::Filled => true,
            Test::Contains(part) => text_of(&value).contains(&part.to_lowercase()),
            Test::StartsWith(part) => text_of(&value).starts_with(&part.to_lowercase()),
        }
    }
}

fn folded<F: Field>(field: F, value: FieldValue) -> FieldValue {
    match (field.kind(), value) {
        (FieldKind::Caseless, FieldValue::Text(text)) => FieldValue::Text(text.to_lowercase()),
        (_, value) => value,
    }
}

fn text_of(value: &FieldValue) -> String {
    match value {
        FieldValue::Text(text) => text.to_lowercase(),
        FieldValue::Time(_) | FieldValue::Number(_) | FieldValue::Flag(_) | FieldValue::Id(_) => {
            String::new()
        }
    }
}
