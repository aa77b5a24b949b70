use kairo_ports::StoreError;

use crate::Error;

/// How often an order is tried before its contention becomes the caller's.
const ATTEMPTS: u32 = 3;

/// Runs an order again when another transaction was in the way; each attempt is a whole unit of work.
pub(crate) async fn retry<T, F>(mut order: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 1..ATTEMPTS {
        match order().await {
            Err(error) if is_contention(&error) => {
                tracing::debug!("another transaction was in the way: trying again");
            }
            settled => return settled,
        }
    }
    order().await
}

/// Whether another transaction was in the way.
pub(crate) fn is_contention(error: &Error) -> bool {
    let Error::Busy(Some(source)) = error else { return false };
    matches!(source.downcast_ref(), Some(StoreError::Contention(_)))
}
