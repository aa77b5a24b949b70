use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kairo_ports::{Mail, MailContent, MailError, Mailer};

/// A mailer that keeps all mails. Clones are the same mailbox.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    mails: Vec<Mail>,
    troubles: VecDeque<MailTrouble>,
}

/// How a mailbox fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTrouble {
    /// For now.
    Transient,
    /// For good.
    Permanent,
}

impl Mailbox {
    /// The mails so far, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.contents().mails.clone()
    }

    /// Takes the mails out, the oldest first.
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut self.contents().mails)
    }

    /// The token in a mail's link, if it has one.
    pub fn token_of(mail: &Mail) -> Option<String> {
        let link = match &mail.content {
            MailContent::VerifyAddress { link, .. }
            | MailContent::ResetPassword { link, .. }
            | MailContent::Welcome { link, .. }
            | MailContent::Invitation { link, .. }
            | MailContent::ConfirmOldAddress { link, .. }
            | MailContent::ConfirmNewAddress { link, .. } => link,
            MailContent::AlreadyRegistered | MailContent::Notice(_) | MailContent::Written { .. } => {
                return None;
            }
        };
        link.expose().split_once("#token=").map(|(_, token)| token.to_owned())
    }

    /// Makes the next mail fail; said twice, the next two.
    pub fn fail_next(&self, trouble: MailTrouble) {
        self.contents().troubles.push_back(trouble);
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let mut contents = self.contents();
        match contents.troubles.pop_front() {
            None => {
                contents.mails.push(mail.clone());
                Ok(())
            }
            Some(MailTrouble::Transient) => Err(MailError::Transient("the mailbox is full".into())),
            Some(MailTrouble::Permanent) => Err(MailError::Permanent("nobody lives here".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use kairo_domain::{LetterId, Notice, Redacted};

    use super::*;
    use crate::builders::{email, next_id};
    use crate::fakes::START;

    fn mail() -> Mail {
        let letter = LetterId::from_uuid(next_id());
        let content = MailContent::Notice(Notice::PasswordChanged);
        Mail { letter, to: email("ada@example.com"), name: None, content }
    }

    #[tokio::test]
    async fn a_mailbox_keeps_what_was_sent() {
        let (mailbox, mails) = (Mailbox::default(), [mail(), mail()]);
        for mail in &mails {
            mailbox.clone().send(mail).await.unwrap();
        }
        let letters = mails.map(|mail| mail.letter);
        assert_eq!(mailbox.mails().iter().map(|mail| mail.letter).collect::<Vec<_>>(), letters);
        assert_eq!((mailbox.take().len(), mailbox.take().len()), (2, 0));
    }

    #[test]
    fn the_token_stands_behind_the_link() {
        let link = Redacted::new("https://studio.example/reset-password#token=token-1".to_owned());
        let content = MailContent::ResetPassword { link, expires_at: START };
        assert_eq!(Mailbox::token_of(&Mail { content, ..mail() }).as_deref(), Some("token-1"));
        assert_eq!(Mailbox::token_of(&mail()), None);
    }

    #[tokio::test]
    async fn a_mailbox_fails_as_it_was_told() {
        let mailbox = Mailbox::default();
        mailbox.fail_next(MailTrouble::Transient);
        mailbox.fail_next(MailTrouble::Permanent);
        assert!(matches!(mailbox.send(&mail()).await, Err(MailError::Transient(_))));
        assert!(matches!(mailbox.send(&mail()).await, Err(MailError::Permanent(_))));
        assert!(mailbox.send(&mail()).await.is_ok());
        assert_eq!(mailbox.mails().len(), 1);
    }
}
