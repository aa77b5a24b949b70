use async_trait::async_trait;
use kairo_ports::{Egress, EgressError, EgressRequest, EgressResponse};

/// What stands in for an egress when none was given.
pub(crate) struct NoEgress;

#[async_trait]
impl Egress for NoEgress {
    async fn send(&self, _: &EgressRequest) -> Result<EgressResponse, EgressError> {
        Err(EgressError::Refused { why: "no egress was given to the builder".to_owned() })
    }
}
