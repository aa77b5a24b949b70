use serde_json::Value;

use crate::bounds::{
    Bounds, LONGEST_WAIT_DAYS, REQUEST_SECONDS, RESPONSE_BYTES, STATUS, USUAL_REQUEST_SECONDS,
};
use crate::kind::NodeKind;
use crate::{Answer, EffectKind, Email, HttpRequest, StepError, WaitFor};

/// What rendered parameters ask for, of a node that may take this many seconds.
///
/// # Errors
/// [`StepError`] when a template has yielded something that the parameter cannot be.
pub(super) fn effect(kind: NodeKind, input: &Value, seconds: Option<u32>) -> Result<EffectKind, StepError> {
    let input = Input(input);
    Ok(match kind {
        NodeKind::HttpRequest => EffectKind::Http(http(&input, seconds)?),
        NodeKind::EmailSend => EffectKind::Email(email(&input)?),
        NodeKind::Wait => EffectKind::Wait(wait(&input)?),
        NodeKind::Subflow => {
            EffectKind::Subflow { automation: input.text("automation")?, input: input.json("input") }
        }
        NodeKind::Respond => EffectKind::Respond(answer(&input)?),
        NodeKind::LeadCreate => EffectKind::LeadCreate(
            input.texts_of(&["name", "email", "message"], &["phone", "company", "source"])?,
        ),
        NodeKind::LeadMove => EffectKind::LeadMove {
            lead: input.text("lead")?,
            to: input.text("to")?,
            reason: input.optional_text("reason")?,
        },
        NodeKind::LeadNote => EffectKind::LeadNote { lead: input.text("lead")?, text: input.text("text")? },
        NodeKind::CompanyCreate => {
            EffectKind::CompanyCreate(input.texts_of(&["name"], &["website", "industry"])?)
        }
        NodeKind::Manual
        | NodeKind::Webhook
        | NodeKind::Schedule
        | NodeKind::Event
        | NodeKind::Transform
        | NodeKind::If
        | NodeKind::Switch
        | NodeKind::Filter
        | NodeKind::ForEach
        | NodeKind::Merge
        | NodeKind::Fail
        | NodeKind::Stop
        | NodeKind::Note
        | NodeKind::Group => return Err(StepError::permanent("not_an_effect", "this node has no effect")),
    })
}

fn http(input: &Input<'_>, seconds: Option<u32>) -> Result<HttpRequest, StepError> {
    let usual = seconds.map_or(USUAL_REQUEST_SECONDS, |seconds| seconds.min(REQUEST_SECONDS.1));
    Ok(HttpRequest {
        method: input.text("method")?,
        url: input.text("url")?,
        headers: input.pairs("headers")?,
        query: input.pairs("query")?,
        body: input.given("body").cloned(),
        credential: input.optional_text("credential")?,
        timeout_seconds: input.whole("timeoutSeconds", usual, REQUEST_SECONDS)?,
        max_response_bytes: input.whole("maxResponseBytes", RESPONSE_BYTES.1, RESPONSE_BYTES)?,
        fail_on_status: input.flag("failOnStatus", true)?,
    })
}

fn email(input: &Input<'_>) -> Result<Email, StepError> {
    let to = input.texts("to")?;
    if to.is_empty() {
        return Err(invalid("to", "at least one address"));
    }
    Ok(Email {
        to,
        subject: input.text("subject")?,
        text: input.text("text")?,
        html: input.optional_text("html")?,
    })
}

fn answer(input: &Input<'_>) -> Result<Answer, StepError> {
    let status = input.whole("status", 200, STATUS)?;
    Ok(Answer {
        status: u16::try_from(status).map_err(|_| invalid("status", "a status"))?,
        headers: input.pairs("headers")?,
        body: input.given("body").cloned(),
    })
}

/// The units of a span, in milliseconds.
const UNITS: [(&str, u32); 4] =
    [("seconds", 1_000), ("minutes", 60_000), ("hours", 3_600_000), ("days", 86_400_000)];

fn wait(input: &Input<'_>) -> Result<WaitFor, StepError> {
    for (unit, length) in UNITS {
        if let Some(amount) = input.given(unit) {
            let amount = number(amount).ok_or_else(|| invalid(unit, "a number"))?;
            let ms = amount * f64::from(length);
            if !(0.0..=f64::from(LONGEST_WAIT_DAYS) * 86_400_000.0).contains(&ms) {
                return Err(invalid(unit, &format!("a time span from 0 to {LONGEST_WAIT_DAYS} days")));
            }
            let span = std::time::Duration::from_secs_f64(ms / 1_000.0);
            let ms = i64::try_from(span.as_millis()).map_err(|_| invalid(unit, "a time span"))?;
            return Ok(WaitFor::Span { ms });
        }
    }
    Ok(WaitFor::Until { at: input.text("until")? })
}

/// A number, also as a text: a template that mixes text and values yields one.
fn number(json: &Value) -> Option<f64> {
    match json {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Rendered parameters.
struct Input<'a>(&'a Value);

impl<'a> Input<'a> {
    /// What a parameter holds; null is as good as not given.
    fn given(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn json(&self, name: &str) -> Value {
        self.given(name).cloned().unwrap_or_default()
    }

    fn text(&self, name: &str) -> Result<String, StepError> {
        let text = self.optional_text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| invalid(name, "a text, and not empty"))
    }

    fn optional_text(&self, name: &str) -> Result<Option<String>, StepError> {
        self.given(name).map(|value| scalar(value).ok_or_else(|| invalid(name, "a text"))).transpose()
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, StepError> {
        let list = match self.given(name) {
            None => Some(Vec::new()),
            Some(Value::Array(items)) => items.iter().map(scalar).collect(),
            Some(single) => scalar(single).map(|text| vec![text]),
        };
        list.ok_or_else(|| invalid(name, "a text or a list of texts"))
    }

    fn pairs(&self, name: &str) -> Result<Vec<(String, String)>, StepError> {
        let Some(value) = self.given(name) else { return Ok(Vec::new()) };
        let fields = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let pairs = fields.map(|(key, value)| Some((key.clone(), scalar(value)?)));
        pairs.collect::<Option<_>>().ok_or_else(|| invalid(name, "an object of texts"))
    }

    fn flag(&self, name: &str, default: bool) -> Result<bool, StepError> {
        match self.given(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(word)) if word == "true" => Ok(true),
            Some(Value::String(word)) if word == "false" => Ok(false),
            Some(_) => Err(invalid(name, "true or false")),
        }
    }

    fn whole(&self, name: &str, default: u32, bounds: Bounds) -> Result<u32, StepError> {
        let Some(value) = self.given(name) else { return Ok(default) };
        let number = scalar(value).and_then(|text| text.trim().parse().ok());
        let within = number.filter(|number| bounds.range().contains(number));
        within.ok_or_else(|| invalid(name, &format!("a whole number from {} to {}", bounds.0, bounds.1)))
    }

    fn texts_of(&self, required: &[&str], optional: &[&str]) -> Result<Value, StepError> {
        let mut fields = serde_json::Map::new();
        for name in required {
            fields.insert((*name).to_owned(), Value::String(self.text(name)?));
        }
        for name in optional {
            if let Some(text) = self.optional_text(name)? {
                fields.insert((*name).to_owned(), Value::String(text));
            }
        }
        Ok(Value::Object(fields))
    }
}

/// A value as a text, if it is one thing.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn invalid(name: &str, wanted: &str) -> StepError {
    StepError::permanent("invalid_param", format!("{name}: this is {wanted}"))
}
