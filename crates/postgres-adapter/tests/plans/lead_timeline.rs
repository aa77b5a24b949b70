use kairo_domain::Direction::{Ascending, Descending};
use kairo_domain::{
    Actor, FieldValue, Filter, LeadEntryField, LeadId, LeadNoteField, PageRequest, Position, Sort, Test,
    Window,
};
use kairo_ports::StoreError;
use kairo_postgres::PgStore;
use serde_json::Value;
use uuid::{Uuid, uuid};

use super::listed::{Case, Listed, assert_all_served, assert_found, time};

/// To which much happened.
const BUSY: LeadId = LeadId::from_uuid(uuid!("00000000-0000-7000-8003-000000000001"));

impl Listed for LeadEntryField {
    fn sample(self) -> FieldValue {
        match self {
            Self::LeadId => FieldValue::Id(BUSY.uuid()),
            Self::Kind => FieldValue::text("noted"),
            Self::At => FieldValue::Time(time(4_711)),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_lead_timeline(actor, BUSY, filter, sort, page).await
    }
}

impl Listed for LeadNoteField {
    fn sample(self) -> FieldValue {
        match self {
            Self::LeadId => FieldValue::Id(BUSY.uuid()),
            Self::CreatedAt => FieldValue::Time(time(4_711)),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_lead_notes(actor, BUSY, filter, sort, page).await
    }
}

pub(super) async fn are_found_through_indexes(store: &PgStore) {
    let latest = |through| Case::ordered(LeadEntryField::At, Descending, through);
    let deep = || Window::After(Position { values: vec![FieldValue::Time(time(9_000))], id: Uuid::max() });
    let cases = [
        latest("idx_lead_timeline_lead"),
        latest("(ROW(at, id) < ROW(").from(deep()),
        latest("idx_lead_timeline_notes").that(LeadEntryField::Kind, Test::Equal(FieldValue::text("noted"))),
        Case::ordered(LeadEntryField::At, Ascending, "idx_lead_timeline_lead"),
    ];
    assert_found(store, &cases).await;
    assert_all_served::<LeadEntryField>(store, &[]).await;
    let latest = |through| Case::ordered(LeadNoteField::CreatedAt, Descending, through);
    let cases = [
        latest("idx_lead_timeline_notes"),
        latest("(ROW(at, id) < ROW(").from(deep()),
        Case::ordered(LeadNoteField::CreatedAt, Ascending, "idx_lead_timeline_notes"),
    ];
    assert_found(store, &cases).await;
    assert_all_served::<LeadNoteField>(store, &[]).await;
}
