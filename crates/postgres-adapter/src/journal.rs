use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, CompanyId, Event, Filter, JournalEntry, JournalField, Origin, Page, PageRequest, Permit, Redacted,
    Refused, Resource, Sort, Verb,
};
use kairo_flow::TriggerKind;
use kairo_ports::{Journal, JournalFilter, StoreError};
use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::filter::{self, Expression, Listing, Request};
use crate::unit_of_work::PgUnitOfWork;

/// A line of `kairo.journal`.
#[derive(sqlx::FromRow)]
struct EntryRow {
    seq: i64,
    at: DateTime<Utc>,
    actor: String,
    actor_id: Option<Uuid>,
    role: Option<String>,
    verb: String,
    resource: String,
    subject: Option<Uuid>,
    event: String,
    body: Json<Value>,
    company_id: Option<Uuid>,
    request_id: Option<String>,
    address: Option<String>,
    agent: Option<String>,
}

impl From<EntryRow> for JournalEntry {
    fn from(row: EntryRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            actor: row.actor,
            actor_id: row.actor_id,
            role: row.role,
            verb: row.verb,
            resource: row.resource,
            subject: row.subject,
            event: row.event,
            body: row.body.0,
            company: row.company_id.map(CompanyId::from_uuid),
            origin: Origin {
                request: row.request_id,
                address: row.address.map(Redacted::new),
                agent: row.agent.map(Redacted::new),
            },
        }
    }
}

/// What a new line says beside who acted, and when.
struct Line<'a> {
    verb: Verb,
    resource: Resource,
    subject: Option<Uuid>,
    event: &'a str,
    body: Value,
    company: Option<CompanyId>,
}

/// How lists of the journal find their lines: every expression is that of an index, and all are read in the order of
/// their numbers.
pub(crate) const LISTING: Listing<JournalField> = Listing {
    columns: COLUMNS,
    rows: "FROM kairo.journal WHERE true",
    field: |field| match field {
        JournalField::Seq => Expression::plain("seq"),
        JournalField::At => Expression::plain("at"),
        JournalField::Actor => Expression::plain("actor"),
        JournalField::ActorId => Expression::plain("actor_id"),
        JournalField::CompanyId => Expression::plain("company_id"),
        JournalField::Resource => Expression::plain("resource"),
        JournalField::Subject => Expression::plain("subject"),
        JournalField::Event => Expression::plain("event"),
    },
    search: None,
    tie: None,
};

const COLUMNS: &str = "seq, at, actor, actor_id, role, verb, resource, subject, event, body, company_id, request_id, \
                       address, agent";

#[async_trait]
impl Journal for PgUnitOfWork {
    async fn record(&mut self, permit: &Permit, event: &Event, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.check_permit(permit, event.resource(), event.subject())?;
        self.check_own(permit.actor())?;
        self.append(permit.actor(), of_event(permit, event), at).await
    }

    async fn record_for(
        &mut self,
        actor: &Actor,
        permit: &Permit,
        event: &Event,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.demand_system()?;
        self.check_permit(permit, event.resource(), event.subject())?;
        self.append(actor, of_event(permit, event), at).await
    }

    async fn record_refusal(
        &mut self,
        actor: &Actor,
        refused: &Refused,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !self.is_system() {
            self.check_own(actor)?;
        }
        let line = Line {
            verb: refused.verb,
            resource: refused.resource,
            subject: refused.subject,
            event: &refused.event(),
            body: json!({"why": refused.why}),
            company: None,
        };
        self.append(actor, line, at).await
    }

    fn came_from(&mut self, origin: &Origin) {
        self.origin = origin.clone();
    }

    async fn list(
        &mut self,
        filter: &Filter<JournalField>,
        sort: &Sort<JournalField>,
        page: &PageRequest,
    ) -> Result<Page<JournalEntry>, StoreError> {
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::Audit) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:journal.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: EntryRow| Ok(row.into())).await
    }

    async fn latest(&mut self, filter: &JournalFilter, limit: u16) -> Result<Vec<JournalEntry>, StoreError> {
        if self.sees_no(Resource::Audit) {
            return Ok(Vec::new());
        }
        let (statements, connection) = self.parts();
        let mut query = QueryBuilder::<Postgres>::new("/* kairo:journal.latest */ SELECT ");
        query.push(COLUMNS).push(" FROM kairo.journal WHERE true");
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

impl PgUnitOfWork {
    /// Refuses an entry in the name of somebody else.
    fn check_own(&mut self, named: &Actor) -> Result<(), StoreError> {
        let name = |actor: &Actor| (actor.word(), actor.journal_id());
        if name(&self.actor) == name(named) {
            return Ok(());
        }
        let (statements, _) = self.parts();
        Err(statements.refuse("an entry is made in the name of whoever acts"))
    }

    async fn append(&mut self, actor: &Actor, line: Line<'_>, at: DateTime<Utc>) -> Result<(), StoreError> {
        let origin = self.origin.clone();
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:journal.append */ INSERT INTO kairo.journal (at, actor, actor_id, role, verb, resource, subject,
                 event, body, company_id, request_id, address, agent)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"#,
            at,
            actor.word(),
            actor.journal_id(),
            actor.role().as_str(),
            line.verb.as_str(),
            line.resource.as_str(),
            line.subject,
            line.event,
            line.body,
            line.company.map(CompanyId::uuid),
            origin.request,
            origin.address.as_ref().map(|address| address.expose().as_str()),
            origin.agent.as_ref().map(|agent| agent.expose().as_str()),
        )
        .execute(connection);
        statements.run(insert).await?;
        if TriggerKind::EVENTS.contains(&line.event) {
            // It may have become a job, which the database does not announce.
            self.ring_after_commit();
        }
        Ok(())
    }
}

fn of_event<'a>(permit: &Permit, event: &'a Event) -> Line<'a> {
    Line {
        verb: permit.verb(),
        resource: event.resource(),
        subject: Some(event.subject()),
        event: event.name(),
        body: event.body(),
        company: permit.company(),
    }
}
