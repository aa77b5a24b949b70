use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Automation, AutomationField, AutomationId, AutomationRecord, AutomationSettings, AutomationStatus,
    Filter, FlowNumber, FlowVersion, Message, Page, PageRequest, Permit, Resource, Sort, Title, UserId,
};
use kairo_flow::FlowDocument;
use kairo_ports::{AutomationRepository, StoreError};
use serde_json::{Map, Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use crate::filter::{self, Expression, Listing, Request};
use crate::row::{Place, number};
use crate::unit_of_work::PgUnitOfWork;

/// A row of `automations`, without the column that says that it is deleted: such a row is never read.
#[derive(sqlx::FromRow)]
struct AutomationRow {
    id: Uuid,
    user_id: Uuid,
    title: String,
    description: Option<String>,
    flow: Json<Value>,
    flow_number: i32,
    settings: Json<Value>,
    status: String,
    execution_count: i32,
    last_executed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
}

/// A row of `kairo.automation_versions`.
struct VersionRow {
    automation_id: Uuid,
    number: i32,
    flow: Json<Value>,
    drawn_at: DateTime<Utc>,
    drawn_by: Option<Uuid>,
}

impl TryFrom<AutomationRow> for Automation {
    type Error = StoreError;

    fn try_from(row: AutomationRow) -> Result<Self, StoreError> {
        let place = Place { table: "automations", id: row.id };
        Ok(Self::restore(AutomationRecord {
            id: AutomationId::from_uuid(row.id),
            owner: UserId::from_uuid(row.user_id),
            title: Title::restore(row.title),
            description: row.description.map(Message::restore),
            flow: FlowDocument::restore(row.flow.0),
            flow_number: flow_number(place, row.flow_number)?,
            settings: settings(place, &row.settings.0)?,
            status: place.word("status", AutomationStatus::named(&row.status))?,
            execution_count: place.held("execution_count", row.execution_count.try_into())?,
            last_executed_at: row.last_executed_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: None,
            version: place.version(row.version)?,
        }))
    }
}

impl TryFrom<VersionRow> for FlowVersion {
    type Error = StoreError;

    fn try_from(row: VersionRow) -> Result<Self, StoreError> {
        let place = Place { table: "automation_versions", id: row.automation_id };
        Ok(Self {
            automation: AutomationId::from_uuid(row.automation_id),
            number: flow_number(place, row.number)?,
            flow: FlowDocument::restore(row.flow.0),
            drawn_at: row.drawn_at,
            drawn_by: row.drawn_by.map(UserId::from_uuid),
        })
    }
}

/// How lists of automations find their rows: every expression is that of an index.
pub(crate) const LISTING: Listing<AutomationField> = Listing {
    columns: "id, user_id, title, description, flow, flow_number, settings, status::text, \
              least(execution_count + (SELECT runs FROM kairo.uncounted(id)), 2147483647)::integer AS execution_count, \
              greatest(last_executed_at, (SELECT last_at FROM kairo.uncounted(id))) AS last_executed_at, created_at, \
              updated_at, version",
    rows: "FROM automations WHERE deleted_at IS NULL",
    field: |field| match field {
        AutomationField::Status => Expression::enumeration("status", "AutoStatus"),
        AutomationField::UserId => Expression::plain("user_id"),
        AutomationField::CreatedAt => Expression::plain("created_at"),
    },
    search: None,
    tie: Some("id"),
};

#[async_trait]
impl AutomationRepository for PgUnitOfWork {
    async fn get(&mut self, id: AutomationId) -> Result<Option<Automation>, StoreError> {
        if self.sees_no(Resource::Automation) {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            AutomationRow,
            r#"/* kairo:automations.get */ SELECT id, user_id, title, description, flow AS "flow: Json<Value>", flow_number,
                 settings AS "settings: Json<Value>", status::text AS "status!",
                 least(execution_count + fresh.runs, 2147483647)::integer AS "execution_count!",
                 greatest(last_executed_at, fresh.last_at) AS last_executed_at, created_at, updated_at, version
               FROM automations CROSS JOIN LATERAL kairo.uncounted(id) AS fresh
               WHERE id = $1 AND deleted_at IS NULL"#,
            id.uuid(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(Automation::try_from).transpose()
    }

    async fn list(
        &mut self,
        filter: &Filter<AutomationField>,
        sort: &Sort<AutomationField>,
        page: &PageRequest,
    ) -> Result<Page<Automation>, StoreError> {
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::Automation) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:automations.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: AutomationRow| row.try_into()).await
    }

    async fn add(&mut self, permit: &Permit, automation: &Automation) -> Result<(), StoreError> {
        self.check_adding(permit, Resource::Automation, automation.id.uuid())?;
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:automations.add */ INSERT INTO automations (id, user_id, title, description, flow, flow_number,
                 settings, status, execution_count, last_executed_at, created_at, updated_at, deleted_at, version)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::"AutoStatus", $9, $10, $11, $12, $13, $14)"#,
            automation.id.uuid(),
            automation.owner.uuid(),
            automation.title.as_str(),
            automation.description.as_ref().map(Message::as_str),
            automation.flow.as_json(),
            counted(automation.flow_number.number())?,
            json_of(&automation.settings),
            automation.status.as_str(),
            counted(automation.execution_count)?,
            automation.last_executed_at,
            automation.created_at,
            automation.updated_at,
            automation.deleted_at,
            number(automation.version)?,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn save(&mut self, permit: &Permit, automation: &Automation) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Automation, automation.id.uuid())?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:automations.save */ UPDATE automations SET user_id = $3, title = $4, description = $5, flow = $6,
                 flow_number = $7, settings = $8, status = $9::text::"AutoStatus", updated_at = $10, deleted_at = $11,
                 version = $12
               WHERE id = $1 AND version = $2 AND deleted_at IS NULL"#,
            automation.id.uuid(),
            number(automation.version.previous())?,
            automation.owner.uuid(),
            automation.title.as_str(),
            automation.description.as_ref().map(Message::as_str),
            automation.flow.as_json(),
            counted(automation.flow_number.number())?,
            json_of(&automation.settings),
            automation.status.as_str(),
            automation.updated_at,
            automation.deleted_at,
            number(automation.version)?,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }

    async fn count_runs(
        &mut self,
        permit: &Permit,
        id: AutomationId,
        runs: u32,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Automation, id.uuid())?;
        let (statements, connection) = self.parts();
        // Also of a deleted one: what it started before goes on.
        let note = sqlx::query!(
            r#"/* kairo:automations.count_runs */ SELECT kairo.note_runs(id, $2, $3)::text FROM automations WHERE id = $1
               FOR KEY SHARE"#,
            id.uuid(),
            counted(runs)?,
            at,
        )
        .fetch_optional(connection);
        let noted = statements.run(note).await?;
        statements.met_one(u64::from(noted.is_some()))
    }

    async fn settle_counts(&mut self, limit: u16) -> Result<u64, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let settled = sqlx::query_scalar!(
            r#"/* kairo:automations.settle_counts */ SELECT kairo.settle_counts($1) AS "notes!""#,
            i32::from(limit),
        )
        .fetch_one(connection);
        Ok(statements.run(settled).await?.unsigned_abs())
    }

    async fn flow(
        &mut self,
        id: AutomationId,
        number: FlowNumber,
    ) -> Result<Option<FlowVersion>, StoreError> {
        if self.sees_no(Resource::Automation) {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            VersionRow,
            r#"/* kairo:automations.flow */ SELECT automation_id, number, flow AS "flow: Json<Value>", drawn_at, drawn_by
               FROM kairo.automation_versions WHERE automation_id = $1 AND number = $2"#,
            id.uuid(),
            counted(number.number())?,
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(FlowVersion::try_from).transpose()
    }

    async fn flows(
        &mut self,
        id: AutomationId,
        before: Option<FlowNumber>,
        limit: u16,
    ) -> Result<Vec<FlowVersion>, StoreError> {
        if self.sees_no(Resource::Automation) {
            return Ok(Vec::new());
        }
        let before = before.map_or(Ok(i32::MAX), |before| counted(before.number()))?;
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            VersionRow,
            r#"/* kairo:automations.flows */ SELECT automation_id, number, flow AS "flow: Json<Value>", drawn_at, drawn_by
               FROM kairo.automation_versions WHERE automation_id = $1 AND number < $2
               ORDER BY number DESC LIMIT $3"#,
            id.uuid(),
            before,
            i64::from(limit),
        )
        .fetch_all(connection);
        statements.run(rows).await?.into_iter().map(FlowVersion::try_from).collect()
    }
}

