use chrono::{DateTime, TimeDelta, Utc};
use kairo_flow::{Effect, LONGEST_WAIT_DAYS, StepError, WaitFor};
use serde_json::json;

use super::outside::Came;

/// A wait that has begun is over when the step is offered again.
pub(super) fn wait(effect: &Effect, wait: &WaitFor, now: DateTime<Utc>) -> Result<Came, StepError> {
    if let Some(detail) = &effect.resumed {
        return Ok(Came::To(json!({"since": detail["since"], "until": detail["until"]})));
    }
    let until = match wait {
        WaitFor::Span { ms } => {
            TimeDelta::try_milliseconds(*ms).and_then(|span| now.checked_add_signed(span))
        }
        WaitFor::Until { at } => DateTime::parse_from_rfc3339(at).ok().map(|at| at.with_timezone(&Utc)),
    };
    let until =
        until.filter(|until| *until - now <= TimeDelta::days(LONGEST_WAIT_DAYS.into())).ok_or_else(|| {
            StepError::permanent(
                "bad_wait",
                "must be a span or an RFC 3339 instant within the next ten years",
            )
        })?;
    if until <= now {
        return Ok(Came::To(json!({"since": now, "until": until})));
    }
    Ok(Came::Later { until: Some(until), detail: json!({"since": now, "until": until}) })
}
