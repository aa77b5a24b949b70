use kairo_domain::Id;
use kairo_ports::TokenSource;
use uuid::Uuid;

/// The id that always belongs to this name: the first 128 bits of its digest, marked as a UUID of version 8 (RFC 9562).
pub(crate) fn derived_id<E>(digests: &dyn TokenSource, name: &str) -> Id<E> {
    let digest = digests.digest(name);
    let bits = u128::from_str_radix(&digest.as_str()[..32], 16).unwrap_or_default();
    Id::from_uuid(uuid::Builder::from_custom_bytes(bits.to_be_bytes()).into_uuid())
}

/// A number from 0 up to 1 out of the random bits of an id.
pub(crate) fn share_of(id: Uuid) -> f64 {
    let [.., a, b, c, d] = *id.as_bytes();
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}
