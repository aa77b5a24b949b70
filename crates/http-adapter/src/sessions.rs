mod dto;

use actix_web::{HttpRequest, HttpResponse};
use kairo_domain::{Actor, Session, SessionId};

use crate::Api;
use crate::answer::send;
use crate::caller::{self, Caller};
use crate::cookies;
use crate::list::{self, ListView};
use crate::me::own_id;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::NoQuery;

pub(crate) use dto::SessionView;

/// List the own sessions
///
/// The devices that are signed in, the latest first, all on one page.
#[utoipa::path(
    get, path = "/me/sessions", operation_id = "listMySessions", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The sessions.", body = ListView<SessionView>, headers(
            ("ETag" = String, description = "A digest of the list."),
        )),
        (status = 404, description = "`not_found`: an API key sees no sessions."),
    )
)]
pub(crate) async fn list(api: Api, Caller(actor): Caller, _: NoQuery) -> Result<HttpResponse, Problem> {
    let user = own_id(&actor)?;
    let sessions = api.run(move |studio| async move { studio.sessions().list(&actor, user).await }).await?;
    let rows = sessions.iter().map(|session| SessionView::of(session, &actor));
    Ok(send(list::respond_whole(rows)))
}

/// End one of the own sessions
///
/// Its access tokens hold nowhere within a second. A browser that ends its own session forgets its cookies.
#[utoipa::path(
    delete, path = "/me/sessions/{id}", operation_id = "endMySession", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The session's id.")),
    responses((status = 204, description = "The session has ended.", headers(
        ("Set-Cookie" = String, description = "Empty cookies; for a browser whose own session it was."),
    )))
)]
pub(crate) async fn end(
    api: Api,
    request: HttpRequest,
    Caller(actor): Caller,
    PathId(session): PathId<Session>,
) -> Result<HttpResponse, Problem> {
    let user = own_id(&actor)?;
    api.run(move |studio| async move { studio.sessions().end(&actor, user, session).await }).await?;
    ended(&api, &request, &actor, session)
}

/// The answer to whoever has ended a session.
pub(crate) fn ended(
    api: &Api,
    request: &HttpRequest,
    actor: &Actor,
    session: SessionId,
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::NoContent().finish();
    if actor.session() == Some(session) && caller::is_browser(api, request)? {
        cookies::clear(api, request, &mut response)?;
    }
    Ok(response)
}
