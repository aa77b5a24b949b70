use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, Email, Event, Invitation, InvitationChange, InvitationStatus, NewPassword, NewUser, PersonName,
    Purpose, Redacted, Resource, Role, TokenDigest, User, UserActor, Verb, Verified, Via,
};
use kairo_ports::UnitOfWork;

use super::{Invitations, event};
use crate::Error;
use crate::desk::Asked;

/// What the holder of an invitation's token sees before accepting.
#[derive(Clone, Debug, PartialEq)]
pub struct InvitationShown {
    /// Who is invited.
    pub email: Email,
    /// The role to have.
    pub role: Role,
    /// The name of the company to belong to.
    pub company: Option<String>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// Somebody accepts.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceptInvitation {
    /// The token that was mailed.
    pub token: Redacted<String>,
    /// The name to take.
    pub name: Option<PersonName>,
    /// The password to sign in with.
    pub password: NewPassword,
}

impl Invitations {
    /// Shows an invitation to whoever holds its token.
    ///
    /// # Errors
    /// [`Error::TokenInvalid`] when the token is not good, or not any more.
    pub async fn look_at(&self, token: &Redacted<String>) -> Result<InvitationShown, Error> {
        let digest = self.desk.ports.tokens.digest(token.expose());
        let mut work = self.desk.begin_read(&Actor::System).await?;
        let invitation = self.pending(&mut *work, &digest).await?;
        let company = match invitation.company {
            Some(company) => work.companies().get(company).await?,
            None => None,
        };
        Ok(InvitationShown {
            email: invitation.email,
            role: invitation.role,
            company: company.map(|company| company.details.name.as_str().to_owned()),
            expires_at: invitation.expires_at,
        })
    }

    /// Makes the user that the invitation describes. The mail has proven the address.
    ///
    /// # Errors
    /// [`Error::TokenInvalid`] when the token is not good, or not any more; also when the address has got an account
    /// by another way meanwhile.
    pub async fn accept(&self, order: AcceptInvitation) -> Result<User, Error> {
        let desk = &self.desk;
        let digest = &desk.ports.tokens.digest(order.token.expose());
        // Looked at before the costly hash, so that made-up tokens cost next to nothing.
        let mut work = desk.begin_read(&Actor::System).await?;
        self.pending(&mut *work, digest).await?;
        drop(work);
        let hash = &desk.ports.passwords.hash(order.password.secret()).await?;
        let order = &order;
        desk.order(&Actor::Visitor, Asked::for_new(Resource::User), || async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            let mut invitation = self.pending(&mut *work, digest).await?;
            work.one_time_tokens().take(digest).await.map_err(Error::of_token)?;
            work.one_time_tokens().discard(Purpose::Invitation(invitation.id)).await?;
            let new = NewUser {
                email: invitation.email.clone(),
                name: order.name.clone(),
                role: invitation.role,
                company: invitation.company,
            };
            let user = User::create(desk.new_id(), new, Verified::Yes, now);
            let made = Actor::System.may(Verb::Create, &user)?;
            work.users().add(&made, &user).await.map_err(Error::of_taken)?;
            work.users().set_password_hash(&made, user.id, hash).await?;
            let permit = Actor::System.may(Verb::Create, &invitation)?;
            invitation.accepted_at = Some(now);
            work.invitations().settle(&permit, &invitation).await?;
            let accepted = event(&invitation, InvitationChange::Accepted { user: user.id });
            work.journal().record_for(&Actor::Visitor, &permit, &accepted, now).await?;
            let created = Event::UserCreated { user: user.id };
            work.journal().record_for(&Actor::Visitor, &made, &created, now).await?;
            work.commit().await?;
            Ok(user)
        })
        .await
    }

    async fn pending(&self, work: &mut dyn UnitOfWork, digest: &TokenDigest) -> Result<Invitation, Error> {
        let token = self.desk.good_token(work, digest).await?;
        let Purpose::Invitation(id) = token.purpose else { return Err(Error::TokenInvalid) };
        let invitation = work.invitations().get(id).await?.ok_or(Error::TokenInvalid)?;
        match invitation.status(self.desk.now()) {
            InvitationStatus::Pending if self.still_meant(work, &invitation).await? => Ok(invitation),
            InvitationStatus::Pending => Err(Error::TokenInvalid),
            InvitationStatus::Accepted | InvitationStatus::Revoked | InvitationStatus::Expired => {
                Err(Error::TokenInvalid)
            }
        }
    }

    /// Whether the company is still there, and whoever invited somebody to the staff may still do so.
    async fn still_meant(&self, work: &mut dyn UnitOfWork, invitation: &Invitation) -> Result<bool, Error> {
        if let Some(company) = invitation.company
            && work.companies().get(company).await?.is_none()
        {
            return Ok(false);
        }
        if invitation.role == Role::Client {
            return Ok(true);
        }
        let Some(inviter) = invitation.invited_by else { return Ok(false) };
        let inviter = work.users().get(inviter).await?.filter(User::may_sign_in);
        Ok(inviter.is_some_and(|user| {
            let actor = Actor::User(UserActor {
                id: user.id,
                role: user.role,
                company: user.company,
                via: Via::Program,
            });
            actor.may(Verb::Create, invitation).is_ok()
        }))
    }
}
