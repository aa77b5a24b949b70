use actix_web::dev::Extensions;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Charge, Charges};

/// Names the quotas that an operation is counted against.
pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Tells how the caller stands.
pub(crate) const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// Tells the caller what the request was counted as, in the fields of draft-ietf-httpapi-ratelimit-headers.
pub(crate) fn announce(request: &Extensions, headers: &mut HeaderMap) {
    let Some(Charges(charges)) = request.get::<Charges>() else { return };
    let mut tell = |name, member: fn(&Charge) -> String| {
        let members = charges.iter().map(member).collect::<Vec<_>>().join(", ");
        if let Ok(value) = HeaderValue::try_from(members) {
            headers.insert(name, value);
        }
    };
    tell(POLICY, policy);
    tell(STANDING, standing);
}

fn policy(charge: &Charge) -> String {
    let Charge { class, quota, .. } = charge;
    format!("\"{}\";q={};w={}", class.as_str(), quota.requests(), quota.window().as_secs())
}

/// `t` is when one more request is allowed, so that it equals `Retry-After` when none is.
fn standing(charge: &Charge) -> String {
    let Charge { class, standing, .. } = charge;
    format!("\"{}\";r={};t={}", class.as_str(), standing.remaining, standing.seconds())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Class, Quota, Standing};
    use super::*;

    fn charge(class: Class, requests: u32, remaining: u32, next: Duration) -> Charge {
        let quota = Quota::new(requests, Duration::from_secs(60)).unwrap();
        Charge { class, quota, standing: Standing { is_allowed: remaining > 0, remaining, next } }
    }

    #[test]
    fn every_quota_is_told() {
        let (mut request, mut headers) = (Extensions::new(), HeaderMap::new());
        announce(&request, &mut headers);
        assert!(headers.is_empty());
        let auth = charge(Class::Auth, 5, 4, Duration::from_millis(11_001));
        request.insert(Charges(vec![auth, charge(Class::User, 1000, 0, Duration::from_millis(60))]));
        announce(&request, &mut headers);
        assert_eq!(headers.get(POLICY).unwrap(), "\"auth\";q=5;w=60, \"user\";q=1000;w=60");
        assert_eq!(headers.get(STANDING).unwrap(), "\"auth\";r=4;t=12, \"user\";r=0;t=1");
    }
}
