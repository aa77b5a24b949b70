mod field;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    CompanyId, Email, Entity, Facts, Id, IllegalTransition, InvitationChange, Resource, Role, Subject, UserId,
};

pub use field::InvitationField;

/// The id of an invitation.
pub type InvitationId = Id<Invitation>;

impl Entity for Invitation {
    const NAME: &'static str = "invitation";
}

/// Somebody is asked to become a user, with a role and a company that are decided beforehand.
#[derive(Clone, Debug, PartialEq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Who is asked.
    pub email: Email,
    /// The role the user will have.
    pub role: Role,
    /// The company the user will belong to.
    pub company: Option<CompanyId>,
    /// Who asks; nobody when that user is gone.
    pub invited_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// How an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationStatus {
    /// It can be accepted.
    Pending,
    /// It was accepted.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Its time is over; sending it again gives it another.
    Expired,
}

impl Invitation {
    /// For how long an invitation can be accepted.
    pub const LIFETIME: TimeDelta = TimeDelta::days(7);

    /// How it stands.
    pub fn status(&self, now: DateTime<Utc>) -> InvitationStatus {
        match (self.accepted_at, self.revoked_at) {
            (Some(_), _) => InvitationStatus::Accepted,
            (None, Some(_)) => InvitationStatus::Revoked,
            (None, None) if now < self.expires_at => InvitationStatus::Pending,
            (None, None) => InvitationStatus::Expired,
        }
    }

    /// Whether it was neither accepted nor taken back.
    pub const fn is_open(&self) -> bool {
        self.accepted_at.is_none() && self.revoked_at.is_none()
    }

    /// Gives an open invitation its time anew.
    ///
    /// # Errors
    /// [`IllegalTransition`] when it was accepted or taken back.
    pub fn renew(
        &mut self,
        at: DateTime<Utc>,
    ) -> Result<InvitationChange, IllegalTransition<InvitationStatus>> {
        self.leave(InvitationStatus::Pending, at)?;
        self.expires_at = at + Self::LIFETIME;
        Ok(InvitationChange::Resent)
    }

    /// Takes an open invitation back.
    ///
    /// # Errors
    /// [`IllegalTransition`] when it was accepted or taken back already.
    pub fn revoke(
        &mut self,
        at: DateTime<Utc>,
    ) -> Result<InvitationChange, IllegalTransition<InvitationStatus>> {
        self.leave(InvitationStatus::Revoked, at)?;
        self.revoked_at = Some(at);
        Ok(InvitationChange::Revoked)
    }

    fn leave(
        &self,
        to: InvitationStatus,
        at: DateTime<Utc>,
    ) -> Result<(), IllegalTransition<InvitationStatus>> {
        let from = self.status(at);
        if from.next().contains(&to) {
            return Ok(());
        }
        Err(IllegalTransition { from, to, allowed: from.next().to_vec() })
    }

    /// Which resource of the policy an invitation to this role is.
    pub const fn resource(role: Role) -> Resource {
        match role {
            Role::Client => Resource::ClientInvitation,
            Role::Team | Role::Admin => Resource::StaffInvitation,
        }
    }
}

impl InvitationStatus {
    /// The words, for the documentation.
    pub const WORDS: [&'static str; 4] = ["PENDING", "ACCEPTED", "REVOKED", "EXPIRED"];

    /// Where an invitation may go from here by somebody's decision; it is accepted by its own verb, and expires by
    /// itself.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Pending | Self::Expired => &[Self::Pending, Self::Revoked],
            Self::Accepted | Self::Revoked => &[],
        }
    }

    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Accepted => "ACCEPTED",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl fmt::Display for InvitationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Subject for Invitation {
    fn facts(&self) -> Facts {
        Facts { company: self.company, ..Facts::of(Self::resource(self.role), self.id.uuid()) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_invitation_ends_by_acceptance_revocation_or_time() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let pending = Invitation {
            id: Id::from_uuid(Uuid::from_u128(1)),
            email: Email::parse("ada@example.com").unwrap(),
            role: Role::Client,
            company: None,
            invited_by: None,
            created_at: at(0),
            expires_at: at(10),
            accepted_at: None,
            revoked_at: None,
        };
        assert_eq!(pending.status(at(9)), InvitationStatus::Pending);
        assert_eq!(pending.status(at(10)), InvitationStatus::Expired);
        let mut accepted = Invitation { accepted_at: Some(at(5)), ..pending.clone() };
        assert_eq!(accepted.status(at(99)), InvitationStatus::Accepted);
        assert!(accepted.renew(at(99)).is_err() && accepted.revoke(at(99)).is_err());
        let mut again = pending;
        assert!(again.renew(at(20)).is_ok());
        assert_eq!(again.status(at(21)), InvitationStatus::Pending);
        assert!(again.revoke(at(21)).is_ok() && again.revoke(at(22)).is_err());
        assert_eq!(again.status(at(23)), InvitationStatus::Revoked);
    }
}
