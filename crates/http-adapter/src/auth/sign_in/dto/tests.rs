use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_required, codes, read, schema};

#[test]
fn the_document_lists_what_the_readers_accept() {
    assert_documented::<SignInBody>();
    assert_documented::<RefreshBody>();
    assert_documented::<SignOutBody>();
    assert_required::<SignInBody>(&["email", "password"]);
    assert_required::<RefreshBody>(&[]);
    assert_required::<SignOutBody>(&[]);
}

#[test]
fn the_document_has_the_words_that_are_read() {
    assert_eq!(schema::<Transport>()["enum"], json!(["bearer", "cookie"]));
    assert_eq!(schema::<OwnSessions>()["enum"], json!(["this", "others", "all"]));
    for (word, which) in [("this", Which::This), ("others", Which::Others), ("all", Which::All)] {
        assert_eq!(read::<SignOutBody>(json!({"sessions": word})).unwrap().into_which(), which);
    }
    assert_eq!(read::<SignOutBody>(json!({})).unwrap().into_which(), Which::This);
    assert_eq!(codes::<SignOutBody>(json!({"sessions": "THIS"})), [("/sessions".to_owned(), "unknown_word")]);
}

#[test]
fn tokens_come_in_the_answer_unless_asked_otherwise() {
    let transport = |transport: Option<&str>| {
        let mut body = json!({"email": "ada@example.com", "password": ""});
        if let Some(word) = transport {
            body["transport"] = json!(word);
        }
        read::<SignInBody>(body).map(|body| body.into_order().1)
    };
    assert_eq!(transport(None), Ok(Transport::Bearer));
    assert_eq!(transport(Some("bearer")), Ok(Transport::Bearer));
    assert_eq!(transport(Some("cookie")), Ok(Transport::Cookie));
    assert!(transport(Some("pigeon")).is_err());
}
