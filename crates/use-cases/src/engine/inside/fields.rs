use kairo_domain::{
    CompanyDetails, CompanyName, Email, HttpUrl, LeadDetails, LeadSource, Message, PersonName, Phone,
    TextIssue, Title,
};
use kairo_flow::StepError;
use serde_json::Value;

/// The details of a lead as a flow gives them.
pub(super) fn lead(given: &Value) -> Result<LeadDetails, StepError> {
    let source = optional(given, "source", |word| {
        LeadSource::named(word).ok_or_else(|| invalid("source", "must be a source of leads"))
    })?;
    Ok(LeadDetails {
        name: required(given, "name", PersonName::parse)?,
        email: required(given, "email", Email::parse)?,
        message: required(given, "message", Message::parse)?,
        phone: optional(given, "phone", parse_with("phone", Phone::parse))?,
        company: optional(given, "company", parse_with("company", CompanyName::parse))?,
        source,
        utm_source: None,
        utm_medium: None,
        utm_campaign: None,
        metadata: None,
    })
}

/// The details of a company as a flow gives them.
pub(super) fn company(given: &Value) -> Result<CompanyDetails, StepError> {
    Ok(CompanyDetails {
        name: required(given, "name", CompanyName::parse)?,
        website: optional(given, "website", parse_with("website", HttpUrl::parse))?,
        industry: optional(given, "industry", parse_with("industry", Title::parse))?,
        logo_url: None,
        metadata: None,
    })
}

fn required<T>(
    given: &Value,
    field: &str,
    parse: impl Fn(&str) -> Result<T, TextIssue>,
) -> Result<T, StepError> {
    let text = given.get(field).and_then(Value::as_str).ok_or_else(|| invalid(field, "is needed"))?;
    parse_with(field, parse)(text)
}

fn optional<T>(
    given: &Value,
    field: &str,
    parse: impl Fn(&str) -> Result<T, StepError>,
) -> Result<Option<T>, StepError> {
    match given.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => parse(text).map(Some),
        Some(_) => Err(invalid(field, "must be a text")),
    }
}

fn parse_with<T>(
    field: &str,
    parse: impl Fn(&str) -> Result<T, TextIssue>,
) -> impl Fn(&str) -> Result<T, StepError> {
    move |text| parse(text).map_err(|issue| invalid(field, &issue.to_string()))
}

fn invalid(field: &str, message: &str) -> StepError {
    StepError::permanent("invalid", format!("`{field}` {message}"))
}
