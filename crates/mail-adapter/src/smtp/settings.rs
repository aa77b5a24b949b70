use std::fmt;

use kairo_domain::Redacted;
use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::{BadSender, Sender};

/// Which server takes the mails, and from whom they come.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    pub(super) security: Security,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: Option<String>,
    pub(super) password: Redacted<String>,
    pub(super) from: Sender,
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// From the first byte.
    Tls,
    /// Before anything that matters is sent.
    StartTls,
    /// Not at all, within this machine.
    None,
}

/// Settings that name no server. None of them repeats the URL, since a password may be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSmtpSettings {
    /// Not a URL.
    #[error("the mail server must be a URL such as smtps://user:password@mail.example.com")]
    NotAUrl,
    /// A URL of something else.
    #[error("the URL of the mail server must begin with smtps:// (TLS) or smtp:// (STARTTLS)")]
    Scheme,
    /// No host.
    #[error("the URL of the mail server names no host")]
    NoHost,
    /// Something after the host and port.
    #[error("the URL of the mail server ends with its host and port")]
    Rest,
    /// A user without a password, or the other way round.
    #[error("the URL of the mail server must have both a user and a password, or neither")]
    HalfCredentials,
    /// User or password is not percent-encoded UTF-8.
    #[error("user and password in the URL of the mail server must be percent-encoded UTF-8")]
    Encoding,
    /// The sender is none.
    #[error(transparent)]
    Sender(#[from] BadSender),
}

impl SmtpSettings {
    /// Reads the server's URL, `smtps://user:password@host:port` or `smtp://...`, and the sender.
    ///
    /// With `smtps` the connection is TLS from the start, on port 465; with `smtp` it must become so (STARTTLS), on
    /// port 587; only to this machine itself it stays as it is, on port 25. User and password are percent-encoded.
    ///
    /// # Errors
    /// [`BadSmtpSettings`] says what is missing.
    pub fn parse(url: &str, from: &str) -> Result<Self, BadSmtpSettings> {
        let url = Url::parse(url.trim()).map_err(|_| BadSmtpSettings::NotAUrl)?;
        let (host, is_here) = host(&url)?;
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls, 465),
            "smtp" if is_here => (Security::None, 25),
            "smtp" => (Security::StartTls, 587),
            _ => return Err(BadSmtpSettings::Scheme),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(BadSmtpSettings::Rest);
        }
        let (user, password) = credentials(&url)?;
        let port = url.port().unwrap_or(port);
        Ok(Self { security, host, port, user, password, from: Sender::parse(from)? })
    }

    pub(super) fn credentials(&self) -> Option<Credentials> {
        self.user.clone().map(|user| Credentials::new(user, self.password.expose().clone()))
    }
}

/// The host as one connects to it, and whether it is this machine.
fn host(url: &Url) -> Result<(String, bool), BadSmtpSettings> {
    // A URL of a scheme that is not of the web keeps addresses as text.
    let text = url.host_str().filter(|host| !host.is_empty()).ok_or(BadSmtpSettings::NoHost)?;
    let host = Host::parse(text).map_err(|_| BadSmtpSettings::NoHost)?;
    Ok(match host {
        Host::Domain(name) => {
            let is_here = name == "localhost";
            (name, is_here)
        }
        Host::Ipv4(address) => (address.to_string(), address.is_loopback()),
        Host::Ipv6(address) => (address.to_string(), address.is_loopback()),
    })
}

fn credentials(url: &Url) -> Result<(Option<String>, Redacted<String>), BadSmtpSettings> {
    let user = Some(url.username()).filter(|user| !user.is_empty());
    let password = url.password().filter(|password| !password.is_empty());
    if user.is_some() != password.is_some() {
        return Err(BadSmtpSettings::HalfCredentials);
    }
    let password = password.map(decoded).transpose()?.unwrap_or_default();
    Ok((user.map(decoded).transpose()?, Redacted::new(password)))
}

fn decoded(text: &str) -> Result<String, BadSmtpSettings> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| BadSmtpSettings::Encoding)?;
    Ok(text.into_owned())
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("security", &self.security)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("password", &self.password)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
