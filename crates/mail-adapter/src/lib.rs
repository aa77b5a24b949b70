//! What Kairo Studio writes to people: the mails, and two ways to get them out.
//!
//! # What this room is
//! [`render`], which makes a [`Mail`](kairo_ports::Mail) readable as plain text and as HTML; and two implementations of
//! [`kairo_ports::Mailer`]: the [`SmtpMailer`], which hands it to a mail server, and the [`DirectoryMailer`], which
//! writes it into a file instead.
//!
//! # What it may import
//! `kairo-domain`, `kairo-ports`, lettre, minijinja, tempfile, tokio, url.
//!
//! # What it never does
//! - It never decides who gets what: it says what it is told to whom it is told.
//! - It never puts anything into a mail that is fetched from elsewhere: no images, no fonts, no counting of readers.
//! - It never lets a name end a line, a header or an element: who signs up with your address writes nothing of the
//!   mail that you get.
//! - It never changes what a flow wrote, and never lets it become a header or end its part. What is in the text is the
//!   flow's business, links and images included.
//! - It never sends a word in clear over a network, and never logs a link, an address or a password.
//!
//! # How to add one
//! A mail is a variant of [`kairo_ports::MailContent`], two templates in `templates/` that say who it is for, why it
//! came, until when its link is good and what to do if the reader did not ask for it, and a case in the snapshots.
//!
//! # Example
//! ```
//! use kairo_domain::{Email, Id};
//! use kairo_mail::{Brand, render};
//! use kairo_ports::{Mail, MailContent};
//! # use uuid::Uuid;
//!
//! let mail = Mail {
//!     letter: Id::from_uuid(Uuid::from_u128(1)),
//!     to: Email::parse("ada@example.com")?,
//!     name: None,
//!     content: MailContent::AlreadyRegistered,
//! };
//! let studio = Brand { name: "Kairo Studio".into(), url: "https://studio.example".into() };
//! assert_eq!(render(&mail, &studio)?.subject, "You have an account at Kairo Studio");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(missing_docs)]

mod address;
mod brand;
mod composer;
mod directory;
mod line;
mod render;
mod sender;
mod smtp;
#[cfg(test)]
mod test_mails;

pub use brand::Brand;
pub use directory::{BadDirectory, DirectoryMailer};
pub use render::{RenderError, Rendered, render};
pub use sender::{BadSender, Sender};
pub use smtp::{BadSmtpSettings, BadTls, SmtpMailer, SmtpSettings};
