//! What went wrong, and whether it may go right later.

use std::error::Error;
use std::io;
use std::iter::successors;

use kairo_ports::EgressError;

use crate::refusal::Refusal;

#[cfg(test)]
mod tests;

/// What is kept of a failure: those of the libraries name hosts and addresses, and errors are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Cause {
    #[error("the name could not be looked up")]
    Lookup,
    #[error("there was no connection: {0}")]
    Unreachable(io::ErrorKind),
    #[error("the connection broke: {0}")]
    Broken(io::ErrorKind),
    #[error("the connection ended before the answer did")]
    Cut,
    #[error("the server's certificate is not good")]
    Certificate,
    #[error("there is no TLS that both sides speak")]
    Tls,
    #[error("the server turned the secure connection down")]
    TurnedDown,
    #[error("the head of the answer is not HTTP, or too long")]
    NotHttp,
}

/// Says what an error of the client means.
pub(crate) fn explain(error: &reqwest::Error) -> EgressError {
    if let Some(refusal) = find::<Refusal>(error) {
        return (*refusal).into();
    }
    // It was a URL when it was parsed, and is none to the client: it is too long.
    if error.is_builder() {
        return Refusal::NotAUrl.into();
    }
    if error.is_timeout() {
        return EgressError::TimedOut;
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return of_tls(tls);
    }
    find::<hyper::Error>(error).and_then(of_http).unwrap_or_else(|| of_connection(error))
}

fn of_tls(error: &rustls::Error) -> EgressError {
    match error {
        rustls::Error::InvalidCertificate(_) => permanent(Cause::Certificate),
        rustls::Error::PeerIncompatible(_) | rustls::Error::InvalidMessage(_) => permanent(Cause::Tls),
        _ => transient(Cause::TurnedDown),
    }
}

fn of_http(error: &hyper::Error) -> Option<EgressError> {
    if error.is_parse() {
        return Some(permanent(Cause::NotHttp));
    }
    error.is_incomplete_message().then(|| transient(Cause::Cut))
}

fn of_connection(error: &reqwest::Error) -> EgressError {
    let kind = find::<io::Error>(error).map_or(io::ErrorKind::Other, io::Error::kind);
    transient(match kind {
        _ if error.is_dns() => Cause::Lookup,
        _ if error.is_connect() => Cause::Unreachable(kind),
        io::ErrorKind::UnexpectedEof => Cause::Cut,
        _ => Cause::Broken(kind),
    })
}

fn transient(cause: Cause) -> EgressError {
    EgressError::Transient(cause.into())
}

fn permanent(cause: Cause) -> EgressError {
    EgressError::Permanent(cause.into())
}

/// The first error of a type, among an error and what is below it.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    successors(Some(error), |error| below(*error)).find_map(<dyn Error>::downcast_ref)
}

/// An I/O error that wraps another one names the source of that one as its own.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
