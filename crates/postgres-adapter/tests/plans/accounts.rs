//! Users, companies, credentials, invitations and the journal.

use kairo_domain::Direction::{Ascending, Descending};
use kairo_domain::{
    Actor, CompanyField, CredentialField, FieldValue, Filter, InvitationField, JournalField, PageRequest,
    Position, Sort, Test, UserField, Window,
};
use kairo_ports::StoreError;
use kairo_postgres::PgStore;
use kairo_testkit::builders::{actor_of, team_member};
use serde_json::Value;
use uuid::{Uuid, uuid};

use super::assert_indexed;
use super::listed::{Case, Listed, assert_all_served, assert_found, staff, time, two_ways};

const COMPANY: Uuid = uuid!("00000000-0000-7000-8002-000000000077");
const USER: Uuid = uuid!("00000000-0000-7000-8000-000000000077");
/// md5('77')
const SUBJECT: Uuid = uuid!("28dd2c79-55ce-9264-5624-0b2ff0100b6e");

pub(super) async fn are_found_through_indexes(store: &PgStore) {
    users(store).await;
    companies(store).await;
    credentials(store).await;
    invitations(store).await;
    journal(store).await;
}

impl Listed for UserField {
    fn sample(self) -> FieldValue {
        match self {
            Self::Email => FieldValue::text("user4711@example.com"),
            Self::Name => FieldValue::text("Person c4ca4238"),
            Self::Role => FieldValue::text("TEAM"),
            Self::CompanyId => FieldValue::Id(COMPANY),
            Self::SuspendedAt | Self::CreatedAt | Self::UpdatedAt => FieldValue::Time(time(4_711)),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_users(actor, filter, sort, page).await
    }
}

async fn users(store: &PgStore) {
    let newest = |through| Case::ordered(UserField::CreatedAt, Descending, through);
    let email = |address: &str| Test::Equal(FieldValue::text(address));
    let cases = [
        newest("idx_users_created"),
        newest("users_email_lower_key").that(UserField::Email, email("User77@example.com")),
        newest("idx_users_search").with_words("c4ca4238a0b9"),
        newest("idx_users_search").with_words("person user77@example"),
        newest("idx_users_search").that(UserField::Name, Test::StartsWith("person c4ca4238".into())),
        newest("idx_users_company").that(UserField::CompanyId, Test::Equal(FieldValue::Id(COMPANY))),
        newest("idx_users_suspended").that(UserField::SuspendedAt, Test::Filled),
        Case::ordered(UserField::Email, Ascending, "idx_users_email_order"),
        Case::ordered(UserField::UpdatedAt, Descending, "idx_users_updated"),
    ];
    assert_found(store, &cases).await;
    assert_all_served(store, &[two_ways(UserField::Email, UserField::CreatedAt)]).await;
}

impl Listed for CompanyField {
    fn sample(self) -> FieldValue {
        match self {
            Self::Name => FieldValue::text("Company 4711"),
            Self::Industry => FieldValue::text("Industry 77"),
            Self::CreatedAt | Self::UpdatedAt => FieldValue::Time(time(4_711)),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_companies(actor, filter, sort, page).await
    }
}

async fn companies(store: &PgStore) {
    let newest = |through| Case::ordered(CompanyField::CreatedAt, Descending, through);
    let is = |text: &str| Test::Equal(FieldValue::text(text));
    let cases = [
        newest("idx_companies_created"),
        newest("idx_companies_name_order").that(CompanyField::Name, is("Company 77")),
        newest("idx_companies_search").that(CompanyField::Name, Test::Contains("c4ca4238a0b9".into())),
        newest("idx_companies_search").with_words("company c4ca4238a0b9"),
        newest("idx_companies_industry").that(CompanyField::Industry, is("Industry 77")),
        Case::ordered(CompanyField::Name, Ascending, "idx_companies_name_order"),
        Case::ordered(CompanyField::UpdatedAt, Descending, "idx_companies_updated"),
    ];
    assert_found(store, &cases).await;
    assert_all_served(store, &[two_ways(CompanyField::Name, CompanyField::CreatedAt)]).await;
}

impl Listed for CredentialField {
    fn sample(self) -> FieldValue {
        match self {
            Self::Name => FieldValue::text("service-3"),
            Self::Kind => FieldValue::text("header"),
            Self::OwnerId => FieldValue::Id(USER),
            Self::CreatedAt | Self::UpdatedAt => FieldValue::Time(time(4_711)),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_credentials(actor, filter, sort, page).await
    }
}

async fn credentials(store: &PgStore) {
    let newest = |through| Case::ordered(CredentialField::CreatedAt, Descending, through);
    let [name, owner, kind] = [CredentialField::Name, CredentialField::OwnerId, CredentialField::Kind];
    let rare = Test::Equal(FieldValue::text("service-77"));
    let of_everybody = [
        newest("idx_credentials_created"),
        newest("idx_credentials_user").that(owner, Test::Equal(owner.sample())),
        newest("idx_credentials_name").that(name, rare),
        newest("idx_credentials_kind").that(kind, Test::Equal(kind.sample())),
        Case::ordered(CredentialField::Name, Ascending, "idx_credentials_name"),
        Case::ordered(CredentialField::UpdatedAt, Descending, "idx_credentials_updated"),
    ];
    // Whoever sees their own only finds them by their owner, whatever others call theirs.
    let own = [
        newest("idx_credentials_user"),
        newest("credentials_user_id_name_key").that(name, Test::Equal(name.sample())),
    ];
    let [team, admin, system] = staff();
    for (actors, cases) in [(&[admin, system][..], &of_everybody[..]), (&[team], &own)] {
        for (actor, Case { through, filter, sort, page }) in
            actors.iter().flat_map(|actor| cases.iter().map(move |case| (actor, case)))
        {
            let plan = store.plan_of_credentials(actor, filter, sort, page).await.unwrap();
            assert!(plan.to_string().contains(through), "{filter:?} through {through}: {plan:#}");
        }
    }
    assert_all_served(store, &[two_ways(CredentialField::Name, CredentialField::CreatedAt)]).await;
}

impl Listed for InvitationField {
    fn sample(self) -> FieldValue {
        match self {
            Self::Email => FieldValue::text("Guest4711@example.com"),
            Self::Role => FieldValue::text("TEAM"),
            Self::CompanyId => FieldValue::Id(COMPANY),
            Self::CreatedAt | Self::ExpiresAt => FieldValue::Time(time(4_711)),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_invitations(actor, filter, sort, page).await
    }
}

async fn invitations(store: &PgStore) {
    let newest = |through| Case::ordered(InvitationField::CreatedAt, Descending, through);
    let address = Test::Equal(FieldValue::text("Guest77@example.com"));
    let cases = [
        // The team's policy has an index of its own.
        newest("idx_invitations_"),
        newest("idx_invitations_email").that(InvitationField::Email, address),
        newest("idx_invitations_company")
            .that(InvitationField::CompanyId, Test::Equal(FieldValue::Id(COMPANY))),
        Case::ordered(InvitationField::ExpiresAt, Descending, "idx_invitations_expires"),
    ];
    assert_found(store, &cases).await;
    assert_all_served(store, &[two_ways(InvitationField::CreatedAt, InvitationField::ExpiresAt)]).await;
}

impl Listed for JournalField {
    fn sample(self) -> FieldValue {
        match self {
            Self::Seq => FieldValue::Number(4_711),
            Self::At => FieldValue::Time(time(4_711)),
            Self::Actor => FieldValue::text("direct"),
            Self::ActorId => FieldValue::Id(USER),
            Self::CompanyId => FieldValue::Id(COMPANY),
            Self::Resource => FieldValue::text("session"),
            Self::Subject => FieldValue::Id(SUBJECT),
            Self::Event => FieldValue::text("session.opened"),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_journal(actor, filter, sort, page).await
    }
}

async fn journal(store: &PgStore) {
    assert_all_served::<JournalField>(store, &[]).await;
    let (latest, first) = (Sort::by(JournalField::Seq, Descending), PageRequest::default());
    let cases = [
        ("idx_journal_actor_kind", JournalField::Actor),
        ("idx_journal_actor", JournalField::ActorId),
        ("idx_journal_company", JournalField::CompanyId),
        ("idx_journal_resource", JournalField::Resource),
        ("idx_journal_subject", JournalField::Subject),
        ("idx_journal_event", JournalField::Event),
    ];
    for (through, field) in cases {
        let case =
            Case::ordered(JournalField::Seq, Descending, through).that(field, Test::Equal(field.sample()));
        let plan = store.plan_of_journal(&Actor::System, &case.filter, &latest, &first).await.unwrap();
        assert_indexed(through, &plan);
        assert!(plan.to_string().contains(through), "{field:?}: {plan:#}");
    }
    // Whoever sees their own lines only finds them by the index of their policy.
    let deep = Window::After(Position { values: vec![FieldValue::Number(50_000)], id: Uuid::nil() });
    for window in [Window::First, deep] {
        let page = PageRequest { window, ..PageRequest::default() };
        let team = actor_of(&team_member("Tim").build());
        let plan = store.plan_of_journal(&team, &Filter::default(), &latest, &page).await.unwrap();
        assert!(plan.to_string().contains("idx_journal_actor"), "{plan:#}");
    }
}
