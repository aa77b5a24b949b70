mod dto;

use std::sync::Arc;

use actix_web::HttpResponse;
use kairo_domain::{Lead, LeadNote};

use crate::Api;
use crate::answer::{created_nameless, send, send_outcome};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::idempotency::Repeatable;
use crate::list::{self, ListView};
use crate::path::{Here, PathId};
use crate::problem::Problem;
use crate::query::ListQuery;

use dto::NoteBody;
pub(crate) use dto::{EntryView, NoteView};

/// Write a note about a lead
///
/// For staff. It is never edited, and leaves the lead's version alone. With an `Idempotency-Key`, a repeat of the
/// request makes no second note.
#[utoipa::path(
    post, path = "/leads/{id}/notes", operation_id = "noteLead", tag = "leads",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The lead's id."), Repeatable),
    request_body(content = NoteBody, content_type = "application/json"),
    responses((status = 201, description = "The note was taken.", body = NoteView, headers(
        ("ETag" = String, description = "A digest."),
    )))
)]
pub(crate) async fn note(
    api: Api,
    Caller(actor): Caller,
    PathId(lead): PathId<Lead>,
    repeatable: Repeatable,
    body: JsonBody<NoteBody>,
) -> Result<HttpResponse, Problem> {
    let render = Arc::new(|note: &LeadNote| created_nameless(&NoteView::from(note)));
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.into_order(lead);
    let outcome =
        api.run(move |studio| async move { studio.leads().note(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |note| render(note)))
}

/// List the notes about a lead
///
/// The latest first unless told. For staff.
#[utoipa::path(
    get, path = "/leads/{id}/notes", operation_id = "listLeadNotes", tag = "leads",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The lead's id."), ListQuery<NoteView>),
    responses((status = 200, description = "A page of notes.", body = ListView<NoteView>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list_notes(
    api: Api,
    Caller(actor): Caller,
    PathId(lead): PathId<Lead>,
    here: Here,
    query: ListQuery<NoteView>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.leads().notes(&actor, lead, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |note| NoteView::from(note))))
}

/// List what happened to a lead
///
/// The latest first unless told: that it came in, its steps along the state machine, edits, and the notes about it. For
/// staff.
#[utoipa::path(
    get, path = "/leads/{id}/timeline", operation_id = "listLeadTimeline", tag = "leads",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The lead's id."), ListQuery<EntryView>),
    responses((status = 200, description = "A page of the timeline.", body = ListView<EntryView>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    PathId(lead): PathId<Lead>,
    here: Here,
    query: ListQuery<EntryView>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page =
        api.run(move |studio| async move { studio.leads().timeline(&actor, lead, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |entry| EntryView::from(entry))))
}
