use kairo_domain::{Field, Fields, Page};
use kairo_ports::StoreError;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection};

use super::count::{nothing, total};
use super::{Listing, Request};
use crate::unit_of_work::Statements;

/// Reads one page of a list, and its total if that is asked for. The statement begins with `select`, and every row is
/// turned into an item by `read`.
pub(crate) async fn page<F, Row, Item>(
    (statements, connection): (&mut Statements, &mut PgConnection),
    listing: &Listing<F>,
    select: &'static str,
    request: Request<'_, F>,
    read: impl Fn(Row) -> Result<Item, StoreError>,
) -> Result<Page<Item>, StoreError>
where
    F: Field,
    Row: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    Item: Fields<F>,
{
    let parts = (&mut *statements, &mut *connection);
    let total = total(parts, request.page.count, |query| listing.among(query, request.filter)).await?;
    let mut query = listing.of_page(select, request)?;
    let rows: Vec<Row> = statements.run(query.build_query_as().fetch_all(connection)).await?;
    let items = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_scan(request.page, items, |item| request.sort.position(item)).with_total(total))
}

/// The page of a list that is empty whatever is stored.
pub(crate) fn empty<F: Field, Item: Fields<F>>(request: Request<'_, F>) -> Page<Item> {
    let page = Page::from_scan(request.page, Vec::new(), |item| request.sort.position(item));
    page.with_total(nothing(request.page.count))
}
