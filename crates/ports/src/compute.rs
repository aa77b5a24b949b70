use async_trait::async_trait;

/// Does what may keep a thread busy for up to a second, where it keeps nobody else from going on.
#[async_trait]
pub trait Compute: Send + Sync {
    /// Waits until the work is done; for whoever comes when others are at it, that includes theirs. Work that panics ends,
    /// and nobody is told: it has not brought back what it should have.
    async fn run(&self, work: Box<dyn FnOnce() + Send>);
}
