use super::*;

/// A test case of RFC 4231, section 4: key, message, tag in hexadecimal.
struct Case {
    key: Vec<u8>,
    message: Vec<u8>,
    tag: &'static str,
}

/// The cases 1 to 4, 6 and 7; the fifth is about tags cut short, which do not count here.
fn cases() -> Vec<Case> {
    let large = b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec();
    let larger =
        b"This is a test using a larger than block-size key and a larger than block-size data. The key \
                   needs to be hashed before being used by the HMAC algorithm.";
    let case = |key: &[u8], message: &[u8], tag| Case { key: key.to_vec(), message: message.to_vec(), tag };
    vec![
        case(&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        case(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        case(&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        case(
            &(1..=25).collect::<Vec<u8>>(),
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        case(&[0xaa; 131], &large, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        case(&[0xaa; 131], larger, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]
}

fn holds(key: &[u8], message: &[u8], signature: &str, text: SignatureText) -> bool {
    HmacSignatures.holds(&Redacted::new(key.to_vec()), message, signature, text)
}

fn base64(tag: &str) -> String {
    STANDARD.encode(hex::decode(tag).unwrap())
}

#[test]
fn the_tags_of_the_standard_hold_in_every_way_of_writing() {
    for Case { key, message, tag } in cases() {
        assert!(holds(&key, &message, tag, SignatureText::Hex), "{tag}");
        assert!(holds(&key, &message, &tag.to_uppercase(), SignatureText::Hex), "{tag}");
        assert!(holds(&key, &message, &base64(tag), SignatureText::Base64), "{tag}");
    }
}

#[test]
fn a_message_that_was_changed_has_another_tag() {
    for Case { key, message, tag } in cases() {
        for at in 0..message.len() {
            let mut changed = message.clone();
            changed[at] ^= 1;
            assert!(!holds(&key, &changed, tag, SignatureText::Hex), "{tag} at {at}");
        }
        assert!(!holds(&key, &[&message[..], b"\n"].concat(), tag, SignatureText::Hex), "{tag}");
        assert!(!holds(&key, &message[1..], tag, SignatureText::Hex), "{tag}");
    }
}

#[test]
fn a_key_that_is_another_has_another_tag() {
    for Case { mut key, message, tag } in cases() {
        key[0] ^= 0x80;
        assert!(!holds(&key, &message, tag, SignatureText::Hex), "{tag}");
        assert!(!holds(&[], &message, tag, SignatureText::Hex), "{tag}");
    }
}

#[test]
fn every_bit_of_a_tag_counts() {
    let Case { key, message, tag } = cases().swap_remove(0);
    let right = hex::decode(tag).unwrap();
    for bit in 0..8 * TAG {
        let mut wrong = right.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        assert!(!holds(&key, &message, &hex::encode(&wrong), SignatureText::Hex), "bit {bit}");
        assert!(!holds(&key, &message, &STANDARD.encode(&wrong), SignatureText::Base64), "bit {bit}");
    }
}

#[test]
fn a_part_of_a_tag_or_more_than_one_is_none() {
    let Case { key, message, tag } = cases().swap_remove(0);
    let base64 = base64(tag);
    for part in ["", &tag[..32], &tag[..62], &tag[..63], &format!("{tag}00"), &format!(" {tag}"), "é"] {
        assert!(!holds(&key, &message, part, SignatureText::Hex), "{part}");
    }
    let unpadded = base64.trim_end_matches('=');
    for part in ["", &base64[..40], unpadded, &format!("{base64}===="), &format!("{base64}\n")] {
        assert!(!holds(&key, &message, part, SignatureText::Base64), "{part}");
    }
}

#[test]
fn a_tag_that_is_written_otherwise_than_agreed_does_not_hold() {
    let Case { key, message, tag } = cases().swap_remove(0);
    assert!(!holds(&key, &message, &base64(tag), SignatureText::Hex));
    assert!(!holds(&key, &message, tag, SignatureText::Base64));
    let url_safe = base64(tag).replace('+', "-").replace('/', "_");
    assert_ne!(url_safe, base64(tag));
    assert!(!holds(&key, &message, &url_safe, SignatureText::Base64));
}

#[test]
fn what_is_no_digit_is_refused_and_not_skipped() {
    let Case { key, message, tag } = cases().swap_remove(0);
    let hex = tag.replacen('b', "g", 1);
    assert!(!holds(&key, &message, &hex, SignatureText::Hex));
    // 64 bytes, of which some are half a character.
    assert!(!holds(&key, &message, &"é".repeat(32), SignatureText::Hex));
    // The last digit has two bits that say nothing; only one way of writing them is a tag.
    let base64 = base64(tag);
    let end = &base64[42..43];
    for other in ["A", "B", "C", "D", "/"].iter().filter(|other| **other != end) {
        let written = format!("{}{other}=", &base64[..42]);
        assert!(!holds(&key, &message, &written, SignatureText::Base64), "{written}");
    }
}
