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
    tie: Direction,
    position: &Position,
) -> Result<(), StoreError> {
    if position.values.len() != keys.len() {
        return Err(StoreError::Broken("the position belongs to another order".into()));
    }
    if keys.iter().all(|key| key.direction == tie) {
        by_row(query, keys, tie, position);
    } else {
        by_cases(query, keys, tie, position);
    }
    Ok(())
}

/// One comparison of rows, which an index serves as a range. It needs all keys to run the same way.
fn by_row(query: &mut QueryBuilder<Postgres>, keys: &[Key], tie: Direction, position: &Position) {
    query.push(" AND (");
    for key in keys {
        query.push(key.sql).push(", ");
    }
    query.push("id)").push(later(tie)).push("(");
    for value in &position.values {
        bind(query, value);
        query.push(", ");
    }
    query.push_bind(position.id).push(")");
}

/// One case for each key: the earlier keys are equal, and this one comes later. What all cases have in common is said
/// first, since no index begins a range at alternatives: the first key does not come earlier.
fn by_cases(query: &mut QueryBuilder<Postgres>, keys: &[Key], tie: Direction, position: &Position) {
    if let Some((key, value)) = keys.iter().zip(&position.values).next() {
        query.push(" AND ").push(key.sql).push(not_earlier(key.direction));
        bind(query, value);
    }
    query.push(" AND (");
    for decisive in 0..=keys.len() {
        query.push(if decisive == 0 { "(" } else { " OR (" });
        for (key, value) in keys.iter().zip(&position.values).take(decisive) {
            query.push(key.sql).push(" = ");
            bind(query, value);
            query.push(" AND ");
        }
        match keys.get(decisive).zip(position.values.get(decisive)) {
            Some((key, value)) => {
                query.push(key.sql).push(later(key.direction));
                bind(query, value);
            }
            None => {
                query.push("id").push(later(tie)).push_bind(position.id);
            }
        }
        query.push(")");
    }
    query.push(")");
}

/// Appends the order of the scan.
pub(super) fn order(query: &mut QueryBuilder<Postgres>, keys: &[Key], tie: Direction) {
    query.push(" ORDER BY ");
    for key in keys {
        query.push(key.sql).push(word(key.direction)).push(", ");
    }
    query.push("id").push(word(tie));
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
