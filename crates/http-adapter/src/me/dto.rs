use deserr::Deserr;
use kairo_domain::{Email, NewPassword, Redacted};
use kairo_use_cases::{AskEmailChange, ChangePassword};
use utoipa::ToSchema;

use crate::body::Faults;

/// Another password.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = ChangePassword, rename_all = "camelCase", example = json!({
    "currentPassword": "correct horse battery staple", "newPassword": "nine looms weave algebra"
}))]
pub(crate) struct PasswordBody {
    /// The password until now.
    #[schema(value_type = String, format = "password")]
    current_password: Redacted<String>,
    /// The password from now on.
    #[schema(value_type = String, format = "password", min_length = 12, max_length = 128)]
    new_password: NewPassword,
}

/// Another address.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = ChangeEmail, rename_all = "camelCase", example = json!({
    "email": "tess@example.com", "password": "correct horse battery staple"
}))]
pub(crate) struct EmailBody {
    /// The address to have.
    #[schema(value_type = String, format = "email", max_length = 254)]
    email: Email,
    /// The account's password.
    #[schema(value_type = String, format = "password")]
    password: Redacted<String>,
}

impl PasswordBody {
    pub(super) fn into_order(self) -> ChangePassword {
        ChangePassword { current: self.current_password, new: self.new_password }
    }
}

impl EmailBody {
    pub(super) fn into_order(self) -> AskEmailChange {
        AskEmailChange { email: self.email, password: self.password }
    }
}

#[cfg(test)]
mod tests;
