use kairo_domain::{Condition, Field, Operator, Test};

use super::value;
use crate::problem::Fault;

/// The conditions of a filter, while they are read.
pub(super) struct Conditions<F> {
    conditions: Vec<Condition<F>>,
    /// Each condition as a text that does not depend on how it was written.
    canonical: Vec<String>,
}

impl<F> Default for Conditions<F> {
    fn default() -> Self {
        Self { conditions: Vec::new(), canonical: Vec::new() }
    }
}

/// The most values of `in` and `nin`.
const MOST_VALUES: usize = 100;
/// An index on trigrams finds nothing shorter, neither within a text nor at its start.
pub(crate) const PART_MIN: usize = 3;

type Refusal = (&'static str, String);

impl<F: Field> Conditions<F> {
    /// Reads one parameter: `filter[field][operator]`, `filter[field]` or `field`.
    pub(super) fn read(&mut self, name: &str, text: &str, faults: &mut Vec<Fault>) {
        match target::<F>(name).and_then(|(field, operator)| self.add(field, operator, text)) {
            Ok(()) => {}
            Err((code, message)) => faults.push(Fault::of_parameter(name, code, message)),
        }
    }

    fn add(&mut self, field: F, operator: Operator, text: &str) -> Result<(), Refusal> {
        let tests = tests(field, operator, text)?;
        self.canonical.push(format!("{} {} {text}", field.name(), operator.as_str()));
        self.conditions.extend(tests.into_iter().map(|test| Condition { field, test }));
        Ok(())
    }

    pub(super) fn canonical(&self) -> Vec<String> {
        self.canonical.clone()
    }

    pub(super) fn into_vec(self) -> Vec<Condition<F>> {
        self.conditions
    }
}

fn target<F: Field>(name: &str) -> Result<(F, Operator), Refusal> {
    let inside = name.strip_prefix("filter[").and_then(|rest| rest.strip_suffix(']'));
    let (field_name, operator_name) = match inside.map(|inside| inside.split_once("][")) {
        Some(Some((field, operator))) => (field, Some(operator)),
        Some(None) => (inside.unwrap_or_default(), None),
        None if filtered::<F>(name).is_some() => (name, None),
        None => return Err(("unknown_parameter", "is not a parameter of this list".to_owned())),
    };
    let field = filtered::<F>(field_name).ok_or_else(|| {
        let fields = F::ALL.iter().filter(|field| !field.operators().is_empty());
        let names = fields.map(|field| field.name()).collect::<Vec<_>>().join(", ");
        ("unknown_field", format!("{field_name:?} is not a field to filter by; the fields are {names}"))
    })?;
    let operator = operator_name.map_or(Some(Operator::Equal), Operator::named);
    operator
        .filter(|operator| field.operators().contains(operator))
        .map(|operator| (field, operator))
        .ok_or_else(|| {
            let words = field.operators().iter().map(|operator| operator.as_str()).collect::<Vec<_>>();
            ("unknown_operator", format!("`{field_name}` takes the operators {}", words.join(", ")))
        })
}

/// The field with this name, if there is anything to be asked of it.
fn filtered<F: Field>(name: &str) -> Option<F> {
    F::named(name).filter(|field| !field.operators().is_empty())
}

fn tests<F: Field>(field: F, operator: Operator, text: &str) -> Result<Vec<Test>, Refusal> {
    let one = |text: &str| value::parse(field.kind(), text);
    let many = |text: &str| {
        let values = text.split(',').map(one).collect::<Result<Vec<_>, Refusal>>()?;
        let too_many = || ("too_many", format!("takes at most {MOST_VALUES} values"));
        if values.len() <= MOST_VALUES { Ok(values) } else { Err(too_many()) }
    };
    let test = match operator {
        Operator::Equal => Test::Equal(one(text)?),
        Operator::NotEqual => Test::NotEqual(one(text)?),
        Operator::Less => Test::Less(one(text)?),
        Operator::LessOrEqual => Test::LessOrEqual(one(text)?),
        Operator::Greater => Test::Greater(one(text)?),
        Operator::GreaterOrEqual => Test::GreaterOrEqual(one(text)?),
        Operator::In => Test::In(many(text)?),
        Operator::NotIn => Test::NotIn(many(text)?),
        Operator::Null if value::flag(text)? => Test::Empty,
        Operator::Null => Test::Filled,
        Operator::Contains => Test::Contains(part(text)?),
        Operator::StartsWith => Test::StartsWith(part(text)?),
        Operator::Between => {
            let pair = text.split_once(',').filter(|(_, last)| !last.contains(','));
            let no_pair = || ("not_a_range", "must be two values with a comma between them".to_owned());
            let (first, last) = pair.ok_or_else(no_pair)?;
            return Ok(vec![Test::GreaterOrEqual(one(first)?), Test::LessOrEqual(one(last)?)]);
        }
    };
    Ok(vec![test])
}

fn part(text: &str) -> Result<String, Refusal> {
    if text.chars().count() < PART_MIN {
        return Err(("too_short", format!("must have at least {PART_MIN} characters")));
    }
    value::text(text)
}
