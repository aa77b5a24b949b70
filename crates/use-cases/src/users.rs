mod change;

use kairo_domain::{
    Actor, Colleague, Email, Event, Letter, NewPassword, NewUser, Page, Resource, User, UserField, UserId,
    Verb, Verified,
};

use crate::companies::known_company;
use crate::desk::{Asked, Desk};
use crate::once::{keep, replay};
use crate::sessions::end_all;
use crate::{Error, Listing, Once, Outcome};

pub use change::{ChangeCompany, ChangeRole, DeleteUser, EditUser, MoveUser};

/// The most colleagues that are listed.
const COLLEAGUES: u16 = 200;

/// What is done with users by others.
#[derive(Clone)]
pub struct Users {
    pub(crate) desk: Desk,
}

/// A user to be made by somebody who vouches for the address.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateUser {
    /// Who it is.
    pub user: NewUser,
    /// The password to sign in with.
    pub password: NewPassword,
}

/// A user to be made who chooses a password by mail.
#[derive(Clone, Debug, PartialEq)]
pub struct AddUser {
    /// Who it is.
    pub user: NewUser,
}

/// Another password for a user, set by the program's operator.
#[derive(Clone, Debug, PartialEq)]
pub struct ResetPassword {
    /// Whose.
    pub email: Email,
    /// The new password.
    pub password: NewPassword,
}

impl Users {
    /// Lists the users within the actor's reach.
    ///
    /// # Errors
    /// [`Error::NotFound`] for actors who may see no user at all.
    pub async fn list(&self, actor: &Actor, query: &Listing<UserField>) -> Result<Page<User>, Error> {
        actor.may_list(Resource::User)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.users().list(&query.filter, &query.sort, &query.page).await?)
    }

    /// Shows one user.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn get(&self, actor: &Actor, id: UserId) -> Result<User, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let user = work.users().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &user)?;
        Ok(user)
    }

    /// The people whom the actor may know by name, in the order of their names, at most 200.
    ///
    /// # Errors
    /// [`Error::NotFound`] for visitors.
    pub async fn colleagues(&self, actor: &Actor) -> Result<Vec<Colleague>, Error> {
        actor.may_list(Resource::Colleague)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.users().colleagues(COLLEAGUES).await?)
    }

    /// Makes a user with a password. Only the program itself may set passwords of others.
    ///
    /// # Errors
    /// [`Error::Taken`] when the address is in use, [`Error::Forbidden`] unless the actor may.
    pub async fn create(&self, actor: &Actor, order: CreateUser) -> Result<User, Error> {
        let desk = &self.desk;
        let hash = desk.ports.passwords.hash(order.password.secret()).await?;
        let (order, hash) = (&order, &hash);
        desk.order(actor, Asked::for_new(Resource::User), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let user = User::create(desk.new_id(), order.user.clone(), Verified::Yes, now);
            let permit = actor.may(Verb::Create, &user)?;
            work.users().add(&permit, &user).await?;
            work.users().set_password_hash(&permit, user.id, hash).await?;
            work.journal().record(&permit, &Event::UserCreated { user: user.id }, now).await?;
            work.commit().await?;
            Ok(user)
        })
        .await
    }

    /// Makes a user, who is mailed a link to choose a password.
    ///
    /// # Errors
    /// [`Error::Taken`] when the address is in use, [`Error::Forbidden`] unless the actor may, [`Error::KeyReused`] and
    /// [`Error::InProgress`] when `once` says so.
    pub async fn add(
        &self,
        actor: &Actor,
        order: AddUser,
        once: Option<Once<User>>,
    ) -> Result<Outcome<User>, Error> {
        let (desk, order, once) = (&self.desk, &order, once.as_ref());
        desk.order(actor, Asked::for_new(Resource::User), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let user = User::create(desk.new_id(), order.user.clone(), Verified::Yes, now);
            let permit = actor.may(Verb::Create, &user)?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            known_company(&mut *work, user.company).await?;
            work.users().add(&permit, &user).await?;
            work.journal().record(&permit, &Event::UserCreated { user: user.id }, now).await?;
            work.letters().post(desk.new_id(), &Letter::Welcome(user.id), now).await?;
            keep(&mut *work, once, &user, now).await?;
            work.commit().await?;
            Ok(Outcome::Done(user))
        })
        .await
    }

    /// Sets another password for a user and ends the user's sessions. Only the program itself may.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody has this address.
    pub async fn reset_password(&self, actor: &Actor, order: ResetPassword) -> Result<User, Error> {
        let desk = &self.desk;
        let hash = desk.ports.passwords.hash(order.password.secret()).await?;
        let (order, hash) = (&order, &hash);
        let (user, ended) = crate::retry::retry(|| async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let user = work.users().find_by_email(&order.email).await?;
            let user = user.ok_or(Error::NotFound { what: "user" })?;
            let permit = actor.may(Verb::Update, &user)?;
            work.users().password_hash(user.id).await?;
            work.users().set_password_hash(&permit, user.id, hash).await?;
            work.journal().record(&permit, &Event::PasswordReset { user: user.id }, now).await?;
            let ended = end_all(&mut *work, actor, user.id, |_| true, now).await?;
            work.commit().await?;
            Ok((user, ended))
        })
        .await?;
        desk.ended(ended);
        Ok(user)
    }
}
