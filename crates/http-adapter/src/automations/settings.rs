use std::borrow::Cow;

use deserr::{Deserr, IntoValue, Value as Given, ValuePointerRef};
use kairo_domain::{AutomationSettings, SettingsIssue};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use crate::body::{Faults, JsonObject, storable};

/// The names of all settings.
const NAMES: [&str; 4] = ["runTimeoutSeconds", "maxConcurrentRuns", "retentionDays", "vars"];

/// How the runs of an automation are kept within bounds, and what they all know. What is left out gets its default.
#[derive(Clone, Debug, Deserr, ToSchema)]
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
    vars: JsonObject,
}

/// The settings as a whole: a patch replaces all of them, so that none is changed unseen.
#[derive(Debug)]
pub(crate) struct WholeSettingsBody(SettingsBody);

impl Deserr<Faults> for WholeSettingsBody {
    fn deserialize_from_value<V: IntoValue>(value: Given<V>, place: ValuePointerRef) -> Result<Self, Faults> {
        let json = <Value as Deserr<Faults>>::deserialize_from_value(value, place)?;
        let missing = missing(&json, place);
        let read = SettingsBody::deserialize_from_value(IntoValue::into_value(json), place);
        let Some(missing) = missing else { return read.map(Self) };
        Err(read.err().into_iter().fold(missing, Faults::and))
    }
}

/// What is left out of an object of settings.
fn missing(json: &Value, place: ValuePointerRef) -> Option<Faults> {
    let given = json.as_object()?;
    let left_out = NAMES.into_iter().filter(|name| !given.contains_key(*name));
    left_out.map(|name| Faults::at(place.push_key(name), "required", "must be given")).reduce(Faults::and)
}

impl PartialSchema for WholeSettingsBody {
    fn schema() -> RefOr<Schema> {
        let mut schema = SettingsBody::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.description = Some(
                "The settings as a whole: a patch replaces all of them, so that none is changed unseen."
                    .to_owned(),
            );
            object.required = NAMES.map(ToOwned::to_owned).to_vec();
            for setting in object.properties.values_mut() {
                if let RefOr::T(Schema::Object(setting)) = setting {
                    setting.default = None;
                }
            }
        }
        schema
    }
}

impl ToSchema for WholeSettingsBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("WholeAutomationSettings")
    }
}

impl From<SettingsBody> for AutomationSettings {
    fn from(body: SettingsBody) -> Self {
        Self {
            run_timeout_seconds: body.run_timeout_seconds,
            max_concurrent_runs: body.max_concurrent_runs,
            retention_days: body.retention_days,
            vars: body.vars.0,
        }
    }
}

impl From<WholeSettingsBody> for AutomationSettings {
    fn from(body: WholeSettingsBody) -> Self {
        body.0.into()
    }
}

fn within_bounds(body: SettingsBody, place: ValuePointerRef) -> Result<SettingsBody, Faults> {
    let settings = AutomationSettings::from(body.clone());
    let fault =
        |issue: SettingsIssue| Faults::at(place.push_key(issue.field()), issue.code(), issue.to_string());
    let beyond = settings.issues().into_iter().map(fault);
    let vars = storable(&Value::Object(settings.vars.clone()), place.push_key("vars")).err();
    beyond.chain(vars).reduce(Faults::and).map_or(Ok(body), Err)
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
