use kairo_domain::{Email, PersonName};

use super::*;
use crate::test_mails::{StillClock, every_content, mail, studio, written};
use kairo_ports::Clock;

const HOSTILE: &str = "</p><script>alert(1)</script>\r\n\r\nBcc: x\n\"'&<img src=x>{{ link }}";

fn rendered(content: MailContent) -> Rendered {
    render(&mail(content), &studio()).unwrap()
}

fn page(content: MailContent) -> String {
    rendered(content).html.unwrap()
}

/// Text and page.
fn bodies(content: MailContent) -> [String; 2] {
    let Rendered { text, html, .. } = rendered(content);
    [text, html.unwrap()]
}

fn invitation(inviter: Option<&str>, company: Option<&str>, role: Role) -> MailContent {
    MailContent::Invitation {
        link: Redacted::new("https://studio.example/accept".to_owned()),
        expires_at: StillClock.now(),
        inviter: inviter.map(|name| PersonName::restore(name.to_owned())),
        company: company.map(str::to_owned),
        role,
    }
}

/// Every mail with every name in it hostile.
fn hostile_mails() -> Vec<(Mail, Brand)> {
    let studio = Brand { name: HOSTILE.to_owned(), url: format!("https://x/{HOSTILE}") };
    let mut contents = every_content();
    contents.push(invitation(Some(HOSTILE), Some(HOSTILE), Role::Client));
    contents.push(MailContent::ConfirmOldAddress {
        link: Redacted::new(format!("https://x/{HOSTILE}")),
        expires_at: StillClock.now(),
        new_email: Email::restore(HOSTILE.to_owned()),
    });
    let mails = contents.into_iter().map(|content| Mail {
        name: Some(PersonName::restore(HOSTILE.to_owned())),
        to: Email::restore(HOSTILE.to_owned()),
        ..mail(content)
    });
    mails.map(|mail| (mail, studio.clone())).collect()
}

#[test]
fn mails_are_the_reviewed_ones() {
    for content in every_content() {
        let name = kind(&content);
        let Rendered { subject, text, .. } = rendered(content);
        insta::assert_snapshot!(name, format!("Subject: {subject}\n\n{text}"));
    }
}

#[test]
fn pages_are_the_reviewed_ones() {
    for content in every_content() {
        insta::assert_snapshot!(format!("{}_page", kind(&content)), page(content));
    }
}

#[test]
fn every_mail_says_for_whom_it_is_and_what_to_do_if_it_was_not_asked_for() {
    for content in every_content() {
        let name = kind(&content);
        for body in bodies(content) {
            assert!(body.contains("This mail is for ada@example.com."), "{name}");
            assert!(body.contains("Hello Ada Lovelace,"), "{name}");
            assert!(body.contains("\nIf "), "{name}");
        }
    }
}

#[test]
fn a_link_is_there_in_both_with_its_end() {
    for content in every_content() {
        let name = kind(&content);
        let has_link = !matches!(content, MailContent::AlreadyRegistered | MailContent::Notice(_));
        let [text, html] = bodies(content);
        assert_eq!(text.contains("?token=t&x=1\n"), has_link, "{name}");
        assert_eq!(html.matches("?token=t&amp;x=1").count(), if has_link { 2 } else { 0 }, "{name}");
        for body in [text, html] {
            assert_eq!(body.contains("22 November 2026, 22:00 UTC"), has_link, "{name}");
        }
    }
}

#[test]
fn an_invitation_says_as_what_and_by_whom_if_that_is_known() {
    let text = |content| rendered(content).text.replace('\n', " ");
    let (team, admin) = (invitation(None, None, Role::Team), invitation(Some("Grace"), None, Role::Admin));
    assert!(
        text(team.clone()).contains("Somebody there invites you to Kairo Studio as a member of the team.")
    );
    assert!(text(admin.clone()).contains("Grace invites you to Kairo Studio as an administrator."));
    assert_eq!(rendered(team).subject, "You are invited to Kairo Studio");
    assert_eq!(rendered(admin).subject, "Grace invites you to Kairo Studio");
}

