use async_trait::async_trait;
use kairo_ports::{Mail, MailError, Mailer};

/// What stands in for a mailer when none was given.
pub(crate) struct NoMail;

#[async_trait]
impl Mailer for NoMail {
    async fn send(&self, _: &Mail) -> Result<(), MailError> {
        Err(MailError::Permanent("no mailer was given to the builder".into()))
    }
}
