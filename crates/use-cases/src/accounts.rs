mod address;
mod password;

use kairo_domain::{Actor, Resource, User, Verb};

use crate::Error;
use crate::desk::Desk;
use crate::proof::own;

pub use address::{AddressVerified, AskEmailChange, VerifyAddress};
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
        // A key without the scope is somebody who is signed in all the same.
        actor.may_ever(Verb::Read, Resource::User)?;
        let mut work = self.desk.begin_read(actor).await?;
        let user = own(&mut *work, id).await?;
        actor.may(Verb::Read, &user)?;
        Ok(user)
    }
}
