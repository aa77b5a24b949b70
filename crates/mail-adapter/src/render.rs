use chrono::{DateTime, Utc};
use kairo_domain::{Redacted, Role};
use kairo_ports::{Mail, MailContent};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::Brand;
use crate::line::{ends_line, harmless, one_line};
use source::Source;

mod notice;
mod source;

#[cfg(test)]
mod tests;

/// The most bytes of a subject, so that its line is not too long even if it cannot be folded (RFC 5322, section 2.1.1).
const SUBJECT_MAX: usize = 988;

/// A mail as it is read.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, one line.
    pub subject: String,
    /// For programs that show plain text.
    pub text: String,
    /// For those that show HTML. What the studio writes itself has it, and it needs nothing from elsewhere.
    pub html: Option<String>,
}

/// A mail cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template asks for something that the mail does not say.
    #[error("the template of the mail cannot be filled in")]
    Template(#[from] minijinja::Error),
    /// The subject that a flow wrote is none.
    #[error("the subject is not one line of at most {SUBJECT_MAX} bytes")]
    Subject,
}

/// Writes a mail in the studio's name; one that a flow wrote stays as it is.
///
/// # Errors
/// [`RenderError`] when a template or a subject cannot be used.
pub fn render(mail: &Mail, studio: &Brand) -> Result<Rendered, RenderError> {
    match &mail.content {
        MailContent::Written { subject, text, html } => written(subject, text, html.as_ref()),
        told => filled_in(Source::of(told), mail, studio),
    }
}

/// What a flow wrote. A subject of several lines is refused rather than mended: behind its end would be a header.
fn written(
    subject: &str,
    text: &Redacted<String>,
    html: Option<&Redacted<String>>,
) -> Result<Rendered, RenderError> {
    if subject.len() > SUBJECT_MAX || subject.chars().any(ends_line) {
        return Err(RenderError::Subject);
    }
    let html = html.map(|html| html.expose().clone());
    Ok(Rendered { subject: subject.to_owned(), text: text.expose().clone(), html })
}

fn filled_in(source: Source, mail: &Mail, studio: &Brand) -> Result<Rendered, RenderError> {
    let environment = environment(source)?;
    let context = context(mail, studio);
    let mut text = environment.get_template("mail.txt")?.render_captured(context.clone())?;
    let subject = text.with_state_mut(|state| state.render_block("subject"))?;
    let subject = one_line(&subject);
    let html = context! { subject => subject.as_str(), ..context };
    let html = environment.get_template("mail.html")?.render(html)?;
    Ok(Rendered { subject, text: text.into_output(), html: Some(html) })
}

/// What a mail is called in a file name: the word of its letter, or of its notice.
pub(crate) fn kind(content: &MailContent) -> &'static str {
    match content {
        MailContent::Notice(notice) => notice.word(),
        other => Source::of(other).kind,
    }
}

fn environment(source: Source) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_template("layout.txt", source::LAYOUT_TEXT)?;
    environment.add_template("layout.html", source::LAYOUT_HTML)?;
    environment.add_template("mail.txt", source.text)?;
    environment.add_template("mail.html", source.html)?;
    Ok(environment)
}

fn context(mail: &Mail, studio: &Brand) -> Value {
    let name = mail.name.as_ref().and_then(|name| harmless(name.as_str()));
    let common = context! {
        greeting => name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},")),
        to => one_line(mail.to.as_str()),
        studio => one_line(&studio.name),
        studio_url => one_line(&studio.url),
    };
    context! { ..content(&mail.content), ..common }
}

fn content(content: &MailContent) -> Value {
    match content {
        MailContent::VerifyAddress { link, expires_at }
        | MailContent::ResetPassword { link, expires_at }
        | MailContent::Welcome { link, expires_at }
        | MailContent::ConfirmNewAddress { link, expires_at } => linked(link, *expires_at),
        MailContent::AlreadyRegistered | MailContent::Written { .. } => unlinked(),
        MailContent::Invitation { link, expires_at, inviter, company, role } => context! {
            inviter => inviter.as_ref().and_then(|name| harmless(name.as_str())),
            company => company.as_deref().and_then(harmless),
            role => standing(*role),
            ..linked(link, *expires_at)
        },
        MailContent::ConfirmOldAddress { link, expires_at, new_email } => {
            context! { new_email => one_line(new_email.as_str()), ..linked(link, *expires_at) }
        }
        MailContent::Notice(notice) => {
            let words = notice::words(*notice);
            context! {
                headline => words.headline,
                what => words.what,
                advice => words.advice,
                ..unlinked()
            }
        }
    }
}

fn linked(link: &Redacted<String>, expires_at: DateTime<Utc>) -> Value {
    context! { link => one_line(link.expose()), until => expires_at.format("%-d %B %Y, %H:%M UTC").to_string() }
}

fn unlinked() -> Value {
    context! { link => () }
}

const fn standing(role: Role) -> &'static str {
    match role {
        Role::Admin => "an administrator",
        Role::Team => "a member of the team",
        Role::Client => "a client",
    }
}
