use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpRequest};
use kairo_domain::{Seen, Version};
use kairo_use_cases::Code;
use sha2::{Digest, Sha256};

use crate::problem::{Fault, Problem};

/// The tag of a representation: its version, and what its bytes are.
pub(crate) fn of_version(version: Version, body: &[u8]) -> String {
    format!("\"{version}.{}\"", digest(body))
}

/// The tag of what has no version, such as a list.
pub(crate) fn of_bytes(body: &[u8]) -> String {
    format!("\"{}\"", digest(body))
}

fn digest(body: &[u8]) -> String {
    hex::encode(&Sha256::digest(body)[..8])
}

/// The tag of the same bytes in a content coding: other bytes need another strong tag.
pub(crate) fn with_coding(tag: &str, coding: &str) -> Option<String> {
    tag.strip_suffix('"').map(|start| format!("{start}+{coding}\""))
}

/// A list of entity tags, as in `If-Match` and `If-None-Match`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tags {
    /// `*`
    Any,
    Listed(Vec<Tag>),
}

/// An entity tag as a caller gives it back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) weak: bool,
    /// Without quotes.
    pub(crate) opaque: String,
}

impl Tags {
    /// The tags of a header; `Err` when it is there and unreadable.
    pub(crate) fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, ()> {
        let lines: Result<Vec<_>, _> = headers.get_all(name).map(|value| value.to_str()).collect();
        match lines.map_err(|_| ())?.as_slice() {
            [] => Ok(None),
            lines => Self::parse(&lines.join(",")).map(Some).ok_or(()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let mut rest = text.trim_start_matches(separates);
        let mut tags = Vec::new();
        while !rest.is_empty() {
            let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
            let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
            tags.push(Tag { weak, opaque: opaque.to_owned() });
            let trimmed = after.trim_start_matches(separates);
            if trimmed.len() == after.len() && !after.is_empty() {
                return None;
            }
            rest = trimmed;
        }
        (!tags.is_empty()).then_some(Self::Listed(tags))
    }
}

fn separates(c: char) -> bool {
    matches!(c, ',' | ' ' | '\t')
}

impl Tag {
    /// Without the coding that [`with_coding`] added.
    pub(crate) fn base(&self) -> &str {
        self.opaque.split_once('+').map_or(&self.opaque, |(base, _)| base)
    }

    /// The version it carries. A weak tag carries none: `If-Match` compares strongly (RFC 9110, 13.1.1).
    fn version(&self) -> Option<Version> {
        let number = self.base().split('.').next().filter(|_| !self.weak)?;
        number.parse().ok().map(Version::from_number)
    }
}

/// What the caller says to have seen, in `If-Match`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IfMatch(Option<Seen>);

impl IfMatch {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let tags = Tags::of(headers, &header::IF_MATCH).map_err(|()| {
            let fault =
                Fault::of_header("If-Match", "not_entity_tags", "must be `*` or entity tags in quotes");
            Problem::malformed("`If-Match` cannot be read", vec![fault])
        })?;
        Ok(Self(tags.map(|tags| match tags {
            Tags::Any => Seen::Anything,
            Tags::Listed(tags) => Seen::OneOf(tags.iter().filter_map(Tag::version).collect()),
        })))
    }

    /// For writes that may go without.
    pub(crate) fn optional(self) -> Seen {
        self.0.unwrap_or_default()
    }

    /// For writes that must say what they were made from.
    fn required(self) -> Result<Seen, Problem> {
        self.0.ok_or_else(|| {
            Problem::new(Code::VersionRequired, "send the `ETag` of what you read as `If-Match`")
        })
    }
}

/// What the caller says to have seen, in an `If-Match` that must be there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequiredMatch(pub(crate) Seen);

impl FromRequest for RequiredMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(IfMatch::of(request.headers()).and_then(IfMatch::required).map(Self))
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request.headers()))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn if_match(value: &str) -> Result<IfMatch, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_str(value).unwrap());
        IfMatch::of(&headers).map_err(|problem| problem.code())
    }

    fn seen(numbers: &[u32]) -> IfMatch {
        IfMatch(Some(Seen::OneOf(numbers.iter().copied().map(Version::from_number).collect())))
    }

    #[test]
    fn the_version_of_a_tag_counts() {
        assert_eq!(if_match("\"3.9f2c\""), Ok(seen(&[3])));
        assert_eq!(if_match("\"3.9f2c+gzip\", \"4\""), Ok(seen(&[3, 4])));
        assert_eq!(if_match("*"), Ok(IfMatch(Some(Seen::Anything))));
    }

    #[test]
    fn what_is_not_ours_matches_nothing() {
        assert_eq!(if_match("\"abc\""), Ok(seen(&[])));
        assert_eq!(if_match("W/\"3.9f2c\""), Ok(seen(&[])));
    }

    #[test]
    fn what_is_no_list_of_tags_is_malformed() {
        for text in ["3", "\"3", "\"3\" \"4\"x", "\"3\"\"4\"", ","] {
            assert_eq!(if_match(text), Err(Code::Malformed), "{text}");
        }
    }

    #[test]
    fn a_version_can_be_required() {
        assert_eq!(IfMatch(None).required().unwrap_err().code(), Code::VersionRequired);
        assert_eq!(seen(&[3]).required().unwrap(), Seen::OneOf(vec![Version::from_number(3)]));
        assert_eq!(IfMatch(None).optional(), Seen::Anything);
    }

    #[test]
    fn other_bytes_have_another_tag() {
        let version = Version::from_number(3);
        assert_ne!(of_version(version, b"a"), of_version(version, b"b"));
        assert_eq!(with_coding("\"3.ab\"", "br").as_deref(), Some("\"3.ab+br\""));
    }
}
