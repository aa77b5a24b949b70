use deserr::{Deserr, IntoValue, Value as Given, ValuePointerRef};
use kairo_domain::{AutomationSettings, SettingsIssue};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::body::{Faults, storable};

/// How the runs of an automation are kept within bounds, and what they all know. What is left out gets its default.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields, validate = within_bounds -> Faults)]
#[schema(as = NewAutomationSettings, rename_all = "camelCase")]
pub(crate) struct SettingsBody {
    /// After how many seconds of work a run is given up; waiting does not count.
    #[deserr(default = AutomationSettings::default().run_timeout_seconds)]
    #[schema(minimum = 1, maximum = 604_800, default = 3_600, required = false)]
    run_timeout_seconds: u32,
    /// How many runs may be worked on at a time; null for as many as there are workers.
    #[deserr(default)]
    #[schema(minimum = 1, maximum = 1_000)]
    max_concurrent_runs: Option<u16>,
    /// For how many days ended runs are kept.
    #[deserr(default = AutomationSettings::default().retention_days)]
    #[schema(minimum = 1, maximum = 3_650, default = 30, required = false)]
    retention_days: u16,
    /// What expressions know as `vars`; at most 16 KiB.
    #[deserr(default)]
    #[schema(value_type = Object, required = false)]
    vars: Vars,
}

/// The settings as a whole: a patch replaces all of them, so that none is changed unseen.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields, validate = whole_within_bounds -> Faults)]
#[schema(as = WholeAutomationSettings, rename_all = "camelCase")]
pub(crate) struct WholeSettingsBody {
    /// After how many seconds of work a run is given up; waiting does not count.
    #[schema(minimum = 1, maximum = 604_800)]
    run_timeout_seconds: u32,
    /// How many runs may be worked on at a time; null for as many as there are workers.
    #[deserr(missing_field_error = missing)]
    #[schema(minimum = 1, maximum = 1_000, required = true)]
    max_concurrent_runs: Option<u16>,
    /// For how many days ended runs are kept.
    #[schema(minimum = 1, maximum = 3_650)]
    retention_days: u16,
    /// What expressions know as `vars`; at most 16 KiB.
    #[schema(value_type = Object)]
    vars: Vars,
}

/// An object of the owner's choice.
#[derive(Clone, Debug, Default)]
struct Vars(Map<String, Value>);

impl Deserr<Faults> for Vars {
    fn deserialize_from_value<V: IntoValue>(value: Given<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        let json = <Value as Deserr<Faults>>::deserialize_from_value(value, place)?;
        storable(&json, place)?;
        match json {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(Faults::at(place, "wrong_type", "must be an object")),
        }
    }
}

fn missing(field: &str, place: ValuePointerRef) -> Faults {
    Faults::at(place.push_key(field), "required", "must be given")
}

impl From<&SettingsBody> for AutomationSettings {
    fn from(body: &SettingsBody) -> Self {
        Self {
            run_timeout_seconds: body.run_timeout_seconds,
            max_concurrent_runs: body.max_concurrent_runs,
            retention_days: body.retention_days,
            vars: body.vars.0.clone(),
        }
    }
}

impl From<&WholeSettingsBody> for AutomationSettings {
    fn from(body: &WholeSettingsBody) -> Self {
        Self {
            run_timeout_seconds: body.run_timeout_seconds,
            max_concurrent_runs: body.max_concurrent_runs,
            retention_days: body.retention_days,
            vars: body.vars.0.clone(),
        }
    }
}

fn within_bounds(body: SettingsBody, place: ValuePointerRef) -> Result<SettingsBody, Faults> {
    check(&AutomationSettings::from(&body), place).map(|()| body)
}

fn whole_within_bounds(body: WholeSettingsBody, place: ValuePointerRef) -> Result<WholeSettingsBody, Faults> {
    check(&AutomationSettings::from(&body), place).map(|()| body)
}

fn check(settings: &AutomationSettings, place: ValuePointerRef) -> Result<(), Faults> {
    let fault =
        |issue: SettingsIssue| Faults::at(place.push_key(issue.field()), issue.code(), issue.to_string());
    let faults = settings.issues().into_iter().map(fault).reduce(Faults::and);
    faults.map_or(Ok(()), Err)
}

/// How the runs of an automation are kept within bounds, and what they all know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AutomationSettings)]
pub(crate) struct SettingsView {
    /// After how many seconds of work a run is given up; waiting does not count.
    run_timeout_seconds: u32,
    /// How many runs may be worked on at a time; null for as many as there are workers.
    #[schema(required = true)]
    max_concurrent_runs: Option<u16>,
    /// For how many days ended runs are kept.
    retention_days: u16,
    /// What expressions know as `vars`.
    #[schema(value_type = Object)]
    vars: Map<String, Value>,
}

impl From<&AutomationSettings> for SettingsView {
    fn from(settings: &AutomationSettings) -> Self {
        Self {
            run_timeout_seconds: settings.run_timeout_seconds,
            max_concurrent_runs: settings.max_concurrent_runs,
            retention_days: settings.retention_days,
            vars: settings.vars.clone(),
        }
    }
}
