use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use kairo_ports::{Clock, Mail, MailError, Mailer};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::Brand;
use crate::composer::{Composer, permanent, transient};
use settings::Security;

mod settings;

#[cfg(test)]
mod tests;

pub use settings::{BadSmtpSettings, SmtpSettings};

/// For how long a server may take to connect, and again to take a mail.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hands mails to an SMTP server, each on a connection of its own.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    composer: Composer,
}

/// The TLS of this machine cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("TLS for the mail server cannot be set up: are this machine's root certificates installed?")]
pub struct BadTls(#[source] Error);

/// What the server or the way to it said, without the addresses in it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotSent(String);

impl SmtpMailer {
    /// Prepares to send; nothing is connected yet.
    ///
    /// # Errors
    /// [`BadTls`] when the certificates of this machine cannot be read.
    pub fn new(settings: &SmtpSettings, brand: Brand, clock: Arc<dyn Clock>) -> Result<Self, BadTls> {
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.as_str())
            .port(settings.port)
            .tls(tls(settings)?)
            .hello_name(ClientId::Domain(settings.from.host().to_owned()))
            .timeout(Some(PATIENCE));
        if let Some(credentials) = settings.credentials() {
            transport = transport.credentials(credentials);
        }
        Ok(Self {
            transport: transport.build(),
            composer: Composer { sender: settings.from.clone(), brand, clock },
        })
    }

    async fn deliver(&self, message: Message, time: Duration) -> Result<(), MailError> {
        let is_ascii = message.envelope().to().iter().all(|to| AsRef::<str>::as_ref(to).is_ascii());
        // The time-out of the library ends with the connection.
        let sent = tokio::time::timeout(time.min(PATIENCE * 2), self.transport.send(message)).await;
        let Ok(answer) = sent else { return Err(transient(io::Error::from(io::ErrorKind::TimedOut))) };
        answer.map(drop).map_err(|error| match error {
            // The server does not take an address with letters beyond ASCII, and never will.
            error if error.is_client() && !is_ascii => permanent(NotSent::from(&error)),
            error if is_final(&error) => permanent(NotSent::from(&error)),
            error => transient(NotSent::from(&error)),
        })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let (message, _) = self.composer.compose(mail)?;
        self.deliver(message, PATIENCE * 2).await
    }

    async fn send_within(&self, mail: &Mail, time: TimeDelta) -> Result<(), MailError> {
        let (message, _) = self.composer.compose(mail)?;
        self.deliver(message, time.to_std().unwrap_or_default()).await
    }
}

impl From<&Error> for NotSent {
    /// Servers like to repeat the address that they refuse, and errors are logged.
    fn from(error: &Error) -> Self {
        let said = error.to_string();
        let words = said.split_whitespace().map(|word| if word.contains('@') { "[redacted]" } else { word });
        Self(words.collect::<Vec<_>>().join(" "))
    }
}

fn tls(settings: &SmtpSettings) -> Result<Tls, BadTls> {
    let parameters = || TlsParameters::new(settings.host.clone()).map_err(BadTls);
    Ok(match settings.security {
        Security::Tls => Tls::Wrapper(parameters()?),
        Security::StartTls => Tls::Required(parameters()?),
        Security::None => Tls::None,
    })
}

/// Whether the server will never take this letter. What it says of us, rather than of the letter, is ours to repair:
/// no letter is lost over a password that was changed (RFC 4954, section 6).
fn is_final(error: &Error) -> bool {
    const ABOUT_US: [u16; 4] = [530, 534, 535, 538];
    error.is_permanent() && !error.status().is_some_and(|code| ABOUT_US.contains(&u16::from(code)))
}
