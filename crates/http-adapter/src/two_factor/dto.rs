use deserr::Deserr;
use kairo_domain::Redacted;
use kairo_use_cases::{SharedSecret, TwoFactorStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::body::Faults;

/// The password once more, so that an unattended device is not enough.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = PasswordProof, rename_all = "camelCase", example = json!({
    "password": "correct horse battery staple"
}))]
pub(crate) struct ProofBody {
    /// The account's password.
    #[schema(value_type = String, format = "password")]
    pub(super) password: Redacted<String>,
}

/// A code.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = OneTimeCode, rename_all = "camelCase", example = json!({"code": "123456"}))]
pub(crate) struct CodeBody {
    /// What the authenticator app shows.
    #[schema(value_type = String)]
    pub(super) code: Redacted<String>,
}

/// How a second factor stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TwoFactor)]
pub(crate) struct StatusView {
    /// Whether signing in asks for a code.
    enabled: bool,
    /// How many recovery codes are left.
    recovery_codes_left: usize,
}

/// What an authenticator app needs to know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TwoFactorSecret)]
pub(crate) struct SharedSecretView {
    /// As it is typed (base32).
    secret: String,
    /// As it is shown as a QR code.
    #[schema(example = "otpauth://totp/…")]
    url: String,
}

/// Codes for the day the app is gone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecoveryCodes)]
pub(crate) struct RecoveryCodesView {
    /// Each good for one sign-in.
    recovery_codes: Vec<String>,
}

impl From<&TwoFactorStatus> for StatusView {
    fn from(status: &TwoFactorStatus) -> Self {
        Self { enabled: status.is_on, recovery_codes_left: status.recovery_codes_left }
    }
}

impl From<&SharedSecret> for SharedSecretView {
    fn from(shared: &SharedSecret) -> Self {
        Self { secret: shared.secret.expose().clone(), url: shared.url.expose().clone() }
    }
}

impl RecoveryCodesView {
    pub(super) fn of(codes: &[Redacted<String>]) -> Self {
        Self { recovery_codes: codes.iter().map(|code| code.expose().clone()).collect() }
    }
}

#[cfg(test)]
mod tests;
