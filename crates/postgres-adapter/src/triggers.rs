use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    ArmedTrigger, AutomationId, Missed, Permit, Redacted, Resource, TokenDigest, Trigger, TriggerOn, UserId,
};
use kairo_ports::{StoreError, TriggerRepository};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::automations::{flow_number, settings};
use crate::row::Place;
use crate::run_progress::acting;
use crate::unit_of_work::PgUnitOfWork;

/// A row of `kairo.automation_triggers`; which columns are filled depends on the kind.
#[derive(Default)]
struct TriggerRow {
    automation_id: Uuid,
    node: String,
    kind: String,
    token_digest: Option<String>,
    sealed_token: Option<String>,
    cron: Option<String>,
    zone: Option<String>,
    missed: Option<String>,
    next_at: Option<DateTime<Utc>>,
    event: Option<String>,
}

impl TriggerRow {
    fn of(automation: AutomationId, trigger: &Trigger) -> Self {
        let known = Self {
            automation_id: automation.uuid(),
            node: trigger.node.clone(),
            kind: trigger.on.word().to_owned(),
            ..Self::default()
        };
        match &trigger.on {
            TriggerOn::Webhook { digest, sealed_token } => Self {
                token_digest: Some(digest.as_str().to_owned()),
                sealed_token: Some(sealed_token.expose().clone()),
                ..known
            },
            TriggerOn::Schedule { cron, zone, missed, next_at } => Self {
                cron: Some(cron.clone()),
                zone: Some(zone.clone()),
                missed: Some(missed.as_str().to_owned()),
                next_at: *next_at,
                ..known
            },
            TriggerOn::Event { event } => Self { event: Some(event.clone()), ..known },
        }
    }
}

/// A trigger with what it takes to fire it.
struct ArmedRow {
    automation_id: Uuid,
    node: String,
    flow_number: i32,
    settings: Json<Value>,
    owner_id: Uuid,
    owner_role: String,
    owner_company: Option<Uuid>,
}

impl TryFrom<ArmedRow> for ArmedTrigger {
    type Error = StoreError;

    fn try_from(row: ArmedRow) -> Result<Self, StoreError> {
        let place = Place { table: "automations", id: row.automation_id };
        let owner = UserId::from_uuid(row.owner_id);
        Ok(Self {
            automation: AutomationId::from_uuid(row.automation_id),
            node: row.node,
            flow_number: flow_number(place, row.flow_number)?,
            vars: settings(place, &row.settings.0)?.vars,
            owner: acting(owner, &row.owner_role, row.owner_company)?,
        })
    }
}

impl TryFrom<TriggerRow> for Trigger {
    type Error = StoreError;

    fn try_from(row: TriggerRow) -> Result<Self, StoreError> {
        let place = Place { table: "automation_triggers", id: row.automation_id };
        let on = match row.kind.as_str() {
            "webhook" => TriggerOn::Webhook {
                digest: place
                    .held("token_digest", TokenDigest::parse(&row.token_digest.unwrap_or_default()))?,
                sealed_token: Redacted::new(place.word("sealed_token", row.sealed_token)?),
            },
            "schedule" => TriggerOn::Schedule {
                cron: place.word("cron", row.cron)?,
                zone: place.word("zone", row.zone)?,
                missed: place.word("missed", row.missed.as_deref().and_then(Missed::named))?,
                next_at: row.next_at,
            },
            "event" => TriggerOn::Event { event: place.word("event", row.event)? },
            _ => return place.word("kind", None),
        };
        Ok(Self { automation: AutomationId::from_uuid(row.automation_id), node: row.node, on })
    }
}

/// One that cannot be read holds up no other.
fn readable(row: ArmedRow) -> Option<ArmedTrigger> {
    let automation = row.automation_id;
    ArmedTrigger::try_from(row)
        .inspect_err(|error| tracing::error!(automation.id = %automation, %error, "a trigger cannot be read"))
        .ok()
}

