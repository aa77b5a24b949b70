use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Email, LetterId, Notice, PersonName, Redacted, Role};

/// A mail to one address.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The letter it is; a repeat has the same, so that a receiver can tell.
    pub letter: LetterId,
    /// To whom.
    pub to: Email,
    /// The name to greet.
    pub name: Option<PersonName>,
    /// What it says.
    pub content: MailContent,
}

/// What a mail says.
#[derive(Clone, Debug)]
pub enum MailContent {
    /// Prove your address.
    VerifyAddress {
        /// Where to.
        link: Redacted<String>,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// Somebody signed up with your address, which has an account.
    AlreadyRegistered,
    /// Set another password.
    ResetPassword {
        /// Where to.
        link: Redacted<String>,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// An account was made for you: set a password.
    Welcome {
        /// Where to.
        link: Redacted<String>,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// You are invited.
    Invitation {
        /// Where to.
        link: Redacted<String>,
        /// Until when.
        expires_at: DateTime<Utc>,
        /// Who asks.
        inviter: Option<PersonName>,
        /// For which company.
        company: Option<String>,
        /// The role.
        role: Role,
    },
    /// Confirm that your account gets another address; this goes to the one it has.
    ConfirmOldAddress {
        /// Where to.
        link: Redacted<String>,
        /// Until when.
        expires_at: DateTime<Utc>,
        /// The address to be.
        new_email: Email,
    },
    /// Confirm that your account gets this address.
    ConfirmNewAddress {
        /// Where to.
        link: Redacted<String>,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// Something about the security of your account changed.
    Notice(Notice),
    /// What a flow wrote.
    Written {
        /// Its subject.
        subject: String,
        /// Its text.
        text: Redacted<String>,
        /// The same as HTML.
        html: Option<Redacted<String>>,
    },
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It may go through later.
    #[error("the mail could not be sent now")]
    Transient(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It never will.
    #[error("the mail was refused")]
    Permanent(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Writes and sends mails.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends a mail. Fails with [`MailError::Transient`] when trying again makes sense.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;

    /// Sends a mail that has to be handed over within this time. Fails with [`MailError::Transient`] when it takes longer;
    /// it may have been handed over all the same. A mailer that waits for nobody has no need of a method of its own.
    async fn send_within(&self, mail: &Mail, _time: TimeDelta) -> Result<(), MailError> {
        self.send(mail).await
    }
}
