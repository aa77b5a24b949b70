//! Filters, orders and windows of lists, as SQL.
//!
//! A repository says how its fields are written in SQL ([`Expression`]); conditions, keyset and offset follow from the
//! domain's filter, the same way for every list. Values are always bound, never written into the text.

use kairo_domain::{
    Condition, Direction, Field, FieldKind, FieldValue, Filter, PageRequest, Scan, Sort, Test, Window,
};
use kairo_ports::StoreError;
use sqlx::{Postgres, QueryBuilder};

mod count;
mod keyset;
mod page;

pub(crate) use page::{empty, page};

/// A field in SQL.
#[derive(Clone, Copy)]
pub(crate) struct Expression {
    /// What it is compared by, in the very form that its index has.
    pub(crate) sql: &'static str,
    /// What it is sorted by, in the very form that its index has.
    pub(crate) order: &'static str,
    /// What is looked into without case: by the rules of the database's language, not by code points.
    pub(crate) text: &'static str,
    /// The enum that a bound text has to become.
    pub(crate) enumeration: Option<&'static str>,
}

impl Expression {
    pub(crate) const fn plain(sql: &'static str) -> Self {
        Self { sql, order: sql, text: sql, enumeration: None }
    }

    /// A text that is ordered by code points, whatever the language of the database is.
    pub(crate) const fn by_code_points(sql: &'static str, text: &'static str) -> Self {
        Self { sql, order: sql, text, enumeration: None }
    }

    /// A text that is compared in another form than it is ordered in.
    pub(crate) const fn ordered_by(sql: &'static str, order: &'static str) -> Self {
        Self { sql, order, text: sql, enumeration: None }
    }

    pub(crate) const fn enumeration(sql: &'static str, name: &'static str) -> Self {
        Self { sql, order: sql, text: sql, enumeration: Some(name) }
    }
}

/// How a list finds its rows.
pub(crate) struct Listing<F> {
    /// What is selected, as the row struct names it.
    pub(crate) columns: &'static str,
    /// Where the rows are, from `FROM` on, up to and with a condition.
    pub(crate) rows: &'static str,
    /// Its fields.
    pub(crate) field: fn(F) -> Expression,
    /// The text that words are searched in, in lower case and in the very form that the trigram index has; none where
    /// nothing is searched.
    pub(crate) search: Option<&'static str>,
    /// The column that decides between equal sort keys; none where no two rows have equal keys.
    pub(crate) tie: Option<&'static str>,
}

/// A list as it is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a, F> {
    pub(crate) filter: &'a Filter<F>,
    pub(crate) sort: &'a Sort<F>,
    pub(crate) page: &'a PageRequest,
}

impl<F: Field> Listing<F> {
    /// Selects the rows of one page; the statement begins with `select`.
    pub(crate) fn of_page(
        &self,
        select: &'static str,
        request: Request<'_, F>,
    ) -> Result<QueryBuilder<Postgres>, StoreError> {
        let mut query = QueryBuilder::new(select);
        query.push(" ").push(self.columns);
        self.among(&mut query, request.filter);
        self.window(&mut query, request.sort, request.page)?;
        Ok(query)
    }

    /// Goes on with the rows that pass the filter.
    pub(crate) fn among(&self, query: &mut QueryBuilder<Postgres>, filter: &Filter<F>) {
        query.push(" ").push(self.rows);
        self.conditions(query, &filter.conditions);
        self.words(query, filter.search.as_ref().map_or(&[], |search| search.words()));
    }

    /// Appends `AND …` for every condition.
    pub(crate) fn conditions(&self, query: &mut QueryBuilder<Postgres>, conditions: &[Condition<F>]) {
        for condition in conditions {
            query.push(" AND ");
            self.condition(query, condition);
        }
    }

    /// Appends `AND …` for every word.
    pub(crate) fn words(&self, query: &mut QueryBuilder<Postgres>, words: &[String]) {
        for word in words {
            // What has no text has no word in it.
            let Some(search) = self.search else {
                query.push(" AND false");
                return;
            };
            query.push(" AND ").push(search).push(" LIKE lower(").push_bind(needle("%", word, "%")).push(")");
        }
    }

