mod accept;

use kairo_domain::{
    Actor, CompanyId, Denied, Email, Event, Invitation, InvitationChange, InvitationField, InvitationId,
    InvitationStatus, Letter, Page, Resource, Role, Verb,
};

use crate::companies::known_company;
use crate::desk::{Asked, Desk};
use crate::once::{keep, replay};
use crate::{Error, Listing, Once, Outcome};

pub use accept::{AcceptInvitation, InvitationShown};

/// Asking somebody to become a user.
#[derive(Clone)]
pub struct Invitations {
    pub(crate) desk: Desk,
}

/// Somebody to invite.
#[derive(Clone, Debug, PartialEq)]
pub struct Invite {
    /// Who.
    pub email: Email,
    /// The role to have.
    pub role: Role,
    /// The company to belong to.
    pub company: Option<CompanyId>,
}

impl Invitations {
    /// Lists the invitations within the actor's reach.
    ///
    /// # Errors
    /// [`Error::NotFound`] for actors who may see none at all.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &Listing<InvitationField>,
    ) -> Result<Page<Invitation>, Error> {
        actor.may_list(Resource::ClientInvitation)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.invitations().list(&query.filter, &query.sort, &query.page).await?)
    }

    /// Shows one invitation.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn get(&self, actor: &Actor, id: InvitationId) -> Result<Invitation, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let invitation = work.invitations().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &invitation)?;
        Ok(invitation)
    }

    /// How an invitation stands now.
    pub fn status(&self, invitation: &Invitation) -> InvitationStatus {
        invitation.status(self.desk.now())
    }

    /// Invites somebody by mail. Staff are told when the address has an account already.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor may give this role, [`Error::Taken`] when the address has an account or
    /// an open invitation, [`Error::Invalid`] when there is no such company.
    pub async fn create(
        &self,
        actor: &Actor,
        order: Invite,
        once: Option<Once<Invitation>>,
    ) -> Result<Outcome<Invitation>, Error> {
        let (desk, order, once) = (&self.desk, &order, once.as_ref());
        desk.order(actor, Asked::for_new(Invitation::resource(order.role)), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let invitation = Invitation {
                id: desk.new_id(),
                email: order.email.clone(),
                role: order.role,
                company: order.company,
                invited_by: actor.user(),
                created_at: now,
                expires_at: now + Invitation::LIFETIME,
                accepted_at: None,
                revoked_at: None,
            };
            actor.may_list(Resource::ClientInvitation)?;
            let permit = actor.may(Verb::Create, &invitation).map_err(|_| forbidden(actor, order.role))?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            known_company(&mut *work, order.company).await?;
            if work.users().find_by_email(&order.email).await?.is_some() {
                return Err(Error::Taken { what: "email" });
            }
            work.invitations().add(&permit, &invitation).await?;
            work.letters().post(desk.new_id(), &Letter::Invitation(invitation.id), now).await?;
            work.journal().record(&permit, &event(&invitation, InvitationChange::Created), now).await?;
            keep(&mut *work, once, &invitation, now).await?;
            work.commit().await?;
            Ok(Outcome::Done(invitation))
        })
        .await
    }

    /// Sends an open invitation again, with its time anew. Links of earlier mails are void.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::IllegalTransition`] when it was accepted or taken back.
    pub async fn resend(
        &self,
        actor: &Actor,
        id: InvitationId,
        once: Option<Once<Invitation>>,
    ) -> Result<Outcome<Invitation>, Error> {
        let (desk, once) = (&self.desk, once.as_ref());
        let asked = Asked::of(Verb::Create, Resource::ClientInvitation, id.uuid());
        desk.order(actor, asked, || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            actor.may_ever(Verb::Create, Resource::ClientInvitation)?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            let mut invitation = work.invitations().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Create, &invitation)?;
            let resent = invitation.renew(now)?;
            work.invitations().settle(&permit, &invitation).await?;
            work.letters().post(desk.new_id(), &Letter::Invitation(id), now).await?;
            work.journal().record(&permit, &event(&invitation, resent), now).await?;
            keep(&mut *work, once, &invitation, now).await?;
            work.commit().await?;
            Ok(Outcome::Done(invitation))
        })
        .await
    }

    /// Takes an open invitation back: its links are void at once.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::IllegalTransition`] when it was accepted or taken back
    /// already.
    pub async fn revoke(&self, actor: &Actor, id: InvitationId) -> Result<(), Error> {
        let desk = &self.desk;
        let asked = Asked::of(Verb::Delete, Resource::ClientInvitation, id.uuid());
        desk.order(actor, asked, || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let mut invitation = work.invitations().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Delete, &invitation)?;
            let revoked = invitation.revoke(now)?;
            work.invitations().settle(&permit, &invitation).await?;
            work.journal().record(&permit, &event(&invitation, revoked), now).await?;
            Ok(work.commit().await?)
        })
        .await
    }
}

/// Whoever sees invitations at all is told that it is the role that they may not give.
fn forbidden(actor: &Actor, role: Role) -> Error {
    let resource = Invitation::resource(role);
    Error::Forbidden(Denied::Forbidden { role: actor.role(), verb: Verb::Create, resource })
}

fn event(invitation: &Invitation, change: InvitationChange) -> Event {
    Event::Invitation { invitation: invitation.id, role: invitation.role, change }
}
