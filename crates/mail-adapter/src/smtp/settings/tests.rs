use super::*;

const FROM: &str = "Kairo Studio <studio@example.com>";

fn parse(url: &str) -> Result<SmtpSettings, BadSmtpSettings> {
    SmtpSettings::parse(url, FROM)
}

#[test]
fn the_url_says_where_to_and_how() {
    for (url, security, host, port) in [
        ("smtps://mail.example.com", Security::Tls, "mail.example.com", 465),
        ("smtps://mail.example.com:8465/", Security::Tls, "mail.example.com", 8465),
        ("smtp://mail.example.com", Security::StartTls, "mail.example.com", 587),
        (" SMTP://Mail.Example.com:25 ", Security::StartTls, "mail.example.com", 25),
        ("smtp://192.0.2.1", Security::StartTls, "192.0.2.1", 587),
        ("smtp://localhost", Security::None, "localhost", 25),
        ("smtp://localhost:1025", Security::None, "localhost", 1025),
        ("smtp://127.0.0.1:1025", Security::None, "127.0.0.1", 1025),
        ("smtp://[::1]:1025", Security::None, "::1", 1025),
        ("smtps://localhost", Security::Tls, "localhost", 465),
        ("smtp://localhost.example.com", Security::StartTls, "localhost.example.com", 587),
    ] {
        let settings = parse(url).unwrap();
        let found = (settings.security, settings.host.as_str(), settings.port);
        assert_eq!(found, (security, host, port), "{url}");
        assert_eq!(settings.credentials(), None);
    }
}

#[test]
fn user_and_password_are_decoded() {
    let settings = parse("smtps://ada%40example.com:p%3Aw%2F%C3%BC@mail.example.com").unwrap();
    assert_eq!(settings.user.as_deref(), Some("ada@example.com"));
    assert_eq!(settings.password.expose(), "p:w/ü");
}

#[test]
fn what_is_wrong_is_said() {
    use BadSmtpSettings::{Encoding, HalfCredentials, NoHost, NotAUrl, Rest, Scheme};
    for (url, error) in [
        ("", NotAUrl),
        ("mail.example.com", NotAUrl),
        ("smtp:mail.example.com", NoHost),
        ("smtp://", NoHost),
        ("smtps://:465", NotAUrl),
        ("https://mail.example.com", Scheme),
        ("smtps://mail.example.com/inbox", Rest),
        ("smtp://mail.example.com?tls=none", Rest),
        ("smtps://ada@mail.example.com", HalfCredentials),
        ("smtps://:secret@mail.example.com", HalfCredentials),
        ("smtps://ada:%ff@mail.example.com", Encoding),
    ] {
        assert_eq!(parse(url), Err(error), "{url}");
    }
    let no_sender = SmtpSettings::parse("smtp://localhost", "studio");
    assert_eq!(no_sender, Err(BadSmtpSettings::Sender(BadSender)));
}

#[test]
fn neither_settings_nor_errors_show_the_password() {
    let settings = parse("smtps://ada:hunter2@mail.example.com").unwrap();
    let printed = format!("{settings:?}");
    assert!(printed.contains("mail.example.com") && !printed.contains("hunter2"), "{printed}");
    for url in
        ["smtps://ada:hunter2@", "http://ada:hunter2@host", "smtps://ada:hunter2@host/x", "ada:hunter2"]
    {
        let error = parse(url).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}");
    }
}
