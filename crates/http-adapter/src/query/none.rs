use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::pairs;
use crate::problem::{Fault, Problem};

/// The query string of what takes no parameters: one that is there all the same is refused, never ignored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoQuery;

impl FromRequest for NoQuery {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()))
    }
}

impl NoQuery {
    fn parse(query: &str) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        for (name, _) in pairs(query, &mut faults) {
            let message = "is no parameter: there are none here";
            faults.push(Fault::of_parameter(&name, "unknown_parameter", message));
        }
        if faults.is_empty() {
            return Ok(Self);
        }
        faults.sort();
        Err(Problem::malformed("the query string cannot be used: see `errors`", faults))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_named() {
        let faults = NoQuery::parse("limit=3&x%2Fy").unwrap_err().faults().to_vec();
        let faults: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(faults, [("/query/limit", "unknown_parameter"), ("/query/x~1y", "unknown_parameter")]);
    }

    #[test]
    fn a_lone_question_mark_says_nothing() {
        assert_eq!((NoQuery::parse("").unwrap(), NoQuery::parse("&").unwrap()), (NoQuery, NoQuery));
    }
}
