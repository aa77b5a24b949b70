//! What a step of an expression costs that the language does not charge for, or only when it is done.
//!
//! A unit of fuel stands for two microseconds and for a hundred bytes, about: so much is what a value takes that is
//! walked over, written, compared or built. Every price is asked before the work.

use minijinja::Value;
use minijinja::value::{Kwargs, ValueKind};

use super::convert::{MAX_JSON, too_large};
use super::weight::Weight;
use crate::StepError;

/// How many bytes of a text may be built for one unit.
const BUILT: u64 = 64;
/// How many characters may be compared with each other for one unit.
const COMPARED: u64 = 1024;
/// How many items are passed over for one unit.
const PASSED: u64 = 64;
/// How many bytes of the name of an attribute are looked up for one unit.
const NAMED: u64 = 128;
/// How many digits are rounded for one unit.
const DIGITS: u64 = 16;
/// How many digits the language writes to round before the point.
const ALL_DIGITS: u64 = 1_074;

/// What a call costs that is given these, where this much fuel is left: to find out costs no more than that either.
pub(super) type Price = fn(&[Value], u64) -> Result<u64, StepError>;

/// All that is given is walked over.
pub(super) fn walk(given: &[Value], left: u64) -> Result<u64, StepError> {
    Weight::of_all(given, left).map(Weight::fuel)
}

/// A text is compared with a set of characters, each with each.
pub(super) fn trim(given: &[Value], left: u64) -> Result<u64, StepError> {
    let walked = walk(given, left)?;
    let [text, set, ..] = given else { return Ok(walked) };
    let compared = Weight::of(text, left)?.bytes.saturating_mul(Weight::of(set, left)?.bytes);
    Ok(walked + compared / COMPARED)
}

/// A text becomes a list of its parts.
pub(super) fn split(given: &[Value], left: u64) -> Result<u64, StepError> {
    let text = given.first().and_then(Value::as_str).unwrap_or_default();
    let parts = match given.get(1).and_then(Value::as_str) {
        Some(between) => text.matches(between).count(),
        None => text.split_whitespace().count(),
    };
    Ok(walk(given, left)? + parts as u64)
}

/// A text becomes a list of its lines.
pub(super) fn lines(given: &[Value], left: u64) -> Result<u64, StepError> {
    Ok(walk(given, left)? + line_count(given))
}

fn line_count(given: &[Value]) -> u64 {
    let text = given.first().and_then(Value::as_str).unwrap_or_default();
    text.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1
}

/// Each line gets some spaces.
pub(super) fn indent(given: &[Value], left: u64) -> Result<u64, StepError> {
    let width = number(given, 1, "width").map_or(4, size);
    Ok(walk(given, left)?.saturating_add(line_count(given).saturating_mul(width) / BUILT))
}

/// Each place in a text may get all that is given.
pub(super) fn format(given: &[Value], left: u64) -> Result<u64, StepError> {
    let weight = Weight::of_all(given, left)?;
    let pattern = given.first().and_then(Value::as_str).unwrap_or_default();
    let places = pattern.bytes().filter(|byte| *byte == b'%').count() as u64;
    Ok(weight.fuel() + places * weight.bytes / BUILT)
}

/// Items are compared with each other, by what may be several keys.
pub(super) fn order(given: &[Value], left: u64) -> Result<u64, StepError> {
    let items = count(given);
    let keys = attribute(given).map_or(0, |name| name.matches(',').count() as u64);
    Ok(walk(given, left)? + items * keys + named(given, items))
}

/// Items are compared with each other, which the language does not charge for here.
pub(super) fn free_order(given: &[Value], left: u64) -> Result<u64, StepError> {
    let items = count(given);
    let rounds = u64::from(items.checked_ilog2().unwrap_or(0)) + 1;
    Ok(order(given, left)? + items * rounds)
}

