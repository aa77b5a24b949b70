use chrono::{DateTime, Utc};
use kairo_domain::{
    AccountChange, Actor, CompanyId, Event, Resource, Role, Seen, User, UserId, UserPatch, Verb,
};

use super::Users;
use crate::companies::known_company;
use crate::desk::Asked;
use crate::once::{keep, replay};
use crate::sessions::end_all;
use crate::{Error, Once, Outcome};

/// Another profile for a user.
#[derive(Clone, Debug, PartialEq)]
pub struct EditUser {
    /// Whose.
    pub user: UserId,
    /// What to change.
    pub patch: UserPatch,
    /// Which version the editor saw.
    pub seen: Seen,
}

/// Another role for a user.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRole {
    /// Whose.
    pub user: UserId,
    /// The role.
    pub role: Role,
    /// Which version was seen.
    pub seen: Seen,
}

/// Another company for a user.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeCompany {
    /// Whose.
    pub user: UserId,
    /// The company; none to belong nowhere.
    pub company: Option<CompanyId>,
    /// Which version was seen.
    pub seen: Seen,
}

/// A user to suspend or to reactivate.
#[derive(Clone, Debug, PartialEq)]
pub struct MoveUser {
    /// Who.
    pub user: UserId,
    /// Which version was seen.
    pub seen: Seen,
}

/// A user to take out of sight.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteUser {
    /// Who.
    pub user: UserId,
    /// Which version was seen.
    pub seen: Seen,
}

/// A change to a user that somebody asks for.
struct Wanted<'a> {
    user: UserId,
    seen: &'a Seen,
    verb: Verb,
    /// The company to belong to, if that is what changes.
    company: Option<CompanyId>,
}

impl Users {
    /// Edits a user's profile. Users edit their own, administrators anybody's.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn edit(&self, actor: &Actor, order: EditUser) -> Result<User, Error> {
        let wanted = Wanted { user: order.user, seen: &order.seen, verb: Verb::Update, company: None };
        self.change(actor, &wanted, |user, now| user.edit(order.patch.clone(), now)).await
    }

    /// Gives a user another role; the tokens of the old one hold nowhere within a second. For administrators, and
    /// nobody changes their own.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::LastAdmin`].
    pub async fn change_role(&self, actor: &Actor, order: ChangeRole) -> Result<User, Error> {
        let wanted = Wanted { user: order.user, seen: &order.seen, verb: Verb::ChangeRole, company: None };
        self.change(actor, &wanted, |user, now| user.change_role(order.role, now)).await
    }

    /// Moves a user to another company, with what that allows them to see.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::Invalid`] when there is no such company.
    pub async fn change_company(&self, actor: &Actor, order: ChangeCompany) -> Result<User, Error> {
        let (seen, company) = (&order.seen, order.company);
        let wanted = Wanted { user: order.user, seen, verb: Verb::ChangeRole, company };
        self.change(actor, &wanted, |user, now| user.change_company(order.company, now)).await
    }

    /// Keeps a user from signing in, and ends what they are signed in with within a second.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::LastAdmin`].
    pub async fn suspend(
        &self,
        actor: &Actor,
        order: MoveUser,
        once: Option<Once<User>>,
    ) -> Result<Outcome<User>, Error> {
        self.step(actor, &order, once, User::suspend).await
    }

    /// Lets a suspended user sign in again.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn reactivate(
        &self,
        actor: &Actor,
        order: MoveUser,
        once: Option<Once<User>>,
    ) -> Result<Outcome<User>, Error> {
        self.step(actor, &order, once, User::reactivate).await
    }

    /// Takes a user out of sight. The address is free again; the row goes with the purge.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::LastAdmin`].
    pub async fn delete(&self, actor: &Actor, order: DeleteUser) -> Result<(), Error> {
        let wanted = Wanted { user: order.user, seen: &order.seen, verb: Verb::Delete, company: None };
        self.change(actor, &wanted, |user, now| Some(user.delete(now))).await?;
        Ok(())
    }

    async fn step(
        &self,
        actor: &Actor,
        order: &MoveUser,
        once: Option<Once<User>>,
        step: fn(&mut User, DateTime<Utc>) -> Option<AccountChange>,
    ) -> Result<Outcome<User>, Error> {
        let wanted = Wanted { user: order.user, seen: &order.seen, verb: Verb::ChangeRole, company: None };
        self.change_once(actor, &wanted, once.as_ref(), step).await
    }

    async fn change(
        &self,
        actor: &Actor,
        wanted: &Wanted<'_>,
        decide: impl Fn(&mut User, DateTime<Utc>) -> Option<AccountChange> + Send + Sync,
    ) -> Result<User, Error> {
        match self.change_once(actor, wanted, None, decide).await? {
            Outcome::Done(user) => Ok(user),
            Outcome::Replayed(_) => Err(Error::missing(wanted.user)),
        }
    }

    /// What all changes of a user have in common; `decide` is the domain's part.
    async fn change_once(
        &self,
        actor: &Actor,
        wanted: &Wanted<'_>,
        once: Option<&Once<User>>,
        decide: impl Fn(&mut User, DateTime<Utc>) -> Option<AccountChange> + Send + Sync,
    ) -> Result<Outcome<User>, Error> {
        let (desk, decide) = (&self.desk, &decide);
        let id = wanted.user;
        let asked = Asked::of(wanted.verb, Resource::User, id.uuid());
        let done = desk
            .order(actor, asked, || async move {
                let now = desk.now();
                let mut work = desk.begin(actor).await?;
                if let Err(denied) = actor.may_ever(wanted.verb, Resource::User) {
                    // Whoever may do this to nobody still learns of nobody by trying.
                    work.users().get(id).await?.ok_or_else(|| Error::missing(id))?;
                    return Err(denied.into());
                }
                if let Some(answer) = replay(&mut *work, once, now).await? {
                    return Ok(Outcome::Replayed(answer));
                }
                let mut user = work.users().get(id).await?.ok_or_else(|| Error::missing(id))?;
                let permit = actor.may(wanted.verb, &user)?;
                known_company(&mut *work, wanted.company).await?;
                wanted.seen.check(user.version)?;
                if let Some(change) = decide(&mut user, now) {
                    work.users().save(&permit, &user).await?;
                    work.journal().record(&permit, &Event::Account { user: id, change }, now).await?;
                }
                let may_not_sign_in = user.standing().is_none();
                // Or the same devices would be signed in again once the user may.
                let ended = end_all(&mut *work, actor, id, |_| may_not_sign_in, now).await?;
                keep(&mut *work, once, &user, now).await?;
                work.commit().await?;
                desk.ended(ended);
                Ok(Outcome::Done(user))
            })
            .await?;
        if let Err(error) = desk.follow().await {
            tracing::debug!(%error, "the change is followed a little later");
        }
        Ok(done)
    }
}
