use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use kairo_ports::{Clock, Mail, MailError};
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use crate::address::address;
use crate::line::harmless;
use crate::{Brand, Rendered, Sender, render};

/// The most bytes of a line (RFC 5322, section 2.1.1).
const LINE_MAX: usize = 998;

/// Makes messages of mails.
pub(crate) struct Composer {
    pub(crate) sender: Sender,
    pub(crate) brand: Brand,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Composer {
    /// The message and when it is sent. A repeat differs from the first in its date alone: a receiver can tell that it
    /// is the same letter.
    pub(crate) fn compose(&self, mail: &Mail) -> Result<(Message, DateTime<Utc>), MailError> {
        let now = self.clock.now();
        let to = Mailbox::new(
            mail.name.as_ref().and_then(|name| harmless(name.as_str())),
            address(mail.to.as_str()).map_err(permanent)?,
        );
        let rendered = render(mail, &self.brand).map_err(permanent)?;
        let message = Message::builder()
            .date(SystemTime::from(now))
            .from(self.sender.mailbox())
            .to(to)
            .subject(rendered.subject.clone())
            .message_id(Some(format!("<{}@{}>", mail.letter, self.sender.host())))
            .header(AutoSubmitted)
            .multipart(alternatives(mail, rendered))
            .map_err(permanent)?;
        Ok((message, now))
    }
}

pub(crate) fn permanent(error: impl std::error::Error + Send + Sync + 'static) -> MailError {
    MailError::Permanent(Box::new(error))
}

pub(crate) fn transient(error: impl std::error::Error + Send + Sync + 'static) -> MailError {
    MailError::Transient(Box::new(error))
}

fn alternatives(mail: &Mail, rendered: Rendered) -> MultiPart {
    let part = |kind, text| SinglePart::builder().header(kind).body(body(text));
    MultiPart::alternative()
        .boundary(format!("kairo-{}", mail.letter))
        .singlepart(part(ContentType::TEXT_PLAIN, rendered.text))
        .singlepart(part(ContentType::TEXT_HTML, rendered.html))
}

/// A text as it is sent: plain ASCII where that is possible, so that a link is whole for who reads the file itself.
fn body(text: String) -> Body {
    let is_plain = text.is_ascii() && text.lines().all(|line| line.len() <= LINE_MAX);
    if !is_plain {
        return Body::new(text);
    }
    let lines: Vec<&str> = text.lines().collect();
    Body::dangerous_pre_encoded((lines.join("\r\n") + "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
}

/// Tells other programs not to answer this mail (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests;
