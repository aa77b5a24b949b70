use actix_web::http::header::HeaderMap;
use kairo_domain::RunId;
use tracing::Span;
use tracing::field::display;

/// The trace a request belongs to (W3C Trace Context), so that its log lines can be found by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceParent {
    pub(crate) trace_id: String,
    pub(crate) parent_id: String,
}

impl TraceParent {
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(Self::parse)
    }

    /// Reads `00-<32 hex>-<16 hex>-<2 hex>`; later versions may add parts, which are ignored.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace_id, parent_id, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_known = version != "00" || parts.next().is_none();
        let fits = is_hex(version, 2) && version != "ff" && is_hex(flags, 2) && is_known;
        let named = |text: &str, length| is_hex(text, length) && text.bytes().any(|byte| byte != b'0');
        (fits && named(trace_id, 32) && named(parent_id, 16))
            .then(|| Self { trace_id: trace_id.to_owned(), parent_id: parent_id.to_owned() })
    }
}

/// Says in the span of a request which run it fired: whoever looks for the lines of one finds those of the other.
pub(crate) fn fired(run: RunId) {
    Span::current().record("run.id", display(run));
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_parent_is_read() {
        let parent = TraceParent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
        assert_eq!(parent.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(parent.parent_id, "00f067aa0ba902b7");
    }

    #[test]
    fn what_is_none_is_ignored() {
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceParent::parse(text), None, "{text}");
        }
    }
}
