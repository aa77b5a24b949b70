use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Email as Address, Redacted};
use kairo_flow::{Effect, Email, StepError};
use kairo_ports::{Mail, MailContent, MailError};
use serde_json::json;

use super::drive::Drive;
use super::outside::{Came, Did};
use crate::ids::derived_id;

impl Drive {
    /// Sends a mail to each address, under a message id that is the same for every attempt. An attempt goes on behind the
    /// last mail that an earlier one sent; only what a worker did in its last moments is sent again.
    pub(super) async fn mail(&self, effect: &Effect, email: &Email) -> Did {
        let mails = match self.mails(effect, email) {
            Ok(mails) => mails,
            Err(error) => return Did::plain(Err(error)),
        };
        let until =
            effect.timeout_seconds.map(|seconds| self.desk.now() + TimeDelta::seconds(seconds.into()));
        let before = sent_before(effect);
        for (sent, mail) in mails.iter().enumerate().skip(before) {
            self.slot.leave();
            if let Err(error) = self.send(mail, until).await {
                return Did { kept: json!({"sent": sent}), ..Did::plain(Err(error)) };
            }
        }
        let letters: Vec<_> = mails.iter().map(|mail| mail.letter).collect();
        Did::plain(Ok(Came::To(json!({"sent": letters.len(), "messages": letters}))))
    }

    fn mails(&self, effect: &Effect, email: &Email) -> Result<Vec<Mail>, StepError> {
        let addresses = email.to.iter().map(|address| parsed(address)).collect::<Result<Vec<_>, _>>()?;
        let mail = |(at, to)| {
            let letter =
                derived_id(&*self.desk.ports.tokens, &format!("{}:{}:{at}", self.run.id, effect.key));
            let content = MailContent::Written {
                subject: email.subject.clone(),
                text: Redacted::new(email.text.clone()),
                html: email.html.clone().map(Redacted::new),
            };
            Mail { letter, to, name: None, content }
        };
        Ok(addresses.into_iter().enumerate().map(mail).collect())
    }

    /// Sends one, in what is left of the time for all of them.
    async fn send(&self, mail: &Mail, until: Option<DateTime<Utc>>) -> Result<(), StepError> {
        let mailer = &self.desk.ports.mailer;
        let sent = match until.map(|until| until - self.desk.now()) {
            None => mailer.send(mail).await,
            Some(left) if left > TimeDelta::zero() => mailer.send_within(mail, left).await,
            Some(_) => return Err(StepError::retryable("timed_out", "the mails could not be sent in time")),
        };
        sent.map_err(|error| failed(&error))
    }
}

/// How many mails earlier attempts have sent.
fn sent_before(effect: &Effect) -> usize {
    let sent = effect.resumed.as_ref().and_then(|detail| detail["kept"]["sent"].as_u64());
    sent.and_then(|sent| usize::try_from(sent).ok()).unwrap_or_default()
}

fn parsed(address: &str) -> Result<Address, StepError> {
    Address::parse(address)
        .map_err(|issue| StepError::permanent("not_an_email", format!("an address {issue}")))
}

fn failed(error: &MailError) -> StepError {
    let message = error.to_string();
    match error {
        MailError::Transient(_) => StepError::retryable("mail_failed", message),
        MailError::Permanent(_) => StepError::permanent("mail_refused", message),
    }
}
