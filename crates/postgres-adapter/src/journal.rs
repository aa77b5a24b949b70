use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{CompanyId, Event, JournalEntry, Permit, Resource};
use kairo_ports::{Journal, JournalFilter, StoreError};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::unit_of_work::PgUnitOfWork;

/// A line of `kairo.journal`.
#[derive(sqlx::FromRow)]
struct EntryRow {
    seq: i64,
    at: DateTime<Utc>,
    actor: String,
    actor_id: Option<Uuid>,
    verb: String,
    resource: String,
    subject: Option<Uuid>,
    event: String,
    body: Json<Value>,
}

impl From<EntryRow> for JournalEntry {
    fn from(row: EntryRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            actor: row.actor,
            actor_id: row.actor_id,
            verb: row.verb,
            resource: row.resource,
            subject: row.subject,
            event: row.event,
            body: row.body.0,
        }
    }
}

#[async_trait]
impl Journal for PgUnitOfWork {
    async fn record(&mut self, permit: &Permit, event: &Event, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.check_permit(permit, event.resource(), event.subject())?;
        let (statements, connection) = self.parts();
        let actor = permit.actor();
        let insert = sqlx::query!(
            r#"/* kairo:journal.record */ INSERT INTO kairo.journal
                 (at, actor, actor_id, role, verb, resource, subject, event, body, company_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
            at,
            actor.word(),
            actor.journal_id(),
            actor.role().as_str(),
            permit.verb().as_str(),
            event.resource().as_str(),
            event.subject(),
            event.name(),
            event.body(),
            permit.company().map(CompanyId::uuid),
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn latest(&mut self, filter: &JournalFilter, limit: u16) -> Result<Vec<JournalEntry>, StoreError> {
        if self.sees_no(Resource::Audit) {
            return Ok(Vec::new());
        }
        let (statements, connection) = self.parts();
        let mut query = QueryBuilder::<Postgres>::new(
            "/* kairo:journal.latest */ SELECT seq, at, actor, actor_id, verb, resource, subject, event, body
             FROM kairo.journal WHERE true",
        );
        if let Some(resource) = filter.resource {
            query.push(" AND resource = ").push_bind(resource.as_str());
        }
        if let Some(subject) = filter.subject {
            query.push(" AND subject = ").push_bind(subject);
        }
        if let Some(before) = filter.before {
            query.push(" AND seq < ").push_bind(before);
        }
        query.push(" ORDER BY seq DESC LIMIT ").push_bind(i64::from(limit));
        let rows: Vec<EntryRow> = statements.run(query.build_query_as().fetch_all(connection)).await?;
        Ok(rows.into_iter().map(JournalEntry::from).collect())
    }
}
