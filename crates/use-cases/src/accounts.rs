mod address;
mod password;

use kairo_domain::{Actor, User, Verb};

use crate::Error;
use crate::desk::Desk;
use crate::two_factor::own;

pub use address::{AddressVerified, AskEmailChange};
pub use password::{ChangePassword, RedeemReset};

/// What users do with their own account.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) desk: Desk,
}

impl Accounts {
    /// Shows the actor's own account.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the actor is no user, or the account is gone or suspended.
    pub async fn me(&self, actor: &Actor) -> Result<User, Error> {
        let id = actor.user().ok_or(Error::Unauthenticated("sign in first"))?;
        let mut work = self.desk.begin_read(actor).await?;
        let user = own(&mut *work, id).await?;
        actor.may(Verb::Read, &user)?;
        Ok(user)
    }
}
