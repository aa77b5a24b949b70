use kairo_domain::{Email, PersonName};
use kairo_ports::MailContent;

use super::*;
use crate::test_mails::{StillClock, mail, studio, written};

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

#[test]
fn a_flow_may_write_plain_text_alone() {
    let message = composed(&mail(written("Hello", "one\n.\ntwo", None)));
    let (headers, body) = message.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "one\r\n.\r\ntwo\r\n\r\n");
    for line in [
        "Subject: Hello",
        "Message-ID: <01234567-89ab-7def-8123-456789abcdef@example.com>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(headers.lines().any(|own| own == line), "{line} in {headers}");
    }
    assert!(!message.contains("Kairo Studio,"), "nothing of the studio's is around it: {message}");
}

#[test]
fn a_flow_may_write_the_same_as_html() {
    let message = composed(&mail(written("Hello", "plain", Some("<p>rich</p>"))));
    assert!(message.contains("Content-Type: multipart/alternative;"), "{message}");
    let (plain, rich) = (message.find("\r\n\r\nplain\r\n"), message.find("\r\n\r\n<p>rich</p>\r\n"));
    // The last part is the one that a program likes best.
    assert!(plain.unwrap() < rich.unwrap(), "{message}");
}

#[test]
fn a_flow_writes_no_header() {
    for subject in ["Hello\r\nBcc: all@evil.example", "Hello\n\n<b>", "Hello\rX: y"] {
        let refused = composer().compose(&mail(written(subject, "text", None)));
        assert!(matches!(refused, Err(MailError::Permanent(_))), "{subject}");
    }
    let headers = headers(&mail(written("Grüße Bcc: all@evil.example", "Bcc: x@evil.example", None)));
    assert!(headers.lines().all(|line| !line.starts_with("Bcc")), "{headers}");
}

#[test]
fn a_flow_does_not_end_its_part() {
    let end = "--kairo-01234567-89ab-7def-8123-456789abcdef--\n\nelse";
    for text in [end.to_owned(), format!("Grüße\n{end}")] {
        let message = composed(&mail(written("Hello", &text, Some("<p>"))));
        assert_eq!(message.matches("\n--kairo-").count(), 3, "{message}");
        assert!(!message.contains("else"), "{message}");
    }
}

#[test]
fn half_an_end_of_a_line_is_not_sent_as_one() {
    for text in ["a\r.\rb", "a\r\r\n.\r\nb", "a\0b", "ä\r.\rb"] {
        let message = composed(&mail(written("Hello", text, None)));
        let (headers, body) = message.split_once("\r\n\r\n").unwrap();
        assert!(headers.contains("Content-Transfer-Encoding: base64"), "{headers}");
        assert_eq!(body.matches('\r').count(), body.matches("\r\n").count(), "{body}");
    }
}
