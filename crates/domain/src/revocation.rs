use crate::{CompanyId, Role, SessionId, UserId};

/// Something that makes access tokens invalid before their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// A session was ended.
    Session(SessionId),
    /// What a user may do changed: tokens that say otherwise do not hold.
    User(UserId, Option<Standing>),
}

/// What a user is at the moment, as access tokens repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The role.
    pub role: Role,
    /// The company.
    pub company: Option<CompanyId>,
}
