//! The filters that are not those of the language, or stand for some of them that could not be bounded.

use minijinja::value::{Kwargs, Rest, StringInput, Tuple, ValueKind, ValueOrKwargs, from_args};
use minijinja::{AutoEscape, Error, ErrorKind, State, Value, filters};

/// How many bytes of a text may be built for one unit of fuel.
const BUILT: usize = 64;

/// What has only a price.
pub(super) fn itself(value: Value) -> Value {
    value
}

/// A list that is repeated would be as long as somebody says, without being there.
pub(super) fn factor(value: Value) -> Result<Value, Error> {
    if matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Err(invalid("a list is not multiplied"));
    }
    Ok(value)
}

/// A part of a list would pass over what is before it whenever it is used.
pub(super) fn whole(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    if value.kind() == ValueKind::Iterable { filters::list(state, value) } else { Ok(value) }
}

/// Replaces all that is found in a text, or the first so many.
pub(super) fn replace(state: &mut State<'_, '_>, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let given = given.into_values();
    let (text, old, new, count, options): (&Value, &Value, &Value, Option<i64>, Kwargs) = from_args(&given)?;
    let count = if count.is_some() { count } else { options.get("count")? };
    options.assert_all_used()?;
    let text = StringInput::new(state, text)?;
    let (old, new) = (StringInput::new(state, old)?, StringInput::new(state, new)?);
    match count.and_then(|count| usize::try_from(count).ok()) {
        Some(count) => replace_some(state, &[text, old, new], count),
        None => filters::replace(state, text, old, new),
    }
}

fn replace_some(state: &State<'_, '_>, texts: &[StringInput<'_>; 3], count: usize) -> Result<Value, Error> {
    if !matches!(state.auto_escape(), AutoEscape::None) && texts.iter().any(StringInput::is_safe) {
        return Err(invalid("in safe text, all is replaced or nothing"));
    }
    let [text, old, new] = texts.each_ref().map(StringInput::as_str);
    let found = text.matches(old).take(count).count();
    state.consume_fuel((found.saturating_mul(new.len()) / BUILT) as u64)?;
    Ok(Value::from(text.replacen(old, new, count)))
}

/// That of the language puts its lists together again whenever they are used.
pub(super) fn chain(first: Value, others: Rest<Value>) -> Result<Value, Error> {
    let all: Vec<_> = std::iter::once(first).chain(others.0).collect();
    if all.iter().all(|value| value.kind() == ValueKind::Map) {
        let pairs = all.iter().filter_map(|map| map.as_object()?.try_iter_pairs()).flatten();
        return Ok(Value::from_pairs(pairs));
    }
    let mut items = Vec::new();
    for list in &all {
        for item in list.try_iter()?.checked() {
            items.push(item?);
        }
    }
    Ok(Value::from(items))
}

/// That of the language puts its rows together again whenever they are used.
pub(super) fn zip(first: Value, others: Rest<Value>) -> Result<Value, Error> {
    let mut lists = Vec::new();
    for list in std::iter::once(first).chain(others.0) {
        lists.push(list.try_iter()?.checked());
    }
    let mut rows = Vec::new();
    loop {
        let row: Option<Result<Vec<_>, _>> = lists.iter_mut().map(Iterator::next).collect();
        match row {
            Some(row) => rows.push(Value::from(Tuple::from(row?))),
            None => return Ok(Value::from(rows)),
        }
    }
}

/// That of the language takes what is not there for an empty list.
pub(super) fn groupby(
    state: &State<'_, '_>,
    value: Value,
    attribute: Option<&str>,
    options: Kwargs,
) -> Result<Value, Error> {
    if value.is_undefined() {
        // Which is the error that says so.
        return filters::string(state, &value);
    }
    filters::groupby(value, attribute, options)
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