#[async_trait]
impl TriggerRepository for PgUnitOfWork {
    async fn of(&mut self, automation: AutomationId) -> Result<Vec<Trigger>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            TriggerRow,
            r#"/* kairo:triggers.of */ SELECT automation_id, node, kind, token_digest, sealed_token, cron, zone, missed,
                 next_at, event
               FROM kairo.automation_triggers WHERE automation_id = $1 ORDER BY node"#,
            automation.uuid(),
        )
        .fetch_all(connection);
        statements.run(rows).await?.into_iter().map(Trigger::try_from).collect()
    }

    async fn replace(
        &mut self,
        permit: &Permit,
        automation: AutomationId,
        triggers: &[Trigger],
    ) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Automation, automation.uuid())?;
        let (statements, connection) = self.parts();
        let delete = sqlx::query!(
            r#"/* kairo:triggers.replace */ DELETE FROM kairo.automation_triggers WHERE automation_id = $1"#,
            automation.uuid(),
        )
        .execute(&mut *connection);
        statements.run(delete).await?;
        for trigger in triggers {
            let row = TriggerRow::of(automation, trigger);
            let insert = sqlx::query!(
                r#"/* kairo:triggers.replace */ INSERT INTO kairo.automation_triggers (automation_id, node, kind,
                     token_digest, sealed_token, cron, zone, missed, next_at, event)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
                row.automation_id,
                row.node,
                row.kind,
                row.token_digest,
                row.sealed_token,
                row.cron,
                row.zone,
                row.missed,
                row.next_at,
                row.event,
            )
            .execute(&mut *connection);
            statements.run(insert).await?;
        }
        Ok(())
    }

    async fn find_hook(&mut self, digest: &TokenDigest) -> Result<Option<ArmedTrigger>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            ArmedRow,
            r#"/* kairo:triggers.find_hook */ SELECT trigger.automation_id, trigger.node, flow.flow_number,
                 flow.settings AS "settings: Json<Value>", flow.user_id AS owner_id, owner.role::text AS "owner_role!",
                 owner.company_id AS owner_company
               FROM kairo.automation_triggers AS trigger
                 JOIN automations AS flow ON flow.id = trigger.automation_id
                 JOIN users AS owner ON owner.id = flow.user_id
               WHERE flow.status = 'ACTIVE' AND flow.deleted_at IS NULL AND owner.suspended_at IS NULL
                 AND owner.deleted_at IS NULL AND trigger.token_digest = $1"#,
            digest.as_str(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(ArmedTrigger::try_from).transpose()
    }

    async fn listening(&mut self, event: &str) -> Result<Vec<ArmedTrigger>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            ArmedRow,
            r#"/* kairo:triggers.listening */ SELECT trigger.automation_id, trigger.node, flow.flow_number,
                 flow.settings AS "settings: Json<Value>", flow.user_id AS owner_id, owner.role::text AS "owner_role!",
                 owner.company_id AS owner_company
               FROM kairo.automation_triggers AS trigger
                 JOIN automations AS flow ON flow.id = trigger.automation_id
                 JOIN users AS owner ON owner.id = flow.user_id
               WHERE flow.status = 'ACTIVE' AND flow.deleted_at IS NULL AND owner.suspended_at IS NULL
                 AND owner.deleted_at IS NULL AND trigger.kind = 'event' AND trigger.event = $1
               ORDER BY trigger.automation_id, trigger.node"#,
            event,
        )
        .fetch_all(connection);
        Ok(statements.run(rows).await?.into_iter().filter_map(readable).collect())
    }

    async fn due_schedule(
        &mut self,
        now: DateTime<Utc>,
        behind: Option<Trigger>,
    ) -> Result<Option<Trigger>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let planned = behind.as_ref().and_then(Trigger::planned_at);
        let (automation, node) = behind.map(|trigger| (trigger.automation.uuid(), trigger.node)).unzip();
        let row = sqlx::query_as!(
            TriggerRow,
            r#"/* kairo:triggers.due_schedule */ SELECT due.automation_id, due.node, due.kind, due.token_digest,
                 due.sealed_token, due.cron, due.zone, due.missed, due.next_at, due.event
               FROM kairo.automation_triggers AS due JOIN automations AS automation ON automation.id = due.automation_id
               WHERE due.kind = 'schedule' AND NOT due.is_over AND coalesce(due.next_at, '-infinity') <= $1
                 AND (coalesce(due.next_at, '-infinity'), due.automation_id, due.node)
                   > (coalesce($2::timestamptz, '-infinity'), coalesce($3::uuid, '00000000-0000-0000-0000-000000000000'),
                      coalesce($4::text, ''))
                 AND automation.status = 'ACTIVE' AND automation.deleted_at IS NULL
               ORDER BY coalesce(due.next_at, '-infinity'), due.automation_id, due.node
               LIMIT 1 FOR UPDATE OF due SKIP LOCKED"#,
            now,
            planned,
            automation,
            node,
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(Trigger::try_from).transpose()
    }

    async fn plan(
        &mut self,
        automation: AutomationId,
        node: &str,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:triggers.plan */ UPDATE kairo.automation_triggers
               SET next_at = $3, is_over = $3::timestamptz IS NULL
               WHERE automation_id = $1 AND node = $2 AND kind = 'schedule'"#,
            automation.uuid(),
            node,
            next_at,
        )
        .execute(connection);
        statements.run(update).await.map(|_| ())
    }

    async fn next_planned(&mut self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let next = sqlx::query_scalar!(
            r#"/* kairo:triggers.next_planned */ SELECT planned.next_at AS "next_at!"
               FROM kairo.automation_triggers AS planned
                 JOIN automations AS automation ON automation.id = planned.automation_id
               WHERE planned.kind = 'schedule' AND NOT planned.is_over
                 AND coalesce(planned.next_at, '-infinity') > '-infinity'
                 AND automation.status = 'ACTIVE' AND automation.deleted_at IS NULL
               ORDER BY coalesce(planned.next_at, '-infinity') LIMIT 1"#,
        )
        .fetch_optional(connection);
        statements.run(next).await
    }

    async fn hooks_after(
        &mut self,
        last: Option<(AutomationId, String)>,
        limit: u16,
    ) -> Result<Vec<Trigger>, StoreError> {
        self.demand_system()?;
        let (automation, node) = last.map_or((Uuid::nil(), String::new()), |(id, node)| (id.uuid(), node));
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            TriggerRow,
            r#"/* kairo:triggers.hooks_after */ SELECT automation_id, node, kind, token_digest, sealed_token, cron, zone,
                 missed, next_at, event
               FROM kairo.automation_triggers
               WHERE (automation_id, node) > ($1, $2) AND kind = 'webhook' ORDER BY automation_id, node LIMIT $3"#,
            automation,
            node,
            i64::from(limit),
        )
        .fetch_all(connection);
        statements.run(rows).await?.into_iter().map(Trigger::try_from).collect()
    }

    async fn reseal(&mut self, hook: &Trigger) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let TriggerOn::Webhook { digest, sealed_token } = &hook.on else {
            return Err(statements.refuse("only webhooks have tokens"));
        };
        // Unless it got another token meanwhile.
        let update = sqlx::query!(
            r#"/* kairo:triggers.reseal */ UPDATE kairo.automation_triggers SET sealed_token = $4
               WHERE automation_id = $1 AND node = $2 AND token_digest = $3"#,
            hook.automation.uuid(),
            hook.node,
            digest.as_str(),
            sealed_token.expose(),
        )
        .execute(connection);
        statements.run(update).await.map(|_| ())
    }
}