/// A count as the database keeps it.
pub(crate) fn counted(count: u32) -> Result<i32, StoreError> {
    i32::try_from(count).map_err(|error| StoreError::Broken(error.into()))
}

pub(crate) fn flow_number(place: Place, number: i32) -> Result<FlowNumber, StoreError> {
    place.held("flow_number", u32::try_from(number).map(FlowNumber::from_number))
}

fn json_of(settings: &AutomationSettings) -> Value {
    json!({
        "runTimeoutSeconds": settings.run_timeout_seconds,
        "maxConcurrentRuns": settings.max_concurrent_runs,
        "retentionDays": settings.retention_days,
        "vars": settings.vars,
    })
}

/// Settings as they are stored. What is absent is as in the beginning: the seed knows none of them.
pub(crate) fn settings(place: Place, json: &Value) -> Result<AutomationSettings, StoreError> {
    let given = |name: &str| json.get(name).filter(|value| !value.is_null());
    let whole = |name: &str| match given(name) {
        Some(value) => place.word("settings", value.as_u64()).map(Some),
        None => Ok(None),
    };
    let small = |name: &str| match whole(name)? {
        Some(number) => place.held("settings", u16::try_from(number)).map(Some),
        None => Ok(None),
    };
    let seconds = whole("runTimeoutSeconds")?.map(u32::try_from).transpose();
    let vars = given("vars").map_or(Some(Map::new()), |vars| vars.as_object().cloned());
    let initial = AutomationSettings::default();
    Ok(AutomationSettings {
        run_timeout_seconds: place.held("settings", seconds)?.unwrap_or(initial.run_timeout_seconds),
        max_concurrent_runs: small("maxConcurrentRuns")?,
        retention_days: small("retentionDays")?.unwrap_or(initial.retention_days),
        vars: place.word("settings", vars)?,
    })
}
