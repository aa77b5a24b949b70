use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{CredentialSecret, Redacted, SecretTexts};
use kairo_flow::{Effect, HttpRequest, StepError};
use kairo_ports::{EgressError, EgressRequest, EgressResponse};
use serde_json::{Map, Value, json};

use super::drive::Drive;
use super::outside::{Came, Did};
use crate::credentials::open_named;

/// The longest that a server's wish for a pause is honoured.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// How many characters of an answer that says no are shown.
const SHOWN_OF_ERRORS: usize = 500;

impl Drive {
    /// Sends a request under a key that is the same for every attempt.
    pub(super) async fn request(&self, effect: &Effect, wanted: &HttpRequest) -> Did {
        let secret = match self.secret(wanted.credential.as_deref()).await {
            Ok(secret) => secret,
            Err(error) => return Did::plain(Err(error)),
        };
        let secrets = secret.as_ref().map(CredentialSecret::secret_texts).unwrap_or_default();
        let key = format!("{}:{}", self.run.id, effect.key);
        let request = match prepared(wanted, effect, secret.as_ref(), &key) {
            Ok(request) => request,
            Err(error) => return Did { secrets, ..Did::plain(Err(error)) },
        };
        self.slot.leave();
        let answer = self.desk.ports.egress.send(&request).await;
        let retry_after = answer.as_ref().ok().and_then(|answer| pause(answer, self.desk.now()));
        let mut hidden = self.secrets.clone();
        hidden.extend(secrets.clone());
        let judged = |answer| judged(wanted, &answer, &hidden).map(Came::To);
        let what = answer.map_err(|error| failed(&error)).and_then(judged);
        Did { secrets, retry_after, ..Did::plain(what) }
    }

    async fn secret(&self, name: Option<&str>) -> Result<Option<CredentialSecret>, StepError> {
        let Some(name) = name else { return Ok(None) };
        match open_named(&self.desk, self.owner(), name).await {
            Ok(secret) => Ok(Some(secret)),
            Err(crate::Error::Busy(_)) => {
                Err(StepError::retryable("busy", "the credential could not be read for now"))
            }
            Err(_) => Err(StepError::permanent(
                "credential_missing",
                format!("the credential `{name}` is not there, or cannot be opened"),
            )),
        }
    }
}

fn prepared(
    wanted: &HttpRequest,
    effect: &Effect,
    secret: Option<&CredentialSecret>,
    key: &str,
) -> Result<EgressRequest, StepError> {
    let mut headers: Vec<_> =
        wanted.headers.iter().map(|(name, value)| (name.clone(), Redacted::new(value.clone()))).collect();
    let has = |name: &str| wanted.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
    if !has("idempotency-key") {
        headers.push(("idempotency-key".to_owned(), Redacted::new(key.to_owned())));
    }
    let body = wanted.body.as_ref().map(|body| match body {
        Value::String(text) => text.clone().into_bytes(),
        json => json.to_string().into_bytes(),
    });
    let is_json = wanted.body.as_ref().is_some_and(|body| !body.is_string());
    if is_json && !has("content-type") {
        headers.push(("content-type".to_owned(), Redacted::new("application/json".to_owned())));
    }
    let mut query = wanted.query.clone();
    headers.extend(secret.and_then(CredentialSecret::header).map(|(name, value)| (name.to_owned(), value)));
    let parameter = secret.and_then(CredentialSecret::parameter);
    query.extend(parameter.map(|(name, value)| (name.to_owned(), value.expose().clone())));
    let url = with_query(&wanted.url, &query)?;
    let own = TimeDelta::seconds(wanted.timeout_seconds.into());
    let timeout = effect.timeout_seconds.map_or(own, |seconds| own.min(TimeDelta::seconds(seconds.into())));
    Ok(EgressRequest {
        method: wanted.method.clone(),
        url: Redacted::new(url),
        headers,
        body: body.map(Into::into),
        timeout,
        max_response_bytes: usize::try_from(wanted.max_response_bytes).unwrap_or(usize::MAX),
    })
}

fn with_query(url: &str, query: &[(String, String)]) -> Result<String, StepError> {
    let mut url =
        url::Url::parse(url).map_err(|_| StepError::permanent("bad_url", "the URL cannot be read"))?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url.into())
}

/// What later steps see of an answer; a status that says no is an error.
fn judged(wanted: &HttpRequest, answer: &EgressResponse, hidden: &SecretTexts) -> Result<Value, StepError> {
    let shown = shown(answer);
    if !wanted.fail_on_status || answer.status < 400 {
        return Ok(shown);
    }
    let message = format!("the server answered with status {}", answer.status);
    let error = match answer.status {
        408 | 425 | 429 | 500.. => StepError::retryable("http_status", message),
        _ => StepError::permanent("http_status", message),
    };
    Err(error.with_details(json!({"status": answer.status, "body": start(answer, hidden)})))
}

/// The beginning of an answer. Secrets are taken out before it is cut: nobody would know the first half of one.
fn start(answer: &EgressResponse, hidden: &SecretTexts) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    hidden.redact_text(&text).chars().take(SHOWN_OF_ERRORS).collect()
}

fn shown(answer: &EgressResponse) -> Value {
    let headers: Map<String, Value> =
        answer.headers.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    let is_json = answer.headers.iter().any(|(name, value)| name == "content-type" && value.contains("json"));
    let text = || Value::String(String::from_utf8_lossy(&answer.body).into_owned());
    let body = match is_json {
        true => serde_json::from_slice(&answer.body).unwrap_or_else(|_| text()),
        false => text(),
    };
    json!({"status": answer.status, "headers": headers, "body": body})
}

fn failed(error: &EgressError) -> StepError {
    let message = error.to_string();
    match error {
        EgressError::Refused { .. } => StepError::permanent("refused", message),
        EgressError::TooLarge { .. } => StepError::permanent("too_large", message),
        EgressError::TimedOut => StepError::retryable("timed_out", message),
        EgressError::Transient(_) => StepError::retryable("unreachable", message),
        EgressError::Permanent(_) => StepError::permanent("unreachable", message),
    }
}

/// `Retry-After` of an answer: seconds, or an HTTP date. It counts when the request is tried again.
fn pause(answer: &EgressResponse, now: DateTime<Utc>) -> Option<TimeDelta> {
    let (_, wish) = answer.headers.iter().find(|(name, _)| name == "retry-after")?;
    let span = match wish.trim().parse::<u32>() {
        Ok(seconds) => TimeDelta::seconds(seconds.into()),
        Err(_) => DateTime::parse_from_rfc2822(wish.trim()).ok()?.with_timezone(&Utc) - now,
    };
    (span > TimeDelta::zero()).then(|| span.min(LONGEST_PAUSE))
}
