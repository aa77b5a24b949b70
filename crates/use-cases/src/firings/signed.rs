use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Redacted, UserId};
use kairo_flow::{Signature, SignatureScheme};
use kairo_ports::{SignatureText, UnitOfWork};

use super::Delivery;
use crate::Error;
use crate::credentials::open_within;
use crate::desk::Desk;

/// Refuses a delivery that its sender did not sign, or signed too long ago. `work` is a unit of the program itself.
pub(super) async fn check_signature(
    desk: &Desk,
    work: &mut dyn UnitOfWork,
    owner: UserId,
    signature: &Signature,
    delivery: &Delivery,
) -> Result<(), Error> {
    let refused = || Error::Unauthenticated("the delivery is not signed as it has to be");
    let secret = open_within(desk, work, owner, &signature.credential).await;
    let secret = secret.map_err(|error| if matches!(error, Error::Busy(_)) { error } else { refused() })?;
    let key = secret.signing_key().ok_or_else(refused)?;
    let holds = match signature.scheme {
        SignatureScheme::HmacSha256 => hmac_holds(desk, signature, delivery, &key),
        SignatureScheme::StandardWebhooks => standard_holds(desk, signature, delivery, &key),
    };
    if holds { Ok(()) } else { Err(refused()) }
}

/// The signature in a header of the sender's choice, over the body, or over `<timestamp>.<body>` where a header has
/// the time.
fn hmac_holds(desk: &Desk, signature: &Signature, delivery: &Delivery, key: &Redacted<Vec<u8>>) -> bool {
    let header = signature.header.as_deref().unwrap_or("x-signature-256");
    let Some(given) = header_of(delivery, header) else { return false };
    let given = given.strip_prefix("sha256=").unwrap_or(given);
    let message = match signature.timestamp_header.as_deref() {
        None => delivery.raw.clone(),
        Some(header) => match header_of(delivery, header).filter(|time| is_fresh(desk, signature, time)) {
            Some(time) => [time.as_bytes(), b".", &delivery.raw].concat(),
            None => return false,
        },
    };
    desk.ports.signatures.holds(key, &message, given, SignatureText::Hex)
}

/// The Standard Webhooks specification: several signatures may be given, one has to hold.
fn standard_holds(desk: &Desk, signature: &Signature, delivery: &Delivery, key: &Redacted<Vec<u8>>) -> bool {
    let header = |name: &str| header_of(delivery, name);
    let (Some(id), Some(time), Some(given)) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return false;
    };
    if !is_fresh(desk, signature, time) {
        return false;
    }
    let message = [id.as_bytes(), b".", time.as_bytes(), b".", &delivery.raw].concat();
    let of_version_1 = given.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    of_version_1.into_iter().any(|one| desk.ports.signatures.holds(key, &message, one, SignatureText::Base64))
}

fn header_of<'a>(delivery: &'a Delivery, name: &str) -> Option<&'a str> {
    delivery.headers.get(&name.to_ascii_lowercase()).and_then(|value| value.as_str())
}

/// Whether the time of signing, in seconds since 1970, is close enough to now.
fn is_fresh(desk: &Desk, signature: &Signature, seconds: &str) -> bool {
    let signed_at = seconds.parse().ok().and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0));
    let tolerance = TimeDelta::seconds(signature.tolerance_seconds.into());
    signed_at.is_some_and(|signed_at| (desk.now() - signed_at).abs() <= tolerance)
}
