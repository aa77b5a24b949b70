use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use kairo_ports::{Clock, Mail, MailError};
use lettre::Message;
use lettre::error::Error;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MessageBuilder, MultiPart, SinglePart};

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
            .header(AutoSubmitted);
        Ok((with_bodies(message, mail, rendered).map_err(permanent)?, now))
    }
}

pub(crate) fn permanent(error: impl std::error::Error + Send + Sync + 'static) -> MailError {
    MailError::Permanent(Box::new(error))
}

pub(crate) fn transient(error: impl std::error::Error + Send + Sync + 'static) -> MailError {
    MailError::Transient(Box::new(error))
}

/// The text, and beside it the same as HTML if there is such.
fn with_bodies(message: MessageBuilder, mail: &Mail, rendered: Rendered) -> Result<Message, Error> {
    let boundary = format!("kairo-{}", mail.letter);
    let part = |kind, text| SinglePart::builder().header(kind).body(body(text, &boundary));
    let text = part(ContentType::TEXT_PLAIN, rendered.text);
    let Some(html) = rendered.html else { return message.singlepart(text) };
    let html = part(ContentType::TEXT_HTML, html);
    message.multipart(MultiPart::alternative().boundary(&boundary).singlepart(text).singlepart(html))
}

/// A text as it is sent: plain ASCII where that is possible, so that a link is whole for who reads the file itself.
fn body(text: String, boundary: &str) -> Body {
    if has_to_be_hidden(&text, boundary) {
        let hidden = Body::new_with_encoding(text, ContentTransferEncoding::Base64);
        return hidden.unwrap_or_else(Body::new);
    }
    let is_plain = text.is_ascii() && text.lines().all(|line| line.len() <= LINE_MAX);
    if !is_plain {
        return Body::new(text);
    }
    let lines: Vec<&str> = text.lines().collect();
    Body::dangerous_pre_encoded((lines.join("\r\n") + "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
}

/// Whether something of the text could be taken for the end of its part, or, by a server that takes half an end of a
/// line for one, for the end of the mail.
fn has_to_be_hidden(text: &str, boundary: &str) -> bool {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    text.contains(boundary) || text.replace("\r\n", "\n").contains(is_odd)
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
