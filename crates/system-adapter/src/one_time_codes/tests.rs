use super::*;

/// The secret of RFC 6238, appendix B.
fn secret() -> Redacted<Vec<u8>> {
    Redacted::new(b"12345678901234567890".to_vec())
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn step(code: &str, seconds: i64) -> Option<i64> {
    TotpCodes::default().step_of(&secret(), code, at(seconds))
}

#[test]
fn codes_are_those_of_the_rfc() {
    let vectors = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];
    for (seconds, code) in vectors {
        assert_eq!(step(code, seconds), Some(seconds / 30), "{code}");
    }
}

#[test]
fn the_steps_beside_the_present_one_count_and_no_others() {
    for (seconds, found) in [(29, Some(1)), (30, Some(1)), (89, Some(1)), (90, None), (-1, None)] {
        assert_eq!(step("287082", seconds), found, "{seconds}");
    }
}

#[test]
fn spaces_in_a_code_do_not_count() {
    assert_eq!(step(" 287 082\n", 59), Some(1));
}

#[test]
fn anything_but_six_digits_is_no_code() {
    for text in ["", "28708", "2870820", "28708a", "+28708", "２８７０８２", "-287082", "000000"] {
        assert_eq!(step(text, 59), None, "{text}");
    }
}

#[test]
fn a_time_before_all_times_has_no_codes() {
    assert_eq!(step("287082", -9_999), None);
    assert_eq!(step("287082", DateTime::<Utc>::MIN_UTC.timestamp()), None);
}

#[test]
fn an_app_gets_secret_issuer_and_account() {
    let (typed, url) = TotpCodes::default().shown(&secret(), "ada+2@example.com");
    assert_eq!(typed.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    let expected = format!(
        "otpauth://totp/Kairo%20Studio:ada%2B2%40example.com?secret={}&issuer=Kairo%20Studio",
        typed.expose()
    );
    assert_eq!(*url.expose(), expected);
}

#[test]
fn no_name_breaks_the_url() {
    for (issuer, account) in [("", ""), ("a:b", "c:d"), ("&secret=x", "#?/ü")] {
        let (_, url) = TotpCodes::new(issuer).shown(&secret(), account);
        let url = url.expose();
        let counts = [":", "?", "&", "secret=", "#"].map(|part| url.matches(part).count());
        assert_eq!(counts, [2, 1, 1, 1, 0], "{url}");
    }
}

#[test]
fn secrets_have_160_bits_and_differ() {
    let codes = TotpCodes::default();
    let (a, b) = (codes.new_secret(), codes.new_secret());
    assert_eq!(a.expose().len(), 20);
    assert_ne!(a.expose(), b.expose());
}

#[test]
fn recovery_codes_are_four_groups_of_four_and_differ() {
    let codes = TotpCodes::default();
    let ((a, a_digest), (b, _)) = (codes.new_recovery_code(), codes.new_recovery_code());
    let groups: Vec<&str> = a.expose().split('-').collect();
    assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4; 4]);
    assert!(groups.concat().bytes().all(|byte| ALPHABET.contains(&byte)));
    assert_ne!(a.expose(), b.expose());
    assert_eq!(codes.digest_of_recovery_code(a.expose()), a_digest);
}

#[test]
fn a_recovery_code_may_be_typed_as_it_is_read() {
    let codes = TotpCodes::default();
    let digest = codes.digest_of_recovery_code("01AB-CD10-EFGH-JKMN");
    for typed in ["01abcd10efghjkmn", " oiab cdLo efgh jkmn ", "0LAB-CDIO-EFGH-JKMN"] {
        assert_eq!(codes.digest_of_recovery_code(typed), digest, "{typed}");
    }
    assert_ne!(codes.digest_of_recovery_code("01AB-CD10-EFGH-JKMP"), digest);
}
