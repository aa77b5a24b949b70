use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use kairo_domain::Redacted;

/// A request to somebody else's server.
#[derive(Clone, PartialEq, Eq)]
pub struct EgressRequest {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Where to: http or https, without a user or a password.
    pub url: Redacted<String>,
    /// What is said besides; every value counts as a secret.
    pub headers: Vec<(String, Redacted<String>)>,
    /// What is sent, if anything.
    pub body: Option<Bytes>,
    /// For how long all of it may take: redirects, and reading the answer, included.
    pub timeout: TimeDelta,
    /// How long the body of the answer may be.
    pub max_response_bytes: usize,
}

/// What the server answered, whatever the status.
#[derive(Clone, PartialEq, Eq)]
pub struct EgressResponse {
    /// The status of the last answer: redirects are followed.
    pub status: u16,
    /// What the server said besides, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came, not decompressed.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The request was not sent, or a redirect not followed, and never will be.
    #[error("the request was refused: {why}")]
    Refused {
        /// Which rule it broke; names no address, no URL and no header value.
        why: String,
    },
    /// The answer is longer than the request allows.
    #[error("the answer is longer than {max} bytes")]
    TooLarge {
        /// How long it might have been.
        max: usize,
    },
    /// There was no whole answer in time.
    #[error("the answer did not come in time")]
    TimedOut,
    /// It may go through later.
    #[error("the request could not be sent now")]
    Transient(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It never will.
    #[error("the request cannot be sent")]
    Permanent(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Sends requests to other people's servers, and to nobody's inside.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Egress: Send + Sync {
    /// Sends a request and reads the whole answer. An answer with a status of 400 or more is an answer.
    ///
    /// # Errors
    /// [`EgressError`], of which some are [worth another try](EgressError::is_retryable). The request may have reached
    /// the server all the same.
    async fn send(&self, request: &EgressRequest) -> Result<EgressResponse, EgressError>;
}

impl EgressResponse {
    /// The first value of a header, by its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl EgressError {
    /// Whether the same request may go through at another time.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::TimedOut | Self::Transient(_) => true,
            Self::Refused { .. } | Self::TooLarge { .. } | Self::Permanent(_) => false,
        }
    }
}

impl fmt::Debug for EgressRequest {
    /// Bodies carry what the values of headers do: only their length is printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers.len())
            .field("body", &self.body.as_ref().map(Bytes::len))
            .field("timeout", &self.timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .finish()
    }
}

impl fmt::Debug for EgressResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressResponse")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_urls_nor_headers_nor_bodies_are_printed() {
        let request = EgressRequest {
            method: "POST".to_owned(),
            url: Redacted::new("https://example.com/s3cret".to_owned()),
            headers: vec![("authorization".to_owned(), Redacted::new("s3cret".to_owned()))],
            body: Some(Bytes::from_static(b"s3cret")),
            timeout: TimeDelta::seconds(1),
            max_response_bytes: 1,
        };
        let response = EgressResponse {
            status: 200,
            headers: vec![("set-cookie".to_owned(), "s3cret".to_owned())],
            body: Bytes::from_static(b"s3cret"),
        };
        let printed = format!("{request:?} {response:?}");
        assert!(!printed.contains("s3cret"), "{printed}");
        assert!(printed.contains("POST") && printed.contains("200"), "{printed}");
    }

    #[test]
    fn a_header_is_found_in_any_case() {
        let headers = vec![("retry-after".to_owned(), "7".to_owned())];
        let response = EgressResponse { status: 503, headers, body: Bytes::new() };
        assert_eq!(response.header("Retry-After"), Some("7"));
        assert_eq!(response.header("Date"), None);
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again() {
        assert!(EgressError::TimedOut.is_retryable());
        assert!(EgressError::Transient("reset".into()).is_retryable());
        assert!(!EgressError::Refused { why: "no".to_owned() }.is_retryable());
        assert!(!EgressError::TooLarge { max: 1 }.is_retryable());
        assert!(!EgressError::Permanent("certificate".into()).is_retryable());
    }
}
