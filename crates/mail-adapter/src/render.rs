use chrono::{DateTime, Utc};
use kairo_domain::{Redacted, Role};
use kairo_ports::{Mail, MailContent};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::Brand;
use crate::line::{harmless, one_line};
use source::Source;

mod notice;
mod source;

#[cfg(test)]
mod tests;

/// A mail as it is read.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, one line.
    pub subject: String,
    /// For programs that show plain text.
    pub text: String,
    /// For those that show HTML; it needs nothing from elsewhere.
    pub html: String,
}

/// A template could not be filled in.
#[derive(Debug, thiserror::Error)]
#[error("the template of the mail cannot be filled in")]
pub struct RenderError(#[from] minijinja::Error);

/// Writes a mail in the studio's name.
///
/// # Errors
/// [`RenderError`] when a template asks for something that the mail does not say.
pub fn render(mail: &Mail, studio: &Brand) -> Result<Rendered, RenderError> {
    let environment = environment(Source::of(&mail.content))?;
    let context = context(mail, studio);
    let mut text = environment.get_template("mail.txt")?.render_captured(context.clone())?;
    let subject = text.with_state_mut(|state| state.render_block("subject"))?;
    let subject = one_line(&subject);
    let html = context! { subject => subject.as_str(), ..context };
    let html = environment.get_template("mail.html")?.render(html)?;
    Ok(Rendered { subject, text: text.into_output(), html })
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
        MailContent::AlreadyRegistered => unlinked(),
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
