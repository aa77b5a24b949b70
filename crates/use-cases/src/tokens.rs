use chrono::TimeDelta;
use kairo_domain::{OneTimeToken, Purpose, Redacted, TokenDigest};
use kairo_ports::{StoreError, UnitOfWork};

use crate::Error;
use crate::desk::Desk;

impl Desk {
    /// What is stored of a mailed token, as long as it is good.
    pub(crate) async fn good_token(
        &self,
        work: &mut dyn UnitOfWork,
        digest: &TokenDigest,
    ) -> Result<OneTimeToken, Error> {
        let token = work.one_time_tokens().find(digest).await?;
        token.filter(|token| self.now() < token.expires_at).ok_or(Error::TokenInvalid)
    }

    /// Makes a token to be mailed, and keeps its digest.
    pub(crate) async fn new_token(
        &self,
        work: &mut dyn UnitOfWork,
        purpose: Purpose,
        lifetime: TimeDelta,
    ) -> Result<(Redacted<String>, OneTimeToken), Error> {
        let (text, digest) = self.ports.tokens.next();
        let now = self.now();
        let token = OneTimeToken { digest, purpose, created_at: now, expires_at: now + lifetime };
        work.one_time_tokens().add(&token).await?;
        Ok((text, token))
    }
}

impl Error {
    /// Somebody else has got the address first: whoever holds the link is not told who.
    pub(crate) fn of_taken(error: StoreError) -> Self {
        match error {
            StoreError::Taken { .. } => Self::TokenInvalid,
            other => other.into(),
        }
    }

    /// A token that is gone was used by somebody else.
    pub(crate) fn of_token(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::TokenInvalid,
            other => other.into(),
        }
    }
}