#[test]
fn no_template_fetches_or_runs_anything() {
    let sources: Vec<Source> = every_content().iter().map(Source::of).collect();
    let templates = sources.iter().flat_map(|source| [source.text, source.html]);
    for template in templates.chain([source::LAYOUT_TEXT, source::LAYOUT_HTML]) {
        let template = template.to_lowercase();
        for word in [
            "<img", "src=", "http", "<script", "<style", "<link", "url(", "@import", "safe", "<form",
            "onload=",
        ] {
            assert!(!template.contains(word), "{word} in {template}");
        }
    }
}

#[test]
fn a_page_points_at_its_link_and_the_studio_only() {
    for content in every_content() {
        let html = page(content).replace("&#x2f;", "/");
        for (at, _) in html.match_indices("http") {
            assert!(html[at..].starts_with("https://studio.example"), "{html}");
        }
    }
}

#[test]
fn no_name_breaks_out_of_a_page() {
    let tags = |html: &str| html.matches('<').count();
    for (hostile, studio) in hostile_mails() {
        let html = render(&hostile, &studio).unwrap().html.unwrap();
        let tame = page(hostile.content.clone());
        assert_eq!(tags(&html), tags(&tame), "{html}");
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }
}

#[test]
fn no_name_breaks_out_of_its_line() {
    for (hostile, studio) in hostile_mails() {
        let Rendered { subject, text, .. } = render(&hostile, &studio).unwrap();
        assert!(!subject.contains(char::is_control), "{subject}");
        let tame = render(&mail(hostile.content.clone()), &crate::test_mails::studio()).unwrap().text;
        assert_eq!(text.lines().count(), tame.lines().count(), "{text}");
        assert!(!text.contains("\nBcc"), "{text}");
    }
}

#[test]
fn an_advertisement_is_not_greeted() {
    let mut mail = mail(MailContent::AlreadyRegistered);
    for name in [None, Some("Win at https://evil.example")] {
        mail.name = name.map(|name| PersonName::parse(name).unwrap());
        let Rendered { text, html, .. } = render(&mail, &studio()).unwrap();
        let html = html.unwrap();
        assert!(text.starts_with("Hello,\n") && html.contains(">Hello,<"));
        assert!(!text.contains("evil") && !html.contains("evil"));
    }
}

#[test]
fn an_invitation_advertises_nothing() {
    let bait = "Urgent: pay at https://evil.example/pay";
    let Rendered { subject, text, html } = rendered(invitation(Some(bait), Some(bait), Role::Client));
    assert_eq!(subject, "You are invited to Kairo Studio");
    for body in [text, html.unwrap()] {
        assert!(body.contains("Somebody there invites you to Kairo Studio as a client."), "{body}");
        assert!(!body.contains("evil"), "{body}");
    }
}

#[test]
fn what_a_flow_wrote_stays_as_it_is() {
    let (subject, text) = ("{{ name }} & Grüße", " {{ link }}\r\n.\n--\n<b>");
    for html in [None, Some("<p>{{ link }}</p><img src=\"https://x.example/y.png\">")] {
        let content = written(subject, text, html);
        assert_eq!(kind(&content), "written");
        let rendered = rendered(content);
        assert_eq!((rendered.subject.as_str(), rendered.text.as_str()), (subject, text));
        assert_eq!(rendered.html.as_deref(), html);
    }
}

#[test]
fn a_subject_of_more_than_a_line_is_refused() {
    let (longest, longer) = ("x".repeat(SUBJECT_MAX), "x".repeat(SUBJECT_MAX + 1));
    for subject in ["", "Zeile\u{a0}1", longest.as_str()] {
        assert_eq!(rendered(written(subject, "", None)).subject, subject);
    }
    for subject in
        ["a\r\nBcc: b@evil.example", "a\nb", "a\rb", "a\0b", "a\u{85}b", "a\u{2028}b", "\n", &longer]
    {
        let refused = render(&mail(written(subject, "", None)), &studio());
        assert!(matches!(refused, Err(RenderError::Subject)), "{subject:?}");
    }
}
