use kairo_domain::{Limit, Page, Total};
use kairo_use_cases::Answer;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer;
use crate::path::Here;
use crate::query::ListShape;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    /// The rows, in the order asked for.
    data: Vec<T>,
    page: PageView,
}

/// Where the page stands in its list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageView {
    /// The most rows of this page.
    limit: u16,
    /// Give it as `after` for the next page; null on the last one.
    #[schema(required = true)]
    next_cursor: Option<String>,
    /// Give it as `before` for the page before; null on the first one.
    #[schema(required = true)]
    prev_cursor: Option<String>,
    /// How many rows there are in all; with `count` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    total: Option<u64>,
    /// Whether `total` is exact; with `count` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    total_is_exact: Option<bool>,
}

/// Answers with a page: views of its rows, cursors, and links that keep the other parameters.
pub(crate) fn respond<T, V: Serialize>(
    here: &Here,
    shape: &ListShape,
    page: &Page<T>,
    view: impl FnMut(&T) -> V,
) -> Answer {
    let (next, previous) = (page.next.as_ref(), page.previous.as_ref());
    let next = next.map(|position| shape.cursors.seal(position));
    let previous = previous.map(|position| shape.cursors.seal(position));
    let link = |cursor: &Option<String>, parameter, relation| {
        let cursor = cursor.as_ref()?;
        Some(format!("<{}>; rel=\"{relation}\"", target(here, parameter, cursor)))
    };
    let links = [link(&next, "after", "next"), link(&previous, "before", "prev")];
    let links: Vec<_> = links.into_iter().flatten().collect();
    let Total { rows, exact } = page.total.unwrap_or(Total { rows: 0, exact: false });
    let counted = page.total.is_some();
    let page_view = PageView {
        limit: shape.limit,
        next_cursor: next,
        prev_cursor: previous,
        total: counted.then_some(rows),
        total_is_exact: counted.then_some(exact),
    };
    let rows = page.items.iter().map(view);
    match &shape.properties {
        None => answer::list(&links, &ListView { data: rows.collect(), page: page_view }),
        Some(names) => {
            let data = rows.map(|row| only(names, &row)).collect();
            answer::list(&links, &ListView::<Value> { data, page: page_view })
        }
    }
}

/// Answers with a list that is short enough to be one page.
pub(crate) fn respond_whole<V: Serialize>(rows: impl Iterator<Item = V>) -> Answer {
    let data: Vec<_> = rows.collect();
    let limit = u16::try_from(data.len()).unwrap_or(u16::MAX).max(Limit::MAX);
    let page = PageView { limit, next_cursor: None, prev_cursor: None, total: None, total_is_exact: None };
    answer::list(&[], &ListView { data, page })
}

/// The same list at another place. Pages by number go on by cursor.
fn target(here: &Here, parameter: &str, cursor: &str) -> String {
    let is_kept = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && !["after", "before", "page"].contains(&name)
    };
    let kept = here.query.split('&').filter(is_kept).map(|pair| format!("{pair}&")).collect::<String>();
    format!("{}?{kept}{parameter}={cursor}", here.path)
}

fn only(names: &[&'static str], row: &impl Serialize) -> Value {
    let Ok(Value::Object(mut whole)) = serde_json::to_value(row) else { return Value::Null };
    let kept = names.iter().filter_map(|name| Some(((*name).to_owned(), whole.remove(*name)?)));
    Value::Object(kept.collect::<Map<_, _>>())
}
