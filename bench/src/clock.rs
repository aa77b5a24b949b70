/// Seconds since 1970, as the program and its database on the same machine count them.
#[expect(clippy::disallowed_methods, reason = "what other processes noted is compared with it")]
pub fn epoch_seconds() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
