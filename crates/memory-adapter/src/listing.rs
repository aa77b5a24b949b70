use kairo_domain::{
    Count, Direction, Field, Fields, Filter, Page, PageRequest, Position, Scan, Sort, Total, Window,
};

/// One page of the rows that pass the filter.
pub(crate) fn page_of<'a, F: Field, R: Fields<F> + Clone + 'a>(
    rows: impl Iterator<Item = &'a R>,
    filter: &Filter<F>,
    sort: &Sort<F>,
    page: &PageRequest,
) -> Page<R> {
    let mut rows: Vec<(Position, &R)> =
        rows.filter(|row| filter.accepts(*row)).map(|row| (sort.position(row), row)).collect();
    rows.sort_by(|(a, _), (b, _)| sort.compare(a, b));
    let total = total(page.count, rows.len());

    let scan = Scan::of(page);
    if scan.direction == Direction::Descending {
        rows.reverse();
    }
    let skipped = match page.window {
        Window::Offset(rows) => usize::try_from(rows).unwrap_or(usize::MAX),
        Window::First | Window::After(_) | Window::Before(_) => 0,
    };
    let met = rows
        .into_iter()
        .filter(|(position, _)| match &page.window {
            Window::After(start) => sort.compare(position, start).is_gt(),
            Window::Before(end) => sort.compare(position, end).is_lt(),
            Window::First | Window::Offset(_) => true,
        })
        .skip(skipped)
        .take(usize::try_from(scan.fetch).unwrap_or(usize::MAX))
        .map(|(_, row)| row.clone())
        .collect();
    Page::from_scan(page, met, |row| sort.position(row)).with_total(total)
}

fn total(count: Count, rows: usize) -> Option<Total> {
    let rows = rows as u64;
    match count {
        Count::None => None,
        Count::Estimated => Some(Total { rows, exact: false }),
        Count::Exact => Some(Total { rows, exact: true }),
    }
}
