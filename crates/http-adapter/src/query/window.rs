use kairo_domain::{Limit, Window};

use crate::cursor::Cursors;
use crate::problem::Fault;

/// Pages by number end here: finding the n-th row costs the database all rows before it.
const LAST_ROW: u32 = 10_000;

/// The parameters that say which part of a list is meant.
pub(super) struct WindowParameters<'a> {
    limit: Option<&'a str>,
    after: Option<&'a str>,
    before: Option<&'a str>,
    page: Option<&'a str>,
}

impl<'a> WindowParameters<'a> {
    pub(super) fn of(pairs: &'a [(String, String)]) -> Self {
        let given = |name| pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
        Self { limit: given("limit"), after: given("after"), before: given("before"), page: given("page") }
    }

    pub(super) fn read(&self, cursors: &Cursors, faults: &mut Vec<Fault>) -> (Limit, Window) {
        let limit = self.limit.map_or(Ok(Limit::default()), parse_limit);
        let limit = limit.unwrap_or_else(|fault| {
            faults.push(fault);
            Limit::default()
        });
        let window = self.window(limit, cursors).unwrap_or_else(|fault| {
            faults.push(fault);
            Window::First
        });
        (limit, window)
    }

    fn window(&self, limit: Limit, cursors: &Cursors) -> Result<Window, Fault> {
        let cursor = |name, text: &str| {
            let message = "is no cursor of this list: start again without it";
            cursors.open(text).ok_or_else(|| Fault::of_parameter(name, "not_a_cursor", message))
        };
        match (self.after, self.before, self.page) {
            (None, None, None) => Ok(Window::First),
            (Some(text), None, None) => cursor("after", text).map(Window::After),
            (None, Some(text), None) => cursor("before", text).map(Window::Before),
            (None, None, Some(text)) => parse_page(text, limit),
            (after, before, _) => {
                let name = if after.is_some() && before.is_some() { "before" } else { "page" };
                let message = "only one of after, before and page can be given";
                Err(Fault::of_parameter(name, "conflict", message))
            }
        }
    }
}

fn parse_limit(text: &str) -> Result<Limit, Fault> {
    let limit = text.parse().ok().and_then(Limit::new);
    let message = || format!("must be a number from 1 to {}", Limit::MAX);
    limit.ok_or_else(|| Fault::of_parameter("limit", "out_of_range", message()))
}

fn parse_page(text: &str, limit: Limit) -> Result<Window, Fault> {
    let rows = u32::from(limit.rows());
    let last = LAST_ROW / rows;
    let page = text.parse::<u32>().ok().filter(|page| (1..=last).contains(page));
    let message = || format!("must be a number from 1 to {last} at this limit; use `after` to go further");
    // No more than LAST_ROW, since the page is no more than the last.
    let start = page.map(|page| (page - 1) * rows);
    start.map(Window::Offset).ok_or_else(|| Fault::of_parameter("page", "out_of_range", message()))
}
