use kairo_domain::{Email as Address, Redacted};
use kairo_flow::{Effect, Email, StepError};
use kairo_ports::{Mail, MailContent, MailError};
use serde_json::{Value, json};

use super::drive::Drive;
use crate::ids::derived_id;

impl Drive {
    /// Sends a mail to each address, under a message id that is the same for every attempt.
    pub(super) async fn mail(&self, effect: &Effect, email: &Email) -> Result<Value, StepError> {
        let addresses = email.to.iter().map(|address| parsed(address)).collect::<Result<Vec<_>, _>>()?;
        let mut letters = Vec::new();
        for (at, to) in addresses.into_iter().enumerate() {
            let letter =
                derived_id(&*self.desk.ports.tokens, &format!("{}:{}:{at}", self.run.id, effect.key));
            let content = MailContent::Written {
                subject: email.subject.clone(),
                text: Redacted::new(email.text.clone()),
                html: email.html.clone().map(Redacted::new),
            };
            let mail = Mail { letter, to, name: None, content };
            self.desk.ports.mailer.send(&mail).await.map_err(|error| failed(&error))?;
            letters.push(letter);
        }
        Ok(json!({"sent": letters.len(), "messages": letters}))
    }
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
