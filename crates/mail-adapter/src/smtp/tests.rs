use std::error::Error as _;

use chrono::TimeDelta;
use kairo_domain::Email;
use kairo_ports::MailContent;
use server::{Script, Server};
use tokio::time::Instant;

use super::*;
use crate::test_mails::{StillClock, mail, studio, written};

mod server;

async fn server(script: Script) -> (Server, SmtpMailer) {
    let server = Server::bind(script).await;
    let settings = SmtpSettings::parse(&server.url(), "Kairo Studio <studio@example.com>").unwrap();
    let mailer = SmtpMailer::new(&settings, studio(), Arc::new(StillClock)).unwrap();
    (server, mailer)
}

/// Sends a mail, and tells what became of it and what the server heard.
async fn send(script: Script, mail: &Mail) -> (Result<(), MailError>, String) {
    let (server, mailer) = server(script).await;
    tokio::join!(mailer.send(mail), server.serve())
}

fn ada() -> Mail {
    mail(MailContent::AlreadyRegistered)
}

#[tokio::test]
async fn a_mail_is_handed_over_whole() {
    let (sent, heard) = send(Script::Accept, &ada()).await;
    sent.unwrap();
    for line in [
        "EHLO example.com\r\n",
        "MAIL FROM:<studio@example.com>",
        "RCPT TO:<ada@example.com>\r\n",
        "Subject: You have an account at Kairo Studio\r\n",
        "Message-ID: <01234567-89ab-7def-8123-456789abcdef@example.com>\r\n",
        "Hello Ada Lovelace,\r\n",
    ] {
        assert!(heard.contains(line), "{line} in {heard}");
    }
}

#[tokio::test]
async fn credentials_are_presented() {
    let server = Server::bind(Script::Accept).await;
    let url = server.url().replace("//", "//ada:secret@");
    let settings = SmtpSettings::parse(&url, "studio@example.com").unwrap();
    let mailer = SmtpMailer::new(&settings, studio(), Arc::new(StillClock)).unwrap();
    let mail = ada();
    let (sent, heard) = tokio::join!(mailer.send(&mail), server.serve());
    sent.unwrap();
    // "\0ada\0secret" in base64.
    assert!(heard.contains("AUTH PLAIN AGFkYQBzZWNyZXQ=\r\n"), "{heard}");
}

#[tokio::test]
async fn a_server_that_is_busy_may_be_asked_again() {
    for script in [Script::Refuse(450), Script::Refuse(421), Script::Refuse(452)] {
        let (sent, _) = send(script, &ada()).await;
        assert!(matches!(sent, Err(MailError::Transient(_))), "{script:?}");
    }
}

#[tokio::test]
async fn a_letter_that_is_refused_is_refused_for_good() {
    for script in [Script::Refuse(550), Script::Refuse(553), Script::Refuse(554)] {
        let (sent, _) = send(script, &ada()).await;
        assert!(matches!(sent, Err(MailError::Permanent(_))), "{script:?}");
    }
}

