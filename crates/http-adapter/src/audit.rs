mod dto;

use actix_web::HttpResponse;

use crate::Api;
use crate::answer::send;
use crate::caller::Caller;
use crate::list::{self, ListView};
use crate::path::Here;
use crate::problem::Problem;
use crate::query::ListQuery;

pub(crate) use dto::{ActorWord, EntryView};

/// List what happened
///
/// The lines of the audit log, the latest first unless told: all of them for administrators, what they did themselves
/// for everybody else. Refused acts are among them.
#[utoipa::path(
    get, path = "/audit", operation_id = "listAudit", tag = "audit", security(("bearer" = []), ("cookie" = [])),
    params(ListQuery<EntryView>),
    responses((status = 200, description = "A page of the audit log.", body = ListView<EntryView>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    query: ListQuery<EntryView>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.audit().list(&actor, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |entry| EntryView::from(entry))))
}
