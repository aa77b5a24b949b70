use rustls::{AlertDescription, CertificateError, PeerIncompatible};

use super::*;

#[test]
fn an_error_is_found_below_those_that_wrap_it() {
    let tls = rustls::Error::InvalidCertificate(CertificateError::Expired);
    let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
    assert!(find::<rustls::Error>(&wrapped).is_some());
    assert!(find::<hyper::Error>(&wrapped).is_none());
}

#[test]
fn a_handshake_that_fails_by_what_the_server_is_fails_for_good() {
    for (error, is_retryable) in [
        (rustls::Error::InvalidCertificate(CertificateError::Expired), false),
        (rustls::Error::InvalidCertificate(CertificateError::Revoked), false),
        (PeerIncompatible::NoCipherSuitesInCommon.into(), false),
        (rustls::Error::AlertReceived(AlertDescription::InternalError), true),
    ] {
        assert_eq!(of_tls(&error).is_retryable(), is_retryable, "{error}");
    }
}