    /// Appends where the window begins, the order, and how many rows are fetched.
    pub(crate) fn window(
        &self,
        query: &mut QueryBuilder<Postgres>,
        sort: &Sort<F>,
        page: &PageRequest,
    ) -> Result<(), StoreError> {
        let scan = Scan::of(page);
        let turned = |direction: Direction| match scan.direction {
            Direction::Ascending => direction,
            Direction::Descending => direction.reversed(),
        };
        let keys: Vec<keyset::Key> = sort
            .keys()
            .iter()
            .map(|key| keyset::Key { sql: (self.field)(key.field).order, direction: turned(key.direction) })
            .collect();
        let tie = self.tie.map(|sql| keyset::Key { sql, direction: turned(sort.tie_direction()) });
        if let Window::After(position) | Window::Before(position) = &page.window {
            keyset::beyond(query, &keys, tie.as_ref(), position)?;
        }
        keyset::order(query, &keys, tie.as_ref());
        query.push(" LIMIT ").push_bind(i64::from(scan.fetch));
        if let Window::Offset(rows) = page.window {
            query.push(" OFFSET ").push_bind(i64::from(rows));
        }
        Ok(())
    }

    fn condition(&self, query: &mut QueryBuilder<Postgres>, condition: &Condition<F>) {
        let expression = (self.field)(condition.field);
        let kind = condition.field.kind();
        let compared = |query: &mut QueryBuilder<Postgres>, operator: &str, value: &FieldValue| {
            query.push(expression.sql).push(operator);
            bind_compared(query, expression, kind, value);
        };
        match &condition.test {
            Test::Equal(value) => compared(query, " = ", value),
            Test::NotEqual(value) => match rest(kind, std::slice::from_ref(value)) {
                Some(others) => among(query, expression, kind, " = ANY(", &others),
                None => compared(query, " <> ", value),
            },
            Test::Less(value) => compared(query, " < ", value),
            Test::LessOrEqual(value) => compared(query, " <= ", value),
            Test::Greater(value) => compared(query, " > ", value),
            Test::GreaterOrEqual(value) => compared(query, " >= ", value),
            Test::NotIn(values) if values.is_empty() => {
                query.push(expression.sql).push(" IS NOT NULL");
            }
            Test::In(values) => among(query, expression, kind, " = ANY(", values),
            Test::NotIn(values) => match rest(kind, values) {
                Some(others) => among(query, expression, kind, " = ANY(", &others),
                None => among(query, expression, kind, " <> ALL(", values),
            },
            Test::Empty => {
                query.push(expression.sql).push(" IS NULL");
            }
            Test::Filled => {
                query.push(expression.sql).push(" IS NOT NULL");
            }
            Test::Contains(part) => self.like(query, expression, needle("%", part, "%"), part),
            Test::StartsWith(part) => self.like(query, expression, needle("", part, "%"), part),
        }
    }

    /// A part of one field is a part of the searched text as well, where an index finds it.
    fn like(&self, query: &mut QueryBuilder<Postgres>, expression: Expression, pattern: String, part: &str) {
        query.push("lower(").push(expression.text).push(") LIKE lower(").push_bind(pattern).push(")");
        if let Some(search) = self.search {
            query.push(" AND ").push(search).push(" LIKE lower(").push_bind(needle("%", part, "%")).push(")");
        }
    }
}

/// A pattern that means its middle literally.
fn needle(before: &str, part: &str, after: &str) -> String {
    let escaped = part.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("{before}{escaped}{after}")
}

fn bind_compared(
    query: &mut QueryBuilder<Postgres>,
    expression: Expression,
    kind: FieldKind,
    value: &FieldValue,
) {
    if kind == FieldKind::Caseless {
        query.push("lower(");
    }
    bind(query, value);
    if let Some(name) = expression.enumeration {
        query.push("::text::\"").push(name).push("\"");
    }
    if kind == FieldKind::Caseless {
        query.push(")");
    }
}

fn bind(query: &mut QueryBuilder<Postgres>, value: &FieldValue) {
    match value {
        FieldValue::Text(text) => query.push_bind(text.clone()),
        FieldValue::Time(time) => query.push_bind(*time),
        FieldValue::Number(number) => query.push_bind(*number),
        FieldValue::Flag(flag) => query.push_bind(*flag),
        FieldValue::Id(id) => query.push_bind(*id),
    };
}

/// All words of a closed list but these: what a field has that is none of them. No index serves "is not".
fn rest(kind: FieldKind, without: &[FieldValue]) -> Option<Vec<FieldValue>> {
    let FieldKind::Word(words) = kind else { return None };
    let words = words.iter().map(|word| FieldValue::Text((*word).to_owned()));
    Some(words.filter(|word| !without.contains(word)).collect())
}

fn among(
    query: &mut QueryBuilder<Postgres>,
    expression: Expression,
    kind: FieldKind,
    operator: &str,
    values: &[FieldValue],
) {
    if values.is_empty() {
        // A list without values has no type; so this is said without one.
        query.push("false");
        return;
    }
    query.push(expression.sql).push(operator).push("ARRAY[");
    for (at, value) in values.iter().enumerate() {
        query.push(if at == 0 { "" } else { ", " });
        bind_compared(query, expression, kind, value);
    }
    query.push("])");
}

#[cfg(test)]
mod tests;