/// Something is done with each item.
pub(super) fn each(given: &[Value], _: u64) -> Result<u64, StepError> {
    Ok(named(given, count(given)))
}

/// Numbers are added up: texts and lists would be copied for each that is added.
pub(super) fn sum(given: &[Value], left: u64) -> Result<u64, StepError> {
    let start = given.get(2).cloned().or_else(|| keyword(given, "start"));
    if start
        .is_some_and(|start| matches!(start.kind(), ValueKind::String | ValueKind::Seq | ValueKind::Iterable))
    {
        return Err(StepError::permanent("expression_failed", "only numbers are added up"));
    }
    each(given, left)
}

/// A list is cut into so many parts, or into parts of that size.
pub(super) fn cut(given: &[Value], _: u64) -> Result<u64, StepError> {
    Ok(number(given, 1, "count").map_or(0, size).saturating_mul(2))
}

/// A number is written with so many digits.
pub(super) fn round(given: &[Value], _: u64) -> Result<u64, StepError> {
    let float = given.first().is_some_and(|number| number.is_number() && !number.is_integer());
    let precision = number(given, 1, "precision").unwrap_or(0);
    let digits = if precision < 0 { ALL_DIGITS } else { size(precision).min(ALL_DIGITS) };
    Ok(if float { digits / DIGITS } else { 0 })
}

/// Something is looked up by a key.
pub(super) fn key(given: &[Value], left: u64) -> Result<u64, StepError> {
    walk(given.get(1..).unwrap_or_default(), left)
}

/// An item is counted for, or the items before the ones that are asked for are passed over.
pub(super) fn open(given: &[Value], left: u64) -> Result<u64, StepError> {
    Ok(match given.first() {
        Some(text) if text.as_str().is_some() => walk(given, left)?,
        _ => count(given) / PASSED,
    })
}

/// Something is looked for: in a mapping, by its key.
pub(super) fn search(given: &[Value], left: u64) -> Result<u64, StepError> {
    if given.first().is_some_and(|value| value.kind() == ValueKind::Map) { Ok(0) } else { walk(given, left) }
}

/// A new list refers to each item.
pub(super) fn list(given: &[Value], _: u64) -> Result<u64, StepError> {
    given.iter().try_fold(0, |sum: u64, list| {
        let items = count(std::slice::from_ref(list));
        // As many would not fit into a value either.
        if items > MAX_JSON as u64 { Err(too_large()) } else { Ok(sum + items) }
    })
}

/// How many items the first of them has.
fn count(given: &[Value]) -> u64 {
    let Some(value) = given.first() else { return 0 };
    let known = if value.as_str().is_some() { value.as_str().map(str::len) } else { value.len() };
    let counted = || value.try_iter().map_or(0, |items| items.take(MAX_JSON + 1).count());
    known.unwrap_or_else(counted) as u64
}

/// What it costs to find by name what is asked of so many items.
fn named(given: &[Value], items: u64) -> u64 {
    let texts = given.iter().skip(1).filter_map(Value::as_str).map(str::len).sum::<usize>();
    let keyword = attribute(given).map_or(0, |name| name.len());
    items.saturating_mul((texts + keyword) as u64) / NAMED
}

fn attribute(given: &[Value]) -> Option<String> {
    keyword(given, "attribute").and_then(|name| name.as_str().map(str::to_owned))
}

fn keyword(given: &[Value], name: &str) -> Option<Value> {
    let last = given.last().filter(|value| value.is_kwargs())?;
    Kwargs::try_from(last.clone()).ok()?.peek::<Option<Value>>(name).ok()?
}

fn number(given: &[Value], place: usize, name: &str) -> Option<i128> {
    let placed = given.get(place).filter(|value| !value.is_kwargs()).cloned();
    i128::try_from(placed.or_else(|| keyword(given, name))?).ok()
}

fn size(number: i128) -> u64 {
    u64::try_from(number.unsigned_abs()).unwrap_or(u64::MAX)
}
