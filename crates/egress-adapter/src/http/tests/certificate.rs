use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const UTC_TIME: u8 = 0x17;
const DNS_NAME: u8 = 0x82;

/// ecdsa-with-SHA256 (RFC 5758).
const ALGORITHM: [u8; 12] = [SEQUENCE, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// subjectAltName (RFC 5280).
const ALTERNATIVE_NAME: [u8; 5] = [6, 3, 0x55, 0x1d, 0x11];

/// A certificate that vouches for itself (RFC 5280), in DER.
pub(super) struct SelfSigned {
    pub(super) certificate: Vec<u8>,
    pub(super) key: Vec<u8>,
}

impl SelfSigned {
    pub(super) fn of(name: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let body = body(name, public.as_ref());
        let signature = pair.sign(&SystemRandom::new(), &body).unwrap();
        let signature = der(BIT_STRING, &[&[0], signature.as_ref()]);
        Self {
            certificate: der(SEQUENCE, &[&body, &ALGORITHM, &signature]),
            key: pair.to_pkcs8v1().unwrap().as_ref().to_vec(),
        }
    }
}

fn body(name: &str, public: &[u8]) -> Vec<u8> {
    let nobody = der(SEQUENCE, &[]);
    let since = der(UTC_TIME, &[b"000101000000Z"]);
    let until = der(UTC_TIME, &[b"491231235959Z"]);
    let names = der(OCTET_STRING, &[&der(SEQUENCE, &[&der(DNS_NAME, &[name.as_bytes()])])]);
    let extension = der(SEQUENCE, &[&ALTERNATIVE_NAME, &names]);
    der(
        SEQUENCE,
        &[
            &[0xa0, 3, 2, 1, 2], // version 3
            &[2, 1, 1],          // number 1
            &ALGORITHM,
            &nobody,
            &der(SEQUENCE, &[&since, &until]),
            &nobody,
            public,
            &der(0xa3, &[&der(SEQUENCE, &[&extension])]),
        ],
    )
}

/// A tag, the length and the parts.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let head = match length {
        [0, short @ 0..0x80] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [head, content].concat()
}
