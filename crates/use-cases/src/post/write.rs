use chrono::TimeDelta;
use kairo_domain::{
    Actor, AttemptsOf, Email, EmailChange, EmailChangeId, Invitation, InvitationId, InvitationStatus, Letter,
    LetterId, OneTimeToken, PersonName, Purpose, Redacted, SignUp, SignUpId, User, UserId,
};
use kairo_ports::{Mail, MailContent, QueuedLetter, UnitOfWork};

use super::Post;
use crate::Error;
use crate::retry::retry;

/// For how long a link to set another password is good.
const RESET_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// For how long the link to set a first password is good.
const WELCOME_LIFETIME: TimeDelta = TimeDelta::days(7);

/// A letter as it is being written.
struct Draft<'a> {
    post: &'a Post,
    id: LetterId,
    /// Whether it was never tried before.
    is_first: bool,
    work: &'a mut dyn UnitOfWork,
}

impl Post {
    /// The mail for a letter, with a token made for it; `None` when nobody is owed it any more.
    pub(super) async fn write(&self, queued: &QueuedLetter) -> Result<Option<Mail>, Error> {
        retry(|| async move {
            let mut work = self.desk.begin(&Actor::System).await?;
            let mut draft =
                Draft { post: self, id: queued.id, is_first: queued.attempts == 0, work: &mut *work };
            let mail = draft.write(&queued.letter).await?;
            // Before the mail is sent: a link in it must be good.
            work.commit().await?;
            Ok(mail)
        })
        .await
    }
}

