use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::HeaderMap;

/// What names a request in answers and logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(String);

/// The ids of this process start with random bits, so that two nodes or two starts never share one.
static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
static COUNT: AtomicU64 = AtomicU64::new(1);

impl RequestId {
    pub(crate) const HEADER: &'static str = "x-request-id";
    const MAX: usize = 128;
    /// How the journal names a run as the origin of what it did. Whoever could name a request like that could make events
    /// look as if runs had caused one another, and keep automations from being fired by them.
    const OF_RUNS: &'static str = "run:";

    /// The caller's id when it is sane, else a new one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(Self::HEADER).and_then(|value| value.to_str().ok());
        given.and_then(Self::parse).unwrap_or_else(Self::next)
    }

    /// Takes 1 to 128 letters, digits and `-_.:`, which are safe in headers, URNs and logs; nothing that begins with
    /// `run:`, which names runs.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_sane = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(is_sane);
        (fits && !text.starts_with(Self::OF_RUNS)).then(|| Self(text.to_owned()))
    }

    fn next() -> Self {
        Self(format!("{:016x}{:016x}", *START, COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sane_ids_are_taken_over() {
        assert!(RequestId::parse("0f-AB_c.1:2").is_some());
        for text in ["", "a b", "a\"b", "ü", &"a".repeat(129)] {
            assert_eq!(RequestId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_from_outside_is_a_run() {
        for text in ["run:", "run:0192f0c1-0000-7000-8000-000000000001", "run:anything"] {
            assert_eq!(RequestId::parse(text), None, "{text}");
        }
        for text in ["run", "run-7", "trace:run:7"] {
            assert!(RequestId::parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn new_ids_differ() {
        assert_ne!(RequestId::next(), RequestId::next());
        assert_eq!(RequestId::next().as_str().len(), 32);
    }
}
