use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use kairo_domain::{Entity, Id};
use kairo_use_cases::Code;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use crate::problem::Problem;

/// The `{id}` of the path. A text that is no hyphenated UUID names nothing.
pub(crate) struct PathId<E>(pub(crate) Id<E>);

/// The `{id}` of the path, and the id of what belongs to it, whatever the path calls that.
pub(crate) struct PathIds<E, Part>(pub(crate) Id<E>, pub(crate) Id<Part>);

/// The id of the path, and the part of it that is a name or a number of the owner's choice.
pub(crate) struct PathPart<E, Part>(pub(crate) Id<E>, pub(crate) Part);

/// Where the request was sent, as the caller knows it: below whatever the API is mounted under.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    pub(crate) path: String,
    /// As given, without the `?`.
    pub(crate) query: String,
}

impl<E: Entity> FromRequest for PathId<E> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(id_in(request, "id").map(Self))
    }
}

impl<E: Entity, Part: Entity> FromRequest for PathIds<E, Part> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let part = request.match_info().iter().map(|(name, _)| name).find(|name| *name != "id");
        let part = id_in(request, part.unwrap_or_default());
        ready(id_in(request, "id").and_then(|id| part.map(|part| Self(id, part))))
    }
}

impl<E: Entity, Part: FromStr + 'static> FromRequest for PathPart<E, Part> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let nothing = || Problem::new(Code::NotFound, "there is nothing at this path");
        let part = request.match_info().iter().find(|(name, _)| *name != "id");
        let part = part.and_then(|(_, text)| decoded(text).parse().ok()).ok_or_else(nothing);
        ready(id_in(request, "id").and_then(|id| part.map(|part| Self(id, part))))
    }
}

fn id_in<E: Entity>(request: &HttpRequest, name: &str) -> Result<Id<E>, Problem> {
    let nothing = || Problem::new(Code::NotFound, format!("there is no such {}", E::NAME));
    request.match_info().get(name).and_then(parse_id).map(Id::from_uuid).ok_or_else(nothing)
}

/// Reads an id as answers write it, in either case. Other spellings of a UUID would be other addresses of one thing.
pub(crate) fn parse_id(text: &str) -> Option<Uuid> {
    let is_hyphenated = text.len() == Hyphenated::LENGTH;
    Uuid::try_parse(text).ok().filter(|_| is_hyphenated)
}

/// A part of a path without the last of its escapes: actix leaves those that could change what the path says.
fn decoded(part: &str) -> String {
    let escapes = [("%2F", "/"), ("%2f", "/"), ("%2B", "+"), ("%2b", "+"), ("%25", "%")];
    escapes.into_iter().fold(part.to_owned(), |part, (escape, plain)| part.replace(escape, plain))
}

/// A part of a path as answers write it: an id in lower case, anything else as it came.
pub(crate) fn canonical(part: &str) -> String {
    parse_id(part).map_or_else(|| part.to_owned(), |id| id.to_string())
}

impl FromRequest for Here {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Here {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self { path: request.path().to_owned(), query: request.query_string().to_owned() }
    }

    /// The path of a member of the collection that this is.
    pub(crate) fn member<E>(&self, id: Id<E>) -> String {
        format!("{}/{id}", self.path)
    }
}
