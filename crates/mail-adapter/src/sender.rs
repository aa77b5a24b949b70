use lettre::message::Mailbox;

use crate::address::address;

/// From whom mails come: `studio@example.com` or `Kairo Studio <studio@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

/// A text is no sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sender must be an e-mail address such as `Kairo Studio <studio@example.com>`")]
pub struct BadSender;

impl Sender {
    /// Checks a sender.
    ///
    /// # Errors
    /// [`BadSender`] unless it is an address, or a name and an address in angle brackets, in one line.
    pub fn parse(text: &str) -> Result<Self, BadSender> {
        if text.chars().any(char::is_control) {
            return Err(BadSender);
        }
        let Mailbox { name, email } = text.trim().parse().map_err(|_| BadSender)?;
        let email = address(email.as_ref()).map_err(|_| BadSender)?;
        Ok(Self(Mailbox::new(name, email)))
    }

    pub(crate) fn mailbox(&self) -> Mailbox {
        self.0.clone()
    }

    /// The host of the address, which is what this side of a connection calls itself too.
    pub(crate) fn host(&self) -> &str {
        self.0.email.domain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_has_an_address_and_may_have_a_name() {
        for (text, name) in [
            ("studio@example.com", None),
            ("<studio@example.com>", None),
            (" Kairo Studio <studio@example.com> ", Some("Kairo Studio")),
            ("\"Müller & Söhne\" <studio@example.com>", Some("Müller & Söhne")),
        ] {
            let sender = Sender::parse(text).unwrap();
            assert_eq!((sender.mailbox().name.as_deref(), sender.host()), (name, "example.com"), "{text}");
        }
    }

    #[test]
    fn a_host_is_one_that_every_server_takes() {
        assert_eq!(Sender::parse("studio@b\u{fc}cher.example").unwrap().host(), "xn--bcher-kva.example");
    }

    #[test]
    fn what_has_no_address_is_no_sender() {
        for text in
            ["", "studio", "Kairo Studio", "studio@", "a@example.com\r\nBcc: b@example.com", "a@b, c@d"]
        {
            assert_eq!(Sender::parse(text), Err(BadSender), "{text}");
        }
    }
}
