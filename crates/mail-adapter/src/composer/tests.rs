use kairo_domain::{Email, PersonName};
use kairo_ports::MailContent;

use super::*;
use crate::test_mails::{StillClock, mail, studio};

fn composer() -> Composer {
    let sender = Sender::parse("Kairo Studio <studio@example.com>").unwrap();
    Composer { sender, brand: studio(), clock: Arc::new(StillClock) }
}

fn composed(mail: &Mail) -> String {
    let (message, _) = composer().compose(mail).unwrap();
    String::from_utf8(message.formatted()).unwrap()
}

/// The headers of the message itself, as they are sent.
fn headers(mail: &Mail) -> String {
    composed(mail).split_once("\r\n\r\n").unwrap().0.to_owned()
}

#[test]
fn a_message_says_from_whom_when_and_that_a_program_wrote_it() {
    insta::assert_snapshot!(headers(&mail(MailContent::AlreadyRegistered)));
}

#[test]
fn a_message_has_the_same_in_plain_text_and_html() {
    let message = composed(&mail(MailContent::AlreadyRegistered));
    let kinds: Vec<&str> = message.lines().filter(|line| line.starts_with("Content-Type: text/")).collect();
    assert_eq!(kinds, ["Content-Type: text/plain; charset=utf-8", "Content-Type: text/html; charset=utf-8"]);
}

#[test]
fn a_repeat_of_a_letter_is_the_same_message() {
    let mail = mail(MailContent::AlreadyRegistered);
    assert_eq!(composed(&mail), composed(&mail));
}

#[test]
fn a_link_is_whole_in_the_file() {
    let link = format!("https://studio.example/verify?token={}", "x".repeat(200));
    let content = MailContent::VerifyAddress {
        link: kairo_domain::Redacted::new(link.clone()),
        expires_at: StillClock.now(),
    };
    let message = composed(&mail(content));
    assert!(message.contains(&format!("\r\n{link}\r\n")), "{message}");
    assert!(message.lines().all(|line| line.len() <= LINE_MAX));
}

#[test]
fn every_line_ends_as_mails_want_it() {
    let message = composed(&mail(MailContent::AlreadyRegistered));
    assert_eq!(message.matches('\n').count(), message.matches("\r\n").count());
}

#[test]
fn letters_beyond_ascii_are_encoded() {
    let mut mail = mail(MailContent::AlreadyRegistered);
    mail.name = Some(PersonName::parse("Jörg Müller").unwrap());
    assert!(composed(&mail).is_ascii());
}

#[test]
fn a_host_beyond_ascii_is_written_in_ascii() {
    let mut mail = mail(MailContent::AlreadyRegistered);
    mail.to = Email::parse("ada@bücher.example").unwrap();
    assert!(headers(&mail).contains("ada@xn--bcher-kva.example"));
}

#[test]
fn no_name_breaks_out_of_its_header() {
    let mut composer = composer();
    composer.brand.name = "Studio\r\nBcc: all@evil.example\r\n\r\n<b>".to_owned();
    for name in
        ["Ada\r\nBcc: all@evil.example", "Ada\" <all@evil.example>, \"", "Ada\n\nHello", "a@evil.example"]
    {
        let mut mail = mail(MailContent::AlreadyRegistered);
        mail.name = Some(PersonName::restore(name.to_owned()));
        let (message, _) = composer.compose(&mail).unwrap();
        let message = String::from_utf8(message.formatted()).unwrap();
        let names = message.split_once("\r\n\r\n").unwrap().0.lines().filter(|line| !line.starts_with(' '));
        let names: Vec<&str> = names.map(|line| line.split_once(':').unwrap().0).collect();
        let expected =
            ["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];
        assert_eq!(names, expected, "{name}");
    }
}

#[test]
fn an_address_that_cannot_be_written_to_is_refused_for_good() {
    for text in ["nobody", "", "a@b\r\nBcc: c@d.example", "a b@example.com", "a@exa mple.com"] {
        let mut mail = mail(MailContent::AlreadyRegistered);
        mail.to = Email::restore(text.to_owned());
        assert!(matches!(composer().compose(&mail), Err(MailError::Permanent(_))), "{text}");
    }
}