impl Draft<'_> {
    async fn write(&mut self, letter: &Letter) -> Result<Option<Mail>, Error> {
        match letter {
            Letter::VerifyAddress(id) => self.verify_address(*id).await,
            Letter::ResetPassword(email) => self.reset_password(email).await,
            Letter::Welcome(id) => self.welcome(*id).await,
            Letter::Invitation(id) => self.invitation(*id).await,
            Letter::ConfirmOldAddress(id) => self.confirm_old_address(*id).await,
            Letter::ConfirmNewAddress(id) => self.confirm_new_address(*id).await,
            Letter::Notice(id, notice) => {
                let user = self.work.users().get(*id).await?;
                Ok(user.map(|user| self.to_user(&user, MailContent::Notice(*notice))))
            }
        }
    }

    async fn verify_address(&mut self, id: SignUpId) -> Result<Option<Mail>, Error> {
        let Some((sign_up, _)) = self.work.sign_ups().get(id).await? else { return Ok(None) };
        if self.is_flooded(&sign_up.email).await? {
            return Ok(None);
        }
        if let Some(owner) = self.work.users().find_by_email(&sign_up.email).await? {
            return Ok(Some(self.to_user(&owner, MailContent::AlreadyRegistered)));
        }
        let (token, kept) = self.token(Purpose::SignUp(id), SignUp::LIFETIME).await?;
        let link = self.post.desk.ports.links.verify_address(&token);
        let content = MailContent::VerifyAddress { link, expires_at: kept.expires_at };
        Ok(Some(self.to(sign_up.email, sign_up.name, content)))
    }

    async fn reset_password(&mut self, email: &Email) -> Result<Option<Mail>, Error> {
        let user = self.work.users().find_by_email(email).await?.filter(User::may_sign_in);
        let Some(user) = user else { return Ok(None) };
        if self.is_flooded(email).await? {
            return Ok(None);
        }
        let (token, kept) = self.token(Purpose::PasswordReset(user.id), RESET_LIFETIME).await?;
        let link = self.post.desk.ports.links.reset_password(&token);
        let content = MailContent::ResetPassword { link, expires_at: kept.expires_at };
        Ok(Some(self.to_user(&user, content)))
    }

    async fn welcome(&mut self, id: UserId) -> Result<Option<Mail>, Error> {
        let Some(user) = self.work.users().get(id).await? else { return Ok(None) };
        let (token, kept) = self.token(Purpose::PasswordReset(id), WELCOME_LIFETIME).await?;
        let link = self.post.desk.ports.links.reset_password(&token);
        let content = MailContent::Welcome { link, expires_at: kept.expires_at };
        Ok(Some(self.to_user(&user, content)))
    }

    async fn invitation(&mut self, id: InvitationId) -> Result<Option<Mail>, Error> {
        let invitation = self.work.invitations().get(id).await?;
        let now = self.post.desk.now();
        let is_pending = |invitation: &Invitation| invitation.status(now) == InvitationStatus::Pending;
        let Some(invitation) = invitation.filter(is_pending) else { return Ok(None) };
        // The link of an earlier mail is void, so that one that went astray can be made good.
        self.work.one_time_tokens().discard(Purpose::Invitation(id)).await?;
        let (token, _) = self.token(Purpose::Invitation(id), invitation.expires_at - now).await?;
        let inviter = match invitation.invited_by {
            Some(user) => self.work.users().get(user).await?.and_then(|user| user.name.clone()),
            None => None,
        };
        let company = match invitation.company {
            Some(company) => self.work.companies().get(company).await?,
            None => None,
        };
        let content = MailContent::Invitation {
            link: self.post.desk.ports.links.accept_invitation(&token),
            expires_at: invitation.expires_at,
            inviter,
            company: company.map(|company| company.details.name.as_str().to_owned()),
            role: invitation.role,
        };
        Ok(Some(self.to(invitation.email, None, content)))
    }

    async fn confirm_old_address(&mut self, id: EmailChangeId) -> Result<Option<Mail>, Error> {
        let Some((change, user)) = self.change(id).await? else { return Ok(None) };
        let (token, kept) = self.token(Purpose::OldAddress(id), EmailChange::LIFETIME).await?;
        let link = self.post.desk.ports.links.verify_address(&token);
        let content =
            MailContent::ConfirmOldAddress { link, expires_at: kept.expires_at, new_email: change.new_email };
        Ok(Some(self.to_user(&user, content)))
    }

    async fn confirm_new_address(&mut self, id: EmailChangeId) -> Result<Option<Mail>, Error> {
        let Some((change, user)) = self.change(id).await? else { return Ok(None) };
        if self.is_flooded(&change.new_email).await? {
            return Ok(None);
        }
        if let Some(owner) = self.work.users().find_by_email(&change.new_email).await?
            && owner.id != user.id
        {
            return Ok(Some(self.to_user(&owner, MailContent::AlreadyRegistered)));
        }
        let (token, kept) = self.token(Purpose::NewAddress(id), EmailChange::LIFETIME).await?;
        let link = self.post.desk.ports.links.verify_address(&token);
        let content = MailContent::ConfirmNewAddress { link, expires_at: kept.expires_at };
        Ok(Some(self.to(change.new_email, user.name.clone(), content)))
    }

    async fn change(&mut self, id: EmailChangeId) -> Result<Option<(EmailChange, User)>, Error> {
        let Some(change) = self.work.email_changes().get(id).await? else { return Ok(None) };
        let user = self.work.users().get(change.user).await?;
        Ok(user.map(|user| (change, user)))
    }

    /// Whether somebody, from however many places, has this address mailed again and again; else this mail is counted.
    async fn is_flooded(&mut self, email: &Email) -> Result<bool, Error> {
        if !self.is_first {
            return Ok(false);
        }
        let desk = &self.post.desk;
        let key = [desk.ports.tokens.digest(&format!("mail:{}", email.folded()))];
        let now = desk.now();
        let sent = self.work.attempts().of(&key).await?.into_iter().next().flatten();
        if sent.is_some_and(|sent| sent.wait(AttemptsOf::Account, now).is_some()) {
            return Ok(true);
        }
        self.work.attempts().failed(&key, now).await?;
        Ok(false)
    }

    async fn token(
        &mut self,
        purpose: Purpose,
        lifetime: TimeDelta,
    ) -> Result<(Redacted<String>, OneTimeToken), Error> {
        self.post.desk.new_token(self.work, purpose, lifetime).await
    }

    fn to_user(&self, user: &User, content: MailContent) -> Mail {
        self.to(user.email.clone(), user.name.clone(), content)
    }

    const fn to(&self, to: Email, name: Option<PersonName>, content: MailContent) -> Mail {
        Mail { letter: self.id, to, name, content }
    }
}
