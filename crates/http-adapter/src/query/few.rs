use std::future::{Ready, ready};
use std::ops::RangeInclusive;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::pairs;
use crate::problem::{Fault, Problem};

/// The query string of an operation with a few parameters of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Few<P>(pub(crate) P);

/// A few parameters.
pub(crate) trait Parameters: Sized + 'static {
    /// Reads them. What is not read here is not known, and refused.
    fn read(given: &mut Given) -> Self;
}

/// The parameters that were given, while they are read.
pub(crate) struct Given {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    faults: Vec<Fault>,
}

impl<P: Parameters> FromRequest for Few<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()))
    }
}

impl<P: Parameters> Few<P> {
    fn parse(query: &str) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        let pairs = pairs(query, &mut faults);
        let mut given = Given { pairs, known: Vec::new(), faults };
        let parameters = P::read(&mut given);
        let Given { pairs, known, mut faults } = given;
        for (name, _) in pairs.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let message = format!("is no parameter; the parameters are {}", known.join(", "));
            faults.push(Fault::of_parameter(name, "unknown_parameter", message));
        }
        if faults.is_empty() {
            return Ok(Self(parameters));
        }
        faults.sort();
        Err(Problem::malformed("the query string cannot be used: see `errors`", faults))
    }
}

impl Given {
    /// A whole number within bounds, if it is given.
    pub(crate) fn number(&mut self, name: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let message = format!("must be a number from {} to {}", bounds.start(), bounds.end());
        self.parsed(
            name,
            |text| text.parse().ok().filter(|number| bounds.contains(number)),
            ("out_of_range", &message),
        )
    }

    /// A value of another kind, if it is given; with what to say of one that is none.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
        (code, message): (&'static str, &str),
    ) -> Option<T> {
        self.known.push(name);
        let (_, text) = self.pairs.iter().find(|(given, _)| given == name)?;
        let parsed = parse(text);
        if parsed.is_none() {
            self.faults.push(Fault::of_parameter(name, code, message));
        }
        parsed
    }

    /// A whole number within bounds that must be given.
    pub(crate) fn required(&mut self, name: &'static str, bounds: RangeInclusive<u32>) -> u32 {
        if self.pairs.iter().all(|(given, _)| given != name) {
            self.known.push(name);
            self.faults.push(Fault::of_parameter(name, "required", "must be given"));
            return 0;
        }
        self.number(name, bounds).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    struct Pair(u32, Option<u32>);

    impl Parameters for Pair {
        fn read(given: &mut Given) -> Self {
            Self(given.required("from", 1..=9), given.number("limit", 1..=200))
        }
    }

    #[test]
    fn every_fault_is_named() {
        assert_eq!(Few::parse("from=3").unwrap(), Few(Pair(3, None)));
        assert_eq!(Few::parse("limit=200&from=3").unwrap(), Few(Pair(3, Some(200))));
        let faults = Few::<Pair>::parse("limit=0&x=1").unwrap_err().faults().to_vec();
        let faults: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        let expected = [
            ("/query/from", "required"),
            ("/query/limit", "out_of_range"),
            ("/query/x", "unknown_parameter"),
        ];
        assert_eq!(faults, expected);
        assert!(Few::<Pair>::parse("from=x").is_err() && Few::<Pair>::parse("from=1&from=2").is_err());
    }
}
