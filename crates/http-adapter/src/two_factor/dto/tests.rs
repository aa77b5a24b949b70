use super::*;
use crate::body::testing::{assert_documented, assert_required};

#[test]
fn the_document_lists_what_the_readers_accept() {
    assert_documented::<ProofBody>();
    assert_documented::<CodeBody>();
    assert_required::<ProofBody>(&["password"]);
    assert_required::<CodeBody>(&["code"]);
}