#[tokio::test]
async fn a_letter_is_not_lost_over_our_password() {
    for script in [Script::Refuse(530), Script::Refuse(535)] {
        let (sent, _) = send(script, &ada()).await;
        assert!(matches!(sent, Err(MailError::Transient(_))), "{script:?}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_may_be_asked_again() {
    for script in [Script::HangUpAtOnce, Script::HangUpAtData] {
        let (sent, _) = send(script, &ada()).await;
        assert!(matches!(sent, Err(MailError::Transient(_))), "{script:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_may_be_asked_again() {
    let (server, mailer) = server(Script::Silence).await;
    let mail = ada();
    let sent = tokio::select! {
        sent = mailer.send(&mail) => sent,
        heard = server.serve() => unreachable!("it listens for ever, and heard {heard}"),
    };
    assert!(matches!(sent, Err(MailError::Transient(_))));
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_has_to_be_quick_is_given_up_sooner() {
    let (server, mailer) = server(Script::Silence).await;
    let (mail, began) = (ada(), Instant::now());
    let sent = tokio::select! {
        sent = mailer.send_within(&mail, TimeDelta::seconds(3)) => sent,
        heard = server.serve() => unreachable!("it listens for ever, and heard {heard}"),
    };
    assert!(matches!(sent, Err(MailError::Transient(_))));
    assert_eq!(began.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn no_mail_takes_longer_because_it_may() {
    let (server, mailer) = server(Script::Silence).await;
    let (mail, began) = (ada(), Instant::now());
    let sent = tokio::select! {
        sent = mailer.send_within(&mail, TimeDelta::hours(1)) => sent,
        heard = server.serve() => unreachable!("it listens for ever, and heard {heard}"),
    };
    assert!(sent.is_err() && began.elapsed() <= PATIENCE * 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn nobody_there_may_be_there_later() {
    let (server, mailer) = server(Script::Accept).await;
    drop(server);
    assert!(matches!(mailer.send(&ada()).await, Err(MailError::Transient(_))));
}

#[tokio::test]
async fn a_server_without_starttls_hears_nothing_but_a_greeting() {
    let server = Server::bind(Script::Accept).await;
    let url = server.url().replace("//", "//ada:secret@");
    let settings =
        SmtpSettings { security: Security::StartTls, ..SmtpSettings::parse(&url, "a@example.com").unwrap() };
    let mailer = SmtpMailer::new(&settings, studio(), Arc::new(StillClock)).unwrap();
    let mail = ada();
    let (sent, heard) = tokio::join!(mailer.send(&mail), server.serve());
    assert!(matches!(sent, Err(MailError::Transient(_))));
    assert_eq!(heard, "EHLO example.com\r\n");
}

#[tokio::test]
async fn an_address_that_the_server_cannot_take_is_refused_for_good() {
    let jörg = Mail { to: Email::parse("jörg@example.com").unwrap(), ..ada() };
    let (sent, heard) = send(Script::Accept, &jörg).await;
    assert!(matches!(sent, Err(MailError::Permanent(_))));
    assert!(!heard.contains("MAIL FROM"), "{heard}");
}

#[tokio::test]
async fn an_error_tells_what_the_server_said_without_the_address() {
    let (sent, _) = send(Script::Refuse(550), &ada()).await;
    let error = sent.unwrap_err();
    let printed = format!("{error:?} {}", error.source().unwrap());
    assert!(printed.contains("550") && printed.contains("no such user"), "{printed}");
    assert!(!printed.contains("ada@example.com"), "{printed}");
}

#[tokio::test]
async fn a_line_that_begins_with_a_dot_does_not_end_a_mail() {
    let server = Server::bind(Script::Accept).await;
    let settings = SmtpSettings::parse(&server.url(), "studio@example.com").unwrap();
    let mailer =
        SmtpMailer::new(&settings, Brand { name: ".".to_owned(), ..studio() }, Arc::new(StillClock)).unwrap();
    let mail = ada();
    let (sent, heard) = tokio::join!(mailer.send(&mail), server.serve());
    sent.unwrap();
    assert!(heard.contains("\r\n.., https://studio.example\r\n"), "{heard}");
    assert!(heard.ends_with("\r\n.\r\nQUIT\r\n"), "{heard}");
}

#[tokio::test]
async fn what_a_flow_wrote_is_handed_over_as_it_is() {
    let (sent, heard) =
        send(Script::Accept, &mail(written("Hello Ada", "one\n.\ntwo", Some("<p>one</p>")))).await;
    sent.unwrap();
    for line in [
        "Subject: Hello Ada\r\n",
        "Message-ID: <01234567-89ab-7def-8123-456789abcdef@example.com>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        // The dot is doubled on its way (RFC 5321, section 4.5.2).
        "\r\n\r\none\r\n..\r\ntwo\r\n",
        "\r\n\r\n<p>one</p>\r\n",
    ] {
        assert!(heard.contains(line), "{line} in {heard}");
    }
}

#[tokio::test]
async fn a_subject_with_a_header_in_it_is_never_sent() {
    let (server, mailer) = server(Script::Accept).await;
    let refused = mailer.send(&mail(written("Hello\r\nBcc: all@evil.example", "text", None))).await;
    assert!(matches!(refused, Err(MailError::Permanent(_))));
    assert!(!server.was_called().await);
}
