use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Condition, Field, FieldValue, Filter, LeadEntry, LeadEntryField, LeadEntryId, LeadEntryKind, LeadId,
    LeadNote, LeadNoteField, LeadNoteId, Message, Page, PageRequest, Permit, Resource, Sort, Test,
};
use kairo_ports::{LeadTimeline, StoreError};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::filter::{self, Expression, Listing, Request};
use crate::row::Place;
use crate::unit_of_work::PgUnitOfWork;

/// A row of `kairo.lead_timeline`.
#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    lead_id: Uuid,
    at: DateTime<Utc>,
    kind: String,
    actor: String,
    actor_id: Option<Uuid>,
    body: Json<Value>,
    text: Option<String>,
}

/// A row of it that is a note.
#[derive(sqlx::FromRow)]
struct NoteRow {
    id: Uuid,
    lead_id: Uuid,
    at: DateTime<Utc>,
    actor: String,
    actor_id: Option<Uuid>,
    text: String,
}

impl TryFrom<EntryRow> for LeadEntry {
    type Error = StoreError;

    fn try_from(row: EntryRow) -> Result<Self, StoreError> {
        let place = Place { table: "lead_timeline", id: row.id };
        Ok(Self {
            id: LeadEntryId::from_uuid(row.id),
            lead: LeadId::from_uuid(row.lead_id),
            at: row.at,
            kind: place.word("kind", LeadEntryKind::named(&row.kind))?,
            actor: row.actor,
            actor_id: row.actor_id,
            body: row.body.0,
            text: row.text.map(Message::restore),
        })
    }
}

impl From<NoteRow> for LeadNote {
    fn from(row: NoteRow) -> Self {
        Self {
            id: LeadNoteId::from_uuid(row.id),
            lead: LeadId::from_uuid(row.lead_id),
            actor: row.actor,
            actor_id: row.actor_id,
            text: Message::restore(row.text),
            created_at: row.at,
        }
    }
}

/// How the timeline of a lead finds its rows: all of one lead, in the order of the index.
pub(crate) const LISTING: Listing<LeadEntryField> = Listing {
    columns: "id, lead_id, at, kind, actor, actor_id, body, text",
    rows: "FROM kairo.lead_timeline WHERE true",
    field: |field| match field {
        LeadEntryField::LeadId => Expression::plain("lead_id"),
        LeadEntryField::Kind => Expression::plain("kind"),
        LeadEntryField::At => Expression::plain("at"),
    },
    search: None,
    tie: Some("id"),
};

/// The same for the notes, which have an index of their own.
pub(crate) const NOTES: Listing<LeadNoteField> = Listing {
    columns: "id, lead_id, at, actor, actor_id, text",
    rows: "FROM kairo.lead_timeline WHERE kind = 'noted'",
    field: |field| match field {
        LeadNoteField::LeadId => Expression::plain("lead_id"),
        LeadNoteField::CreatedAt => Expression::plain("at"),
    },
    search: None,
    tie: Some("id"),
};

#[async_trait]
impl LeadTimeline for PgUnitOfWork {
    async fn add(&mut self, permit: &Permit, entry: &LeadEntry) -> Result<(), StoreError> {
        self.check_telling(permit, entry)?;
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:lead_timeline.add */ INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor, actor_id, body,
                 text)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"#,
            entry.id.uuid(),
            entry.lead.uuid(),
            entry.at,
            entry.kind.as_str(),
            entry.actor,
            entry.actor_id,
            entry.body,
            entry.text.as_ref().map(Message::as_str),
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn list(
        &mut self,
        lead: LeadId,
        filter: &Filter<LeadEntryField>,
        sort: &Sort<LeadEntryField>,
        page: &PageRequest,
    ) -> Result<Page<LeadEntry>, StoreError> {
        let filter = &of_lead(filter, LeadEntryField::LeadId, lead);
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::Lead) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:lead_timeline.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: EntryRow| row.try_into()).await
    }

    async fn notes(
        &mut self,
        lead: LeadId,
        filter: &Filter<LeadNoteField>,
        sort: &Sort<LeadNoteField>,
        page: &PageRequest,
    ) -> Result<Page<LeadNote>, StoreError> {
        let filter = &of_lead(filter, LeadNoteField::LeadId, lead);
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::Lead) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:lead_timeline.notes */ SELECT";
        filter::page(self.parts(), &NOTES, select, request, |row: NoteRow| Ok(row.into())).await
    }
}

impl PgUnitOfWork {
    /// A permit tells of what it was given for, and an entry is made in the name of whoever acts.
    fn check_telling(&mut self, permit: &Permit, entry: &LeadEntry) -> Result<(), StoreError> {
        self.check_permit(permit, Resource::Lead, entry.lead.uuid())?;
        let is_own = entry.is_by(&self.actor);
        let (statements, _) = self.parts();
        if permit.verb() != entry.kind.verb() {
            return Err(statements.refuse(format!("a permit to {} tells of no other act", permit.verb())));
        }
        if !is_own {
            return Err(statements.refuse("an entry is made in the name of whoever acts"));
        }
        Ok(())
    }
}

/// The filter, of one lead only.
pub(crate) fn of_lead<F: Field>(filter: &Filter<F>, field: F, lead: LeadId) -> Filter<F> {
    let mut filter = filter.clone();
    filter.conditions.insert(0, Condition { field, test: Test::Equal(FieldValue::Id(lead.uuid())) });
    filter
}
