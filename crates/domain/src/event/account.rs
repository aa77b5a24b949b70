use serde_json::{Value, json};

use crate::{CompanyId, Role, UserId};

/// What changed about a user's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// Somebody asked for it, and has yet to prove the address.
    SignUpAsked,
    /// Its profile.
    Edited {
        /// The public names of the fields that changed.
        fields: Vec<&'static str>,
    },
    /// Its role.
    RoleChanged {
        /// What it was.
        from: Role,
        /// What it is.
        to: Role,
    },
    /// Its company.
    CompanyChanged {
        /// Where it was.
        from: Option<CompanyId>,
        /// Where it is.
        to: Option<CompanyId>,
    },
    /// It may not sign in.
    Suspended,
    /// It may sign in again.
    Reactivated,
    /// It is out of sight.
    Deleted,
    /// Its owner chose another password.
    PasswordChanged,
    /// Somebody asked for the mail to set another password.
    PasswordForgotten,
    /// Its owner asked for another address.
    EmailChangeAsked,
    /// One of the two addresses confirmed the change.
    EmailChangeConfirmed,
    /// It has another address.
    EmailChanged,
    /// Its owner began to set up an authenticator app.
    SecondFactorBegun,
    /// Signing in asks for a code.
    SecondFactorOn,
    /// Signing in asks for no code.
    SecondFactorOff,
    /// It has new recovery codes, and the old ones are void.
    RecoveryCodesMade,
    /// A recovery code was used.
    RecoveryCodeUsed,
}

/// What happened to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationChange {
    /// It was made, and is sent.
    Created,
    /// It is sent again, with its time anew.
    Resent,
    /// It was taken back.
    Revoked,
    /// It was accepted.
    Accepted {
        /// The user it made.
        user: UserId,
    },
}

impl AccountChange {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::SignUpAsked => "user.sign_up_asked",
            Self::Edited { .. } => "user.edited",
            Self::RoleChanged { .. } => "user.role_changed",
            Self::CompanyChanged { .. } => "user.company_changed",
            Self::Suspended => "user.suspended",
            Self::Reactivated => "user.reactivated",
            Self::Deleted => "user.deleted",
            Self::PasswordChanged => "user.password_changed",
            Self::PasswordForgotten => "user.password_forgotten",
            Self::EmailChangeAsked => "user.email_change_asked",
            Self::EmailChangeConfirmed => "user.email_change_confirmed",
            Self::EmailChanged => "user.email_changed",
            Self::SecondFactorBegun => "user.second_factor_begun",
            Self::SecondFactorOn => "user.second_factor_on",
            Self::SecondFactorOff => "user.second_factor_off",
            Self::RecoveryCodesMade => "user.recovery_codes_made",
            Self::RecoveryCodeUsed => "user.recovery_code_used",
        }
    }

    pub(super) fn body(&self) -> Value {
        match self {
            Self::Edited { fields } => json!({"fields": fields}),
            Self::RoleChanged { from, to } => json!({"from": from.as_str(), "to": to.as_str()}),
            Self::CompanyChanged { from, to } => json!({"from": from, "to": to}),
            Self::SignUpAsked
            | Self::Suspended
            | Self::Reactivated
            | Self::Deleted
            | Self::PasswordChanged
            | Self::PasswordForgotten
            | Self::EmailChangeAsked
            | Self::EmailChangeConfirmed
            | Self::EmailChanged
            | Self::SecondFactorBegun
            | Self::SecondFactorOn
            | Self::SecondFactorOff
            | Self::RecoveryCodesMade
            | Self::RecoveryCodeUsed => json!({}),
        }
    }
}

impl InvitationChange {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Created => "invitation.created",
            Self::Resent => "invitation.resent",
            Self::Revoked => "invitation.revoked",
            Self::Accepted { .. } => "invitation.accepted",
        }
    }

    pub(super) fn body(&self, role: Role) -> Value {
        match self {
            Self::Created | Self::Resent | Self::Revoked => json!({"role": role.as_str()}),
            Self::Accepted { user } => json!({"role": role.as_str(), "user": user}),
        }
    }
}
