use serde_json::Value;

use crate::RetryPolicy;
use crate::bounds::{ATTEMPT_SECONDS, ATTEMPTS, Bounds, PAUSE_SECONDS};
use crate::kind::NodeKind;
use crate::params::Reader;
use crate::pointer::Place;

/// What a node says besides its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout_seconds: Option<u32>,
    pub(crate) on_error: Option<OnError>,
    pub(crate) disabled: bool,
}

/// What becomes of the run when a node fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnError {
    /// It fails as well.
    Fail,
    /// It goes on as if nothing had happened.
    Continue,
    /// It goes on through the port `error`.
    Branch,
}

/// Whether a node is out of service.
pub(crate) fn is_disabled(data: Option<&Value>) -> bool {
    data.and_then(|data| data.get("disabled")) == Some(&Value::Bool(true))
}

/// Reads what a node says besides its parameters; keys that are not known belong to the editor.
pub(crate) fn read(reader: &mut Reader<'_>, kind: NodeKind, data: &Value, place: Place<'_>) -> Settings {
    if !data.get("disabled").is_none_or(|flag| flag.is_boolean() || flag.is_null()) {
        reader.invalid(place.key("disabled"), "this is true or false");
    }
    Settings {
        retry: retry(reader, data, place),
        timeout_seconds: timeout(reader, kind, data, place),
        on_error: on_error(reader, kind, data, place),
        disabled: is_disabled(Some(data)),
    }
}

fn timeout(reader: &mut Reader<'_>, kind: NodeKind, data: &Value, place: Place<'_>) -> Option<u32> {
    let key = "timeoutSeconds";
    if kind.takes_timeout() {
        return number(reader, data, key, ATTEMPT_SECONDS, place);
    }
    if data.get(key).is_some_and(|seconds| !seconds.is_null()) {
        reader.invalid(place.key(key), "nothing bounds the time of a node of this kind");
    }
    None
}

fn on_error(reader: &mut Reader<'_>, kind: NodeKind, data: &Value, place: Place<'_>) -> Option<OnError> {
    let place = place.key("onError");
    let found = match data.get("onError")? {
        Value::Null => return None,
        word => match word.as_str() {
            Some("fail") => OnError::Fail,
            Some("continue") => OnError::Continue,
            Some("branch") => OnError::Branch,
            _ => {
                reader.invalid(place, "this is one of fail, continue, branch");
                return None;
            }
        },
    };
    if found != OnError::Fail && !kind.is_action() {
        reader.invalid(place, "only actions go on after an error");
    }
    Some(found)
}

fn retry(reader: &mut Reader<'_>, data: &Value, place: Place<'_>) -> RetryPolicy {
    let default = RetryPolicy::default();
    let place = place.key("retry");
    let retry = match data.get("retry") {
        None | Some(Value::Null) => return default,
        Some(retry) => retry,
    };
    let Some(object) = retry.as_object() else {
        reader.invalid(place, "this is an object");
        return default;
    };
    for key in
        object.keys().filter(|key| !matches!(key.as_str(), "attempts" | "initialSeconds" | "maxSeconds"))
    {
        reader.invalid(place.key(key), format!("there is no setting `{key}`"));
    }
    let attempts = number(reader, retry, "attempts", ATTEMPTS, place);
    let initial = number(reader, retry, "initialSeconds", PAUSE_SECONDS, place).map(milliseconds);
    let most = number(reader, retry, "maxSeconds", PAUSE_SECONDS, place).map(milliseconds);
    if let (Some(initial), Some(most)) = (initial, most)
        && initial > most
    {
        reader.invalid(place.key("maxSeconds"), "the longest delay is not shorter than the first");
    }
    let initial_ms = initial.unwrap_or_else(|| most.unwrap_or(default.initial_ms).min(default.initial_ms));
    RetryPolicy {
        max_attempts: attempts.unwrap_or(default.max_attempts),
        initial_ms,
        max_ms: most.unwrap_or(default.max_ms).max(initial_ms),
    }
}

const fn milliseconds(seconds: u32) -> u64 {
    seconds as u64 * 1_000
}

fn number(reader: &mut Reader<'_>, data: &Value, key: &str, bounds: Bounds, place: Place<'_>) -> Option<u32> {
    let json = data.get(key).filter(|json| !json.is_null())?;
    let number = json.as_u64().and_then(|number| u32::try_from(number).ok());
    let within = number.filter(|number| bounds.range().contains(number));
    if within.is_none() {
        reader.invalid(place.key(key), format!("this is a whole number from {} to {}", bounds.0, bounds.1));
    }
    within
}
