mod document;
mod flow_fault;
mod row;

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use chrono::TimeDelta;
use kairo_domain::Version;
use kairo_use_cases::{Code, Error, FieldIssue};

use crate::request_id::RequestId;

pub(crate) use document::{Document, Fault, escaped};
pub(crate) use flow_fault::FlowFault;
pub(crate) use row::Row;
pub use row::render_errors;

/// A refusal on its way to the caller; every error answer is made of one.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    code: Code,
    detail: String,
    faults: Vec<Fault>,
    /// What is wrong with a flow.
    flow_faults: Vec<FlowFault>,
    transition: Option<Transition>,
    current: Option<Version>,
    /// In seconds; where it is absent, the row of the code says it.
    retry_after: Option<u64>,
    request: Option<RequestId>,
}

/// What a state machine refused.
#[derive(Clone, Debug)]
struct Transition {
    from: &'static str,
    to: &'static str,
    allowed: Vec<&'static str>,
}

impl Problem {
    /// A refusal with its reason, in a sentence that is safe to show.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            detail: detail.into(),
            faults: Vec::new(),
            flow_faults: Vec::new(),
            transition: None,
            current: None,
            retry_after: None,
            request: None,
        }))
    }

    /// The request cannot be read, for these reasons.
    pub(crate) fn malformed(detail: impl Into<String>, faults: Vec<Fault>) -> Self {
        Self::new(Code::Malformed, detail).with_faults(faults)
    }

    /// Values of the request are refused, for these reasons.
    pub(crate) fn invalid(faults: Vec<Fault>) -> Self {
        Self::new(Code::Invalid, "some values are not acceptable").with_faults(faults)
    }

    /// More requests than allowed; the next one is in so many seconds.
    pub(crate) fn rate_limited(seconds: u64) -> Self {
        let mut problem = Self::new(Code::RateLimited, format!("too many requests: wait {seconds} seconds"));
        problem.0.retry_after = Some(seconds);
        problem
    }

    fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.0.faults = faults;
        self
    }

    /// Something failed that the caller can do nothing about.
    pub(crate) fn broken() -> Self {
        Self::new(Code::Broken, "something failed on our side")
    }

    /// What an answer without a document of ours says: that of a library, or an empty one.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match Row::code_of(status) {
            Code::Malformed => Self::malformed("the request cannot be served as it was sent", Vec::new()),
            code => Self::new(code, Row::of(code).when),
        }
    }

    /// Names the request, so that the caller can quote it.
    pub(crate) fn for_request(mut self, request: RequestId) -> Self {
        self.0.request = Some(request);
        self
    }

    pub(crate) const fn code(&self) -> Code {
        self.0.code
    }

    #[cfg(test)]
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    fn document(&self) -> Document<'_> {
        let row = Row::of(self.0.code);
        let request = self.0.request.as_ref().map(RequestId::as_str);
        Document {
            r#type: format!("urn:kairo:error:{}", self.0.code),
            title: row.title,
            status: row.status,
            detail: &self.0.detail,
            instance: request.map(|id| format!("urn:kairo:request:{id}")),
            code: self.0.code.as_str(),
            request_id: request,
            errors: &self.0.faults,
            faults: &self.0.flow_faults,
            from: self.0.transition.as_ref().map(|transition| transition.from),
            to: self.0.transition.as_ref().map(|transition| transition.to),
            allowed: self.0.transition.as_ref().map(|transition| transition.allowed.as_slice()),
            current: self.0.current.map(Version::number),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        Row::of(self.0.code).status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("application/problem+json");
        response.insert_header((header::CACHE_CONTROL, "private, no-store"));
        let usual = Row::of(self.0.code).retry_after.map(u64::from);
        if let Some(seconds) = self.0.retry_after.or(usual) {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        // RFC 9110, 15.5.2: a 401 names a scheme, whatever was wrong.
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        if let Some(request) = &self.0.request {
            response.insert_header((RequestId::HEADER, request.as_str()));
        }
        if matches!(self.0.code, Code::Timeout) {
            response.force_close();
        }
        response.body(serde_json::to_vec(&self.document()).unwrap_or_default())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let mut problem = Self::new(error.code(), error.to_string());
        match error {
            Error::Invalid(issues) => problem.0.faults = issues.into_iter().map(Fault::from).collect(),
            Error::IllegalTransition { from, to, allowed, .. } => {
                problem.0.transition = Some(Transition { from, to, allowed });
            }
            Error::FlowNotRunnable(faults) => {
                problem.0.flow_faults = faults.iter().map(FlowFault::from).collect();
            }
            Error::Stale { current } => problem.0.current = current,
            Error::Taken { what } => problem.0.faults = vec![Fault::taken(what)],
            Error::RateLimited { retry_after } => problem.0.retry_after = Some(seconds(retry_after)),
            Error::Unauthenticated(_)
            | Error::SecondFactorRequired
            | Error::TokenInvalid
            | Error::LastAdmin
            | Error::Forbidden(_)
            | Error::NotFound { .. }
            | Error::TooLarge { .. }
            | Error::NotActive { .. }
            | Error::StillOpen
            | Error::KeyReused
            | Error::InProgress
            | Error::Busy(_)
            | Error::Broken(_) => {}
        }
        problem
    }
}

/// A time to wait in whole seconds, rounded up, and one at least.
fn seconds(wait: TimeDelta) -> u64 {
    let begun = i64::from(wait.subsec_nanos() > 0);
    u64::try_from(wait.num_seconds() + begun).unwrap_or_default().max(1)
}

impl From<FieldIssue> for Fault {
    fn from(issue: FieldIssue) -> Self {
        Self::new(issue.pointer, issue.code, issue.message)
    }
}

#[cfg(test)]
mod tests;
