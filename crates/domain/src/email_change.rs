use chrono::{DateTime, TimeDelta, Utc};

use crate::{Email, Entity, Id, UserId};

/// The id of a change of address.
pub type EmailChangeId = Id<EmailChange>;

impl Entity for EmailChange {
    const NAME: &'static str = "change of address";
}

/// A user wants another address. It counts once it was confirmed at both.
#[derive(Clone, Debug, PartialEq)]
pub struct EmailChange {
    /// Its id.
    pub id: EmailChangeId,
    /// Whose address.
    pub user: UserId,
    /// The address to have.
    pub new_email: Email,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it is forgotten.
    pub expires_at: DateTime<Utc>,
    /// When it was confirmed at the old address.
    pub old_confirmed_at: Option<DateTime<Utc>>,
    /// When it was confirmed at the new address.
    pub new_confirmed_at: Option<DateTime<Utc>>,
}

/// One of the two addresses of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one the user has.
    Old,
    /// The one the user wants.
    New,
}

impl EmailChange {
    /// For how long it can be confirmed.
    pub const LIFETIME: TimeDelta = TimeDelta::hours(24);

    /// Confirms it at one address, and tells whether both are now confirmed.
    pub fn confirm(&mut self, side: Side, at: DateTime<Utc>) -> bool {
        let confirmed = match side {
            Side::Old => &mut self.old_confirmed_at,
            Side::New => &mut self.new_confirmed_at,
        };
        confirmed.get_or_insert(at);
        self.old_confirmed_at.is_some() && self.new_confirmed_at.is_some()
    }
}
