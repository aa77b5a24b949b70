use kairo_domain::Redacted;

/// Where the links in mails lead: pages of the frontend below one address. The token stands behind `#`, which browsers
/// send to no server, so it is in no log and in no `Referer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    base: String,
}

impl Links {
    /// Pages below this absolute URL.
    pub fn below(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned() }
    }

    pub(crate) fn verify_address(&self, token: &Redacted<String>) -> Redacted<String> {
        self.to("verify-email", token)
    }

    pub(crate) fn reset_password(&self, token: &Redacted<String>) -> Redacted<String> {
        self.to("reset-password", token)
    }

    pub(crate) fn accept_invitation(&self, token: &Redacted<String>) -> Redacted<String> {
        self.to("accept-invitation", token)
    }

    fn to(&self, page: &str, token: &Redacted<String>) -> Redacted<String> {
        Redacted::new(format!("{}/{page}#token={}", self.base, token.expose()))
    }
}
