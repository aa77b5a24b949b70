use kairo_domain::Direction::{Ascending, Descending};
use kairo_domain::{Actor, FieldValue, Filter, LeadField, PageRequest, Position, Sort, Test, Window};
use kairo_ports::StoreError;
use kairo_postgres::PgStore;
use serde_json::Value;
use uuid::Uuid;

use super::listed::{Case, Listed, assert_all_served, assert_found, beyond, time, two_ways};

impl Listed for LeadField {
    fn sample(self) -> FieldValue {
        FieldValue::text(match self {
            Self::Status => "LOST",
            Self::Email => "person4711@example.com",
            Self::Name => "Person 4711",
            Self::Company => "Company 4711",
            Self::Source => "CHAT",
            Self::UtmSource => "source-15",
            Self::UtmCampaign => "campaign-15",
            Self::CreatedAt | Self::UpdatedAt => return FieldValue::Time(time(4_711)),
        })
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_leads(actor, filter, sort, page).await
    }
}

pub(super) async fn are_found_through_indexes(store: &PgStore) {
    let newest = |through| Case::ordered(LeadField::CreatedAt, Descending, through);
    let text = FieldValue::text;
    let new = || Test::Equal(text("NEW"));
    let deep = || Window::After(row(100_000 - 500 * 25));
    let by_name_and_time = two_ways(LeadField::Name, LeadField::CreatedAt);
    let cases = [
        newest("idx_leads_created"),
        // The planner knows nothing of the words of an enum under row-level security, so it may choose either.
        newest("idx_leads_").that(LeadField::Status, new()),
        newest("(ROW(created_at, id) < ROW(").from(deep()),
        newest("(ROW(created_at, id) < ROW(").that(LeadField::Status, new()).from(deep()),
        newest("(ROW(created_at, id) > ROW(").from(Window::Before(row(500))),
        newest("idx_leads_email_lower").that(LeadField::Email, Test::Equal(text("Person77@example.com"))),
        newest("idx_leads_email_lower")
            .that(LeadField::Email, Test::In(vec![text("person7@example.com"), text("person8@example.com")])),
        newest("idx_leads_search").with_words("c4ca4238a0b9"),
        newest("idx_leads_search").with_words("person c4ca4238a0b9"),
        newest("idx_leads_search").that(LeadField::Company, Test::Contains("pany 4711".into())),
        newest("idx_leads_name").that(LeadField::Name, Test::Equal(text("Person 77"))),
        newest("idx_leads_created").that(LeadField::CreatedAt, Test::Less(FieldValue::Time(time(50)))),
        Case::ordered(LeadField::Name, Ascending, "idx_leads_name"),
        Case {
            sort: by_name_and_time.clone(),
            ..newest("\"Index Cond\":\"((name)::text >= ").from(Window::After(beyond(&by_name_and_time)))
        },
        Case::ordered(LeadField::UpdatedAt, Ascending, "idx_leads_updated"),
    ];
    assert_found(store, &cases).await;
    assert_all_served(store, &[by_name_and_time]).await;
}

fn row(minutes: i64) -> Position {
    Position { values: vec![FieldValue::Time(time(minutes))], id: Uuid::max() }
}
