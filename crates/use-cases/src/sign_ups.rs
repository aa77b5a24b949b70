use kairo_domain::{
    AccountChange, Actor, Email, Event, Letter, NewPassword, PersonName, SignUp, UserId, Verb, Verified,
};

use crate::Error;
use crate::desk::Desk;
use crate::retry::retry;

/// Asking for an account.
#[derive(Clone)]
pub struct SignUps {
    pub(crate) desk: Desk,
}

/// Somebody who wants an account.
#[derive(Clone, Debug, PartialEq)]
pub struct AskAccount {
    /// The address to prove.
    pub email: Email,
    /// The name to take.
    pub name: Option<PersonName>,
    /// The password to sign in with, once the address is proven.
    pub password: NewPassword,
}

impl SignUps {
    /// Takes in the wish for an account, and owes a mail to prove the address. Whether the address has an account is
    /// not looked up here, so neither the answer nor its time can tell; the mail is another one then.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many passwords are hashed at once; those of the store.
    pub async fn ask(&self, order: AskAccount) -> Result<(), Error> {
        let desk = &self.desk;
        let hash = desk.ports.passwords.hash(order.password.secret()).await?;
        let (order, hash) = (&order, &hash);
        retry(|| async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            let sign_up = SignUp {
                id: desk.new_id(),
                email: order.email.clone(),
                name: order.name.clone(),
                created_at: now,
                expires_at: now + SignUp::LIFETIME,
            };
            let permit = Actor::Visitor.may(Verb::Create, &sign_up.user(Verified::No, now))?;
            work.sign_ups().add(&sign_up, hash).await?;
            work.letters().post(desk.new_id(), &Letter::VerifyAddress(sign_up.id), now).await?;
            let user = UserId::from_uuid(sign_up.id.uuid());
            let event = Event::Account { user, change: AccountChange::SignUpAsked };
            work.journal().record_for(&Actor::Visitor, &permit, &event, now).await?;
            Ok(work.commit().await?)
        })
        .await
    }
}
