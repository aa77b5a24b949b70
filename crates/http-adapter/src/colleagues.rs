mod dto;

use actix_web::HttpResponse;

use crate::Api;
use crate::answer::send;
use crate::caller::Caller;
use crate::list::{self, ListView};
use crate::problem::Problem;
use crate::query::NoQuery;

pub(crate) use dto::ColleagueView;

/// List colleagues
///
/// The people whom the caller may know by name, in the order of their names, at most 200: everybody for staff, the own
/// company for clients.
#[utoipa::path(
    get, path = "/colleagues", operation_id = "listColleagues", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, description = "The colleagues.", body = ListView<ColleagueView>, headers(
        ("ETag" = String, description = "A digest of the list."),
    )))
)]
pub(crate) async fn list(api: Api, Caller(actor): Caller, _: NoQuery) -> Result<HttpResponse, Problem> {
    let colleagues = api.run(move |studio| async move { studio.users().colleagues(&actor).await }).await?;
    Ok(send(list::respond_whole(colleagues.iter().map(ColleagueView::from))))
}
