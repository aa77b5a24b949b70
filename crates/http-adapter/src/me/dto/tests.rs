use super::*;
use crate::body::testing::{assert_documented, assert_required, schema};

#[test]
fn the_document_lists_what_the_readers_accept() {
    assert_documented::<PasswordBody>();
    assert_documented::<EmailBody>();
    assert_required::<PasswordBody>(&["currentPassword", "newPassword"]);
    assert_required::<EmailBody>(&["email", "password"]);
}

#[test]
fn only_a_new_password_has_bounds() {
    let properties = &schema::<PasswordBody>()["properties"];
    assert_eq!(properties["newPassword"]["minLength"], NewPassword::MIN);
    assert_eq!(properties["newPassword"]["maxLength"], NewPassword::MAX);
    assert!(properties["currentPassword"].get("minLength").is_none());
}
