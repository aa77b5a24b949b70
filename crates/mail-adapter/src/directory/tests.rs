use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Email, Id};
use kairo_ports::MailContent;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

use super::*;
use crate::test_mails::{every_content, mail, studio, written};

/// A clock that goes on by a second each time it is read.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> DateTime<Utc> {
        let seconds = self.0.fetch_add(1, Ordering::Relaxed);
        DateTime::from_timestamp(1_795_384_800, 0).unwrap() + TimeDelta::seconds(seconds)
    }
}

fn mailer(dir: &Path) -> DirectoryMailer {
    let clock = Arc::new(Ticking(AtomicI64::new(0)));
    DirectoryMailer::new(dir, "Kairo Studio <studio@localhost.localdomain>", studio(), clock).unwrap()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const FIRST: &str = "20261122T220000Z-01234567-89ab-7def-8123-456789abcdef-already_registered.eml";

#[tokio::test]
async fn a_mail_is_a_file_that_names_time_letter_and_kind() {
    let dir = tempfile::tempdir().unwrap();
    mailer(dir.path()).send(&mail(MailContent::AlreadyRegistered)).await.unwrap();
    assert_eq!(names(dir.path()), [FIRST]);
    let text = fs::read_to_string(dir.path().join(FIRST)).unwrap();
    assert!(text.contains("\r\nTo: \"Ada Lovelace\" <ada@example.com>\r\n"), "{text}");
}

#[tokio::test]
async fn a_repeat_of_a_letter_takes_the_place_of_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let mailer = mailer(dir.path());
    let mail = mail(MailContent::AlreadyRegistered);
    mailer.send(&mail).await.unwrap();
    mailer.send(&mail).await.unwrap();
    assert_eq!(names(dir.path()), [FIRST]);
    let text = fs::read_to_string(dir.path().join(FIRST)).unwrap();
    assert!(text.contains("22:00:01"), "it is the later one: {text}");
}

#[tokio::test]
async fn every_letter_has_a_file_of_its_own_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mailer = mailer(dir.path());
    let contents = every_content();
    for (number, content) in contents.iter().enumerate() {
        let letter = Id::from_uuid(Uuid::from_u128(number as u128));
        mailer.send(&Mail { letter, ..mail(content.clone()) }).await.unwrap();
    }
    let files = names(dir.path());
    assert_eq!(files.len(), contents.len());
    assert!(
        files[0].ends_with("-verify_address.eml") && files[12].ends_with("-session_reused.eml"),
        "{files:?}"
    );
}

#[tokio::test]
async fn nobody_else_can_read_a_mail() {
    let dir = tempfile::tempdir().unwrap();
    let mails = dir.path().join("a").join("mails");
    mailer(&mails).send(&mail(MailContent::AlreadyRegistered)).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&mails), mode(&mails.join(FIRST))), (0o700, 0o600));
}

#[tokio::test]
async fn a_directory_that_is_gone_may_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let mailer = mailer(&dir.path().join("mails"));
    fs::remove_dir(dir.path().join("mails")).unwrap();
    let refused = mailer.send(&mail(MailContent::AlreadyRegistered)).await;
    assert!(matches!(refused, Err(MailError::Transient(_))));
}

#[tokio::test]
async fn an_address_that_is_none_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let nobody = Mail { to: Email::restore("../../etc".to_owned()), ..mail(MailContent::AlreadyRegistered) };
    let refused = mailer(dir.path()).send(&nobody).await;
    assert!(matches!(refused, Err(MailError::Permanent(_))));
    assert!(names(dir.path()).is_empty());
}

#[tokio::test]
async fn what_a_flow_wrote_is_a_file_too_or_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mailer = mailer(dir.path());
    let refused = mailer.send(&mail(written("Hello\nBcc: all@evil.example", "text", None))).await;
    assert!(matches!(refused, Err(MailError::Permanent(_))));
    assert!(names(dir.path()).is_empty());
    mailer.send(&mail(written("Hello", "text", Some("<p>text</p>")))).await.unwrap();
    let files = names(dir.path());
    assert!(files.len() == 1 && files[0].ends_with("-written.eml"), "{files:?}");
    let text = fs::read_to_string(dir.path().join(&files[0])).unwrap();
    assert!(text.contains("\r\nSubject: Hello\r\n") && text.contains("<p>text</p>"), "{text}");
}
