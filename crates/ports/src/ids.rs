use uuid::Uuid;

/// Makes ids. Later ids are greater than earlier ones of the same source, so that keys stay local in an index.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait IdSource: Send + Sync {
    /// An id that was never used before.
    fn next(&self) -> Uuid;
}
