use chrono::{DateTime, Utc};
use kairo_domain::{Email, Id, Notice, PersonName, Redacted, Role};
use kairo_ports::{Clock, Mail, MailContent};
use uuid::Uuid;

use crate::Brand;

/// A clock that always shows the same.
pub(crate) struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_384_800, 0).unwrap()
    }
}

pub(crate) fn studio() -> Brand {
    Brand { name: "Kairo Studio".to_owned(), url: "https://studio.example".to_owned() }
}

/// A mail to Ada.
pub(crate) fn mail(content: MailContent) -> Mail {
    Mail {
        letter: Id::from_uuid(Uuid::from_u128(0x0123_4567_89ab_7def_8123_4567_89ab_cdef)),
        to: Email::parse("ada@example.com").unwrap(),
        name: Some(PersonName::parse("Ada Lovelace").unwrap()),
        content,
    }
}

/// A mail as a flow writes it.
pub(crate) fn written(subject: &str, text: &str, html: Option<&str>) -> MailContent {
    let html = html.map(|html| Redacted::new(html.to_owned()));
    MailContent::Written { subject: subject.to_owned(), text: Redacted::new(text.to_owned()), html }
}

/// One mail of every kind that the studio writes.
pub(crate) fn every_content() -> Vec<MailContent> {
    let link = |page: &str| Redacted::new(format!("https://studio.example/{page}?token=t&x=1"));
    let expires_at = StillClock.now();
    let mut contents = vec![
        MailContent::VerifyAddress { link: link("verify"), expires_at },
        MailContent::AlreadyRegistered,
        MailContent::ResetPassword { link: link("reset"), expires_at },
        MailContent::Welcome { link: link("welcome"), expires_at },
        MailContent::Invitation {
            link: link("accept"),
            expires_at,
            inviter: Some(PersonName::parse("Grace Hopper").unwrap()),
            company: Some("Analytical Engines Ltd".to_owned()),
            role: Role::Client,
        },
        MailContent::ConfirmOldAddress {
            link: link("confirm"),
            expires_at,
            new_email: Email::parse("ada@new.example").unwrap(),
        },
        MailContent::ConfirmNewAddress { link: link("confirm"), expires_at },
    ];
    contents.extend(Notice::ALL.map(MailContent::Notice));
    contents
}
