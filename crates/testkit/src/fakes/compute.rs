use async_trait::async_trait;
use kairo_ports::Compute;

/// Does everything at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct InPlace;

#[async_trait]
impl Compute for InPlace {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }
}
