use chrono::{DateTime, Utc};
use deserr::Deserr;
use kairo_domain::{Email, NewPassword, PersonName, Redacted};
use kairo_use_cases::{
    AcceptInvitation, AddressVerified, AskAccount, InvitationShown, RedeemReset, VerifyAddress,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::body::Faults;
use crate::users::RoleWord;

/// Somebody who wants an account.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = SignUp, rename_all = "camelCase", example = json!({
    "email": "ada@example.com", "name": "Ada Lovelace", "password": "nine looms weave algebra"
}))]
pub(crate) struct SignUpBody {
    /// The address to prove.
    #[schema(value_type = String, format = "email", max_length = 254)]
    email: Email,
    /// The name to take.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    name: Option<PersonName>,
    /// The password to sign in with.
    #[schema(value_type = String, format = "password", min_length = 12, max_length = 128)]
    password: NewPassword,
}

/// A token that was mailed.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = MailedToken, rename_all = "camelCase", example = json!({"token": "Zm9…"}))]
pub(crate) struct TokenBody {
    /// What stands behind `#token=` in the link.
    #[schema(value_type = String)]
    pub(super) token: Redacted<String>,
}

/// A token that was mailed to prove an address.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = VerifyEmail, rename_all = "camelCase", example = json!({
    "token": "Zm9…", "password": "nine looms weave algebra"
}))]
pub(crate) struct VerifyBody {
    /// What stands behind `#token=` in the link.
    #[schema(value_type = String)]
    token: Redacted<String>,
    /// The password of the sign-up; for a change of address there is none to give.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "password")]
    password: Option<Redacted<String>>,
}

/// The address of an account.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = ForgotPassword, rename_all = "camelCase", example = json!({"email": "tess@studio.example"}))]
pub(crate) struct ForgotBody {
    /// The address.
    #[schema(value_type = String, format = "email", max_length = 254)]
    pub(super) email: Email,
}

/// Another password, by a token that was mailed.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = ResetPassword, rename_all = "camelCase", example = json!({
    "token": "Zm9…", "password": "nine looms weave algebra"
}))]
pub(crate) struct ResetBody {
    /// What stands behind `#token=` in the link.
    #[schema(value_type = String)]
    token: Redacted<String>,
    /// The password from now on.
    #[schema(value_type = String, format = "password", min_length = 12, max_length = 128)]
    password: NewPassword,
}

/// Somebody accepts an invitation.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = AcceptInvitation, rename_all = "camelCase", example = json!({
    "token": "Zm9…", "name": "Ada Lovelace", "password": "nine looms weave algebra"
}))]
pub(crate) struct AcceptBody {
    /// What stands behind `#token=` in the link.
    #[schema(value_type = String)]
    token: Redacted<String>,
    /// The name to take.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    name: Option<PersonName>,
    /// The password to sign in with.
    #[schema(value_type = String, format = "password", min_length = 12, max_length = 128)]
    password: NewPassword,
}

/// What a mailed token has proven.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AddressVerified)]
pub(crate) struct VerifiedView {
    outcome: OutcomeWord,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = VerificationOutcome)]
pub(crate) enum OutcomeWord {
    /// There is an account now: sign in.
    AccountMade,
    /// One of the two addresses of a change is confirmed; the other one has a mail of its own.
    OneSideConfirmed,
    /// The account has the new address now.
    AddressChanged,
}

/// An invitation, as whoever holds its token sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ShownInvitation)]
pub(crate) struct InvitationView {
    /// Who is invited.
    #[schema(format = "email")]
    email: String,
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// The company to belong to.
    #[schema(required = true)]
    company_name: Option<String>,
    /// Until when it can be accepted.
    expires_at: DateTime<Utc>,
}

impl SignUpBody {
    pub(super) fn into_order(self) -> AskAccount {
        AskAccount { email: self.email, name: self.name, password: self.password }
    }
}

impl VerifyBody {
    pub(super) fn into_order(self) -> VerifyAddress {
        VerifyAddress { token: self.token, password: self.password }
    }
}

impl ResetBody {
    pub(super) fn into_order(self) -> RedeemReset {
        RedeemReset { token: self.token, new: self.password }
    }
}

impl AcceptBody {
    pub(super) fn into_order(self) -> AcceptInvitation {
        AcceptInvitation { token: self.token, name: self.name, password: self.password }
    }
}

impl From<&AddressVerified> for VerifiedView {
    fn from(verified: &AddressVerified) -> Self {
        let outcome = match verified {
            AddressVerified::AccountMade(_) => OutcomeWord::AccountMade,
            AddressVerified::OneSide => OutcomeWord::OneSideConfirmed,
            AddressVerified::AddressChanged(_) => OutcomeWord::AddressChanged,
        };
        Self { outcome }
    }
}

impl From<&InvitationShown> for InvitationView {
    fn from(shown: &InvitationShown) -> Self {
        Self {
            email: shown.email.as_str().to_owned(),
            role: shown.role.as_str(),
            company_name: shown.company.clone(),
            expires_at: shown.expires_at,
        }
    }
}

#[cfg(test)]
mod tests;
