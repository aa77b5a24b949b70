use kairo_ports::IdSource;
use uuid::Uuid;

/// UUID version 7 (RFC 9562): time-ordered, and increasing within a process.
#[derive(Clone, Copy, Debug, Default)]
pub struct UuidV7Source;

impl IdSource for UuidV7Source {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that makes ids")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}
