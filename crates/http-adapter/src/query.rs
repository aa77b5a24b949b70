//! Query strings of lists, for any aggregate whose fields the domain knows.

mod condition;
mod few;
mod none;
mod portion;
mod value;
mod window;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use kairo_domain::{Condition, Count, Direction, Field, Filter, PageRequest, Search, Sort, SortKey};
use kairo_use_cases::{Listable, Listing};
use sha2::{Digest, Sha256};

use crate::Api;
use crate::cursor::Cursors;
use crate::keys::PurposeKey;
use crate::problem::{Fault, Problem};
use condition::Conditions;
pub(crate) use condition::PART_MIN;
pub(crate) use few::{Few, Given, Parameters};
pub(crate) use none::NoQuery;
pub(crate) use portion::Portion;
use window::WindowParameters;

/// What a list shows: the view of an aggregate whose fields the domain knows.
pub(crate) trait Listed: 'static {
    /// What lists filter and sort by.
    type Field: Listable;
    /// The collection, so that a cursor of one is none of another.
    const NAME: &'static str;
    /// The properties of the view, in their order, for `fields`.
    const PROPERTIES: &'static [&'static str];
    /// Whether its rows have texts in which `q` finds words.
    const SEARCHED: bool = true;
}

/// A list as a caller asks for it.
#[derive(Debug)]
pub(crate) struct ListQuery<L: Listed> {
    conditions: Vec<Condition<L::Field>>,
    search: Option<Search>,
    sort: Sort<L::Field>,
    page: PageRequest,
    shape: ListShape,
}

/// What the answer needs to know of the question.
#[derive(Clone, Debug)]
pub(crate) struct ListShape {
    pub(crate) limit: u16,
    /// The properties to show; all without.
    pub(crate) properties: Option<Vec<&'static str>>,
    pub(crate) cursors: Cursors,
}

/// The parameters that every list takes, fields aside.
const RESERVED: &[&str] = &["limit", "after", "before", "page", "sort", "count", "fields"];
/// The parameter of the lists that can be searched.
const SEARCH: &str = "q";

impl<L: Listed> FromRequest for ListQuery<L> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Api::of(request).and_then(|api| Self::parse(request.query_string(), api.cursor_key())))
    }
}

impl<L: Listed> ListQuery<L> {
    /// Reads a query string; every fault in it is named at once.
    pub(crate) fn parse(query: &str, key: &PurposeKey) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        let pairs = pairs(query, &mut faults);
        let given =
            |name: &str| pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let mut read = |name, result: Result<(), (&'static str, String)>| {
            if let Err((code, message)) = result {
                faults.push(Fault::of_parameter(name, code, message));
            }
        };
        let (mut sort, mut search, mut count, mut properties) =
            (L::Field::default_sort(), None, Count::None, None);
        read("sort", keep(given("sort").map(parse_sort::<L::Field>), &mut sort));
        let words = given(SEARCH).filter(|_| L::SEARCHED);
        read(SEARCH, keep(words.map(|text| parse_search(text).map(Some)), &mut search));
        read("count", keep(given("count").map(parse_count), &mut count));
        let fields = given("fields").map(|text| parse_properties(text, L::PROPERTIES).map(Some));
        read("fields", keep(fields, &mut properties));
        let mut filter = Conditions::<L::Field>::default();
        let is_reserved = |name: &str| RESERVED.contains(&name) || (L::SEARCHED && name == SEARCH);
        for (name, value) in pairs.iter().filter(|(name, _)| !is_reserved(name)) {
            filter.read(name, value, &mut faults);
        }
        let list = digest::<L>(&sort, filter.canonical(), search.as_ref());
        let cursors = Cursors::new(key.clone(), list);
        let (limit, window) = WindowParameters::of(&pairs).read(&cursors, &mut faults);
        if !faults.is_empty() {
            faults.sort();
            return Err(Problem::malformed("the query string cannot be used: see `errors`", faults));
        }
        let shape = ListShape { limit: limit.rows(), properties, cursors };
        let page = PageRequest { limit, window, count };
        Ok(Self { conditions: filter.into_vec(), search, sort, page, shape })
    }

    /// What is to be listed, and what the answer needs to know.
    pub(crate) fn into_listing(self) -> (Listing<L::Field>, ListShape) {
        let filter = Filter { conditions: self.conditions, search: self.search };
        (Listing { filter, sort: self.sort, page: self.page }, self.shape)
    }
}

/// The parameters, decoded. A parameter that is given twice would have one of its values ignored.
fn pairs(query: &str, faults: &mut Vec<Fault>) -> Vec<(String, String)> {
    let decoded = web::Query::<Vec<(String, String)>>::from_query(query);
    let pairs = decoded.map(web::Query::into_inner).unwrap_or_default();
    for (at, (name, _)) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
            faults.push(Fault::of_parameter(name, "repeated", "is given more than once"));
        }
    }
    pairs
}

type Refusal = (&'static str, String);

/// Keeps what was read, if anything was.
fn keep<T>(read: Option<Result<T, Refusal>>, into: &mut T) -> Result<(), Refusal> {
    if let Some(value) = read.transpose()? {
        *into = value;
    }
    Ok(())
}

fn parse_sort<F: Field>(text: &str) -> Result<Sort<F>, Refusal> {
    let key = |part: &str| {
        let (name, direction) = match part.strip_prefix('-') {
            Some(name) => (name, Direction::Descending),
            None => (part, Direction::Ascending),
        };
        let unknown = || {
            let sortable = F::ALL.iter().filter(|field| field.sortable()).map(|field| field.name());
            let names = sortable.collect::<Vec<_>>().join(", ");
            ("unknown_field", format!("{name:?} is not a field to sort by; the fields are {names}"))
        };
        let field = F::named(name).filter(|field| field.sortable()).ok_or_else(unknown)?;
        Ok(SortKey { field, direction })
    };
    let keys = text.split(',').map(key).collect::<Result<Vec<_>, Refusal>>()?;
    Sort::new(keys).map_err(|issue| ("not_a_sort_order", issue.to_string()))
}

fn parse_search(text: &str) -> Result<Search, Refusal> {
    Search::parse(text).map_err(|issue| ("not_a_search", issue.to_string()))
}

fn parse_count(text: &str) -> Result<Count, Refusal> {
    match text {
        "exact" => Ok(Count::Exact),
        "estimated" => Ok(Count::Estimated),
        _ => Err(("unknown_word", "must be one of exact, estimated".to_owned())),
    }
}

fn parse_properties(text: &str, known: &'static [&'static str]) -> Result<Vec<&'static str>, Refusal> {
    let names: Vec<_> = text.split(',').collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(*name)) {
        let message = format!("{unknown:?} is not a field; the fields are {}", known.join(", "));
        return Err(("unknown_field", message));
    }
    // In the order of the view, each once.
    Ok(known.iter().copied().filter(|name| names.contains(name)).collect())
}

/// Identifies a list: the same question in another spelling is the same list.
fn digest<L: Listed>(
    sort: &Sort<L::Field>,
    mut conditions: Vec<String>,
    search: Option<&Search>,
) -> [u8; 32] {
    conditions.sort();
    let keys = sort.keys().iter().map(|key| format!("{:?} {}", key.direction, key.field.name()));
    let words = search.map(|search| search.words().to_vec()).unwrap_or_default();
    let parts = [vec![L::NAME.to_owned()], keys.collect(), conditions, words];
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        for text in part {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests;
