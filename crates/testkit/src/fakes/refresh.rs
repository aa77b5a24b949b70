use kairo_domain::{Redacted, SessionId, TokenDigest};
use kairo_ports::RefreshTokens;

use super::NumberedTokens;

/// Refresh tokens `refresh:<session>:1`, `refresh:<session>:2` and so on, each the successor of the one before.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumberedRefreshTokens;

impl NumberedRefreshTokens {
    /// The token of a session with this number; the first is 1.
    pub fn token(session: SessionId, number: u64) -> (Redacted<String>, TokenDigest) {
        let token = format!("refresh:{session}:{number}");
        let digest = NumberedTokens::digest_of(&token);
        (Redacted::new(token), digest)
    }
}

impl RefreshTokens for NumberedRefreshTokens {
    fn first(&self, session: SessionId) -> (Redacted<String>, TokenDigest) {
        Self::token(session, 1)
    }

    fn digest(&self, token: &str) -> TokenDigest {
        NumberedTokens::digest_of(token)
    }

    fn successors(&self, token: &str) -> Vec<(Redacted<String>, TokenDigest)> {
        read(token).map(|(session, number)| Self::token(session, number + 1)).into_iter().collect()
    }

    fn session_of(&self, token: &str) -> Option<SessionId> {
        read(token).map(|(session, _)| session)
    }
}

fn read(token: &str) -> Option<(SessionId, u64)> {
    let (session, number) = token.strip_prefix("refresh:")?.split_once(':')?;
    Some((session.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::NumberedIds;

    #[test]
    fn a_token_has_one_successor_and_knows_its_session() {
        let session = SessionId::from_uuid(NumberedIds::id(7));
        let (first, digest) = NumberedRefreshTokens.first(session);
        assert_eq!(first.expose(), "refresh:00000000-0000-7000-8000-000000000007:1");
        assert_eq!(NumberedRefreshTokens.digest(first.expose()), digest);
        let successors = NumberedRefreshTokens.successors(first.expose());
        assert_eq!(successors, [NumberedRefreshTokens::token(session, 2)]);
        assert_ne!(successors[0].1, digest);
        assert_eq!(NumberedRefreshTokens.session_of(first.expose()), Some(session));
    }

    #[test]
    fn what_was_not_made_here_has_neither() {
        for token in ["", "refresh:", "refresh:x:1", "refresh:00000000-0000-7000-8000-000000000007"] {
            assert!(NumberedRefreshTokens.successors(token).is_empty());
            assert_eq!(NumberedRefreshTokens.session_of(token), None);
        }
    }
}
