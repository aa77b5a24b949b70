use kairo_domain::{Direction, Position};
use kairo_ports::StoreError;
use sqlx::{Postgres, QueryBuilder};

use super::bind;

/// A sort key as the scan meets it.
pub(super) struct Key {
    pub(super) sql: &'static str,
    pub(super) direction: Direction,
}

/// Appends the condition that a row comes later in the scan than this position.
pub(super) fn beyond(
    query: &mut QueryBuilder<Postgres>,
    keys: &[Key],
    tie: Option<&Key>,
    position: &Position,
) -> Result<(), StoreError> {
    if position.values.len() != keys.len() {
        return Err(StoreError::Broken("the position belongs to another order".into()));
    }
    let mut directions = keys.iter().chain(tie).map(|key| key.direction);
    let first = directions.next().unwrap_or(Direction::Ascending);
    if directions.all(|direction| direction == first) {
        by_row(query, keys, tie, first, position);
    } else {
        by_cases(query, keys, tie, position);
    }
    Ok(())
}

/// One comparison of rows, which an index serves as a range. It needs all keys to run the same way.
fn by_row(
    query: &mut QueryBuilder<Postgres>,
    keys: &[Key],
    tie: Option<&Key>,
    direction: Direction,
    position: &Position,
) {
    query.push(" AND (");
    for (at, key) in keys.iter().chain(tie).enumerate() {
        query.push(if at == 0 { "" } else { ", " }).push(key.sql);
    }
    query.push(")").push(later(direction)).push("(");
    for (at, value) in position.values.iter().enumerate() {
        query.push(if at == 0 { "" } else { ", " });
        bind(query, value);
    }
    if tie.is_some() {
        query.push(", ").push_bind(position.id);
    }
    query.push(")");
}

/// One case for each key: the earlier keys are equal, and this one comes later. What all cases have in common is said
/// first, since no index begins a range at alternatives: the first key does not come earlier.
fn by_cases(query: &mut QueryBuilder<Postgres>, keys: &[Key], tie: Option<&Key>, position: &Position) {
    if let Some((key, value)) = keys.iter().zip(&position.values).next() {
        query.push(" AND ").push(key.sql).push(not_earlier(key.direction));
        bind(query, value);
    }
    query.push(" AND (");
    for (decisive, key) in keys.iter().chain(tie).enumerate() {
        query.push(if decisive == 0 { "(" } else { " OR (" });
        for (key, value) in keys.iter().zip(&position.values).take(decisive) {
            query.push(key.sql).push(" = ");
            bind(query, value);
            query.push(" AND ");
        }
        query.push(key.sql).push(later(key.direction));
        match position.values.get(decisive) {
            Some(value) => bind(query, value),
            None => {
                query.push_bind(position.id);
            }
        }
        query.push(")");
    }
    query.push(")");
}

/// Appends the order of the scan.
pub(super) fn order(query: &mut QueryBuilder<Postgres>, keys: &[Key], tie: Option<&Key>) {
    query.push(" ORDER BY ");
    for (at, key) in keys.iter().chain(tie).enumerate() {
        query.push(if at == 0 { "" } else { ", " }).push(key.sql).push(word(key.direction));
    }
}

const fn later(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => " > ",
        Direction::Descending => " < ",
    }
}

const fn not_earlier(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => " >= ",
        Direction::Descending => " <= ",
    }
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => "",
        Direction::Descending => " DESC",
    }
}
