//! Another client of the tables keeps their constraints and knows no more rules. What it writes can be read.

use kairo_domain::{
    Actor, AutomationField, AutomationSettings, CompanyField, CompanyId, Direction, Email, Filter,
    JournalField, LeadField, LeadFilter, LeadId, PageRequest, RunField, Sort, UserField, UserId,
};
use kairo_ports::{Store, StoreError};
use kairo_testkit::postgres::TestDatabase;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::support::{connect, connect_owner, execute, migrated_database, store_of};

const ID: Uuid = Uuid::from_u128(7);

/// The numbers take far more room than any input may, once PostgreSQL has written them out.
const ROWS: &str = r#"
SET ROLE kairo_direct;
INSERT INTO leads (id, name, email, message, phone, company, utm_source, utm_medium, utm_campaign, metadata, status_reason)
VALUES ('00000000-0000-0000-0000-000000000007', E'Ada\u0007', 'ada at home', '', 'call me', ' ', '', '', '',
        jsonb_build_object('password', 'x', 'numbers', (SELECT jsonb_agg(1e18) FROM generate_series(1, 2000)),
                           'far', (SELECT jsonb_agg(1e300) FROM generate_series(1, 2000))), '');
INSERT INTO leads (name, email, message)
SELECT 'Person ' || n, 'person' || n || '@example.com', 'Hello' FROM generate_series(1, 3) AS n;
INSERT INTO companies (id, name, website, industry, logo_url, metadata)
VALUES ('00000000-0000-0000-0000-000000000007', ' ', 'HTTP://?', '', 'logo',
        jsonb_build_object('e-mail', (SELECT jsonb_agg(1e300) FROM generate_series(1, 2000))));
INSERT INTO users (id, email, password_hash, name, avatar_url, company_id)
VALUES ('00000000-0000-0000-0000-000000000007', 'ada at home', 'hash', ' ', 'picture',
        '00000000-0000-0000-0000-000000000007');
INSERT INTO automations (user_id, title, flow)
VALUES ('00000000-0000-0000-0000-000000000007', ' ', '{}'),
       ('00000000-0000-0000-0000-000000000007', 'x', '{"nodes": [{}, 7], "edges": [{"id": 7}], "more": 1}');
INSERT INTO automation_runs (automation_id, status) SELECT id, 'RUNNING' FROM automations;
INSERT INTO automation_runs (automation_id, status, error) SELECT id, 'FAILED', '' FROM automations;
"#;

async fn written_by_another() -> TestDatabase {
    let database = migrated_database().await;
    execute(&mut connect(database.url()).await, ROWS).await;
    database
}

#[tokio::test]
async fn a_list_shows_what_another_client_wrote() {
    let database = written_by_another().await;
    let mut work = store_of(&database).await.begin_read(&Actor::System).await.unwrap();
    for field in [LeadField::Name, LeadField::CreatedAt, LeadField::UpdatedAt] {
        let sort = Sort::by(field, Direction::Ascending);
        let page = work.leads().list(&LeadFilter::default(), &sort, &PageRequest::default()).await.unwrap();
        assert_eq!(page.items.len(), 4, "{field:?}");
    }
    let ada = work.leads().get(LeadId::from_uuid(ID)).await.unwrap().unwrap();
    assert_eq!(ada.details.email.as_str(), "ada at home");
    assert_eq!(ada.details.message.as_str(), "");
    assert_eq!(ada.details.phone.as_ref().unwrap().as_str(), "call me");
    let metadata = ada.details.metadata.as_ref().unwrap().as_map();
    assert_eq!(metadata["password"], "x");
    assert_eq!(metadata["numbers"][1_999].as_f64(), Some(1e18));
}

#[tokio::test]
async fn users_and_companies_of_another_client_are_listed() {
    let database = written_by_another().await;
    let mut work = store_of(&database).await.begin_read(&Actor::System).await.unwrap();
    let first = PageRequest::default();
    for field in [UserField::Email, UserField::CreatedAt, UserField::UpdatedAt] {
        let sort = Sort::by(field, Direction::Ascending);
        let page = work.users().list(&Filter::default(), &sort, &first).await.unwrap();
        assert_eq!(page.items.len(), 1, "{field:?}");
    }
    for field in [CompanyField::Name, CompanyField::CreatedAt, CompanyField::UpdatedAt] {
        let sort = Sort::by(field, Direction::Ascending);
        let page = work.companies().list(&Filter::default(), &sort, &first).await.unwrap();
        assert_eq!(page.items.len(), 1, "{field:?}");
    }
    let sort = Sort::by(AutomationField::CreatedAt, Direction::Ascending);
    assert_eq!(work.automations().list(&Filter::default(), &sort, &first).await.unwrap().items.len(), 2);
    let sort = Sort::by(RunField::StartedAt, Direction::Ascending);
    assert_eq!(work.runs().list(&Filter::default(), &sort, &first).await.unwrap().items.len(), 4);
    // Its writes have an entry each, and nobody's role.
    let sort = Sort::by(JournalField::Seq, Direction::Descending);
    let page = work.journal().list(&Filter::default(), &sort, &first).await.unwrap();
    assert_eq!(page.items.len(), 12);
    assert!(page.items.iter().all(|entry| entry.actor == "direct" && entry.role.is_none()));
}

#[tokio::test]
async fn users_and_companies_of_another_client_are_found() {
    let database = written_by_another().await;
    let mut work = store_of(&database).await.begin_read(&Actor::System).await.unwrap();
    let company = work.companies().get(CompanyId::from_uuid(ID)).await.unwrap().unwrap();
    assert_eq!(company.details.logo_url.as_ref().unwrap().as_str(), "logo");
    let user = work.users().get(UserId::from_uuid(ID)).await.unwrap().unwrap();
    assert_eq!(user.email.as_str(), "ada at home");
    let address = Email::restore("Ada at home".to_owned());
    assert_eq!(work.users().find_by_email(&address).await.unwrap().as_ref(), Some(&user));
    let found = work.users().find_credentials(&address).await.unwrap().unwrap();
    assert_eq!((found.user, found.password_hash.as_str()), (user, "hash"));
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_named() {
    let database = written_by_another().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, "ALTER TABLE leads DROP CONSTRAINT leads_source_check").await;
    execute(&mut owner, "UPDATE leads SET source = 'FAX'").await;
    let mut work = store_of(&database).await.begin_read(&Actor::System).await.unwrap();
    let corrupt = work.leads().get(LeadId::from_uuid(ID)).await;
    assert!(
        matches!(corrupt, Err(StoreError::Corrupt { table: "leads", column: "source", id: ID })),
        "{corrupt:?}"
    );
}

#[tokio::test]
async fn json_of_another_shape_is_named() {
    let database = written_by_another().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, "ALTER TABLE companies DROP CONSTRAINT companies_metadata_check").await;
    execute(&mut owner, "UPDATE companies SET metadata = '[]'").await;
    let mut work = store_of(&database).await.begin_read(&Actor::System).await.unwrap();
    let corrupt = work.companies().get(CompanyId::from_uuid(ID)).await;
    assert!(
        matches!(corrupt, Err(StoreError::Corrupt { table: "companies", column: "metadata", id: ID })),
        "{corrupt:?}"
    );
}

/// A setting, how it is set in the domain, and the most it may be; the least is one.
type Bounded = (&'static str, fn(&mut AutomationSettings, u32), u32);

const BOUNDED: [Bounded; 3] = [
    ("runTimeoutSeconds", |settings, number| settings.run_timeout_seconds = number, 604_800),
    ("maxConcurrentRuns", |settings, number| settings.max_concurrent_runs = number.try_into().ok(), 1_000),
    ("retentionDays", |settings, number| settings.retention_days = number.try_into().unwrap(), 3_650),
];

/// One row that cannot be read would stop the purge of everybody's runs.
#[tokio::test]
async fn settings_out_of_their_bounds_are_refused() {
    let database = written_by_another().await;
    let mut connection = connect(database.url()).await;
    execute(&mut connection, "SET ROLE kairo_direct").await;
    for (name, set, most) in BOUNDED {
        for (number, fits) in [(0, false), (1, true), (most, true), (most + 1, false)] {
            let mut settings = AutomationSettings::default();
            set(&mut settings, number);
            assert_eq!(settings.issues().is_empty(), fits, "{name}: {number}");
            assert_eq!(accepts(&mut connection, name, &number.to_string()).await, fits, "{name}: {number}");
        }
        assert!(accepts(&mut connection, name, "null").await, "{name}: absent");
        for other in ["-1", "1.5", "2.0", "1e30", r#""1""#, "true", "[1]", "{}"] {
            assert!(!accepts(&mut connection, name, other).await, "{name}: {other}");
        }
    }
    for (vars, fits) in
        [("{}", true), ("null", true), (r#"{"a": [1]}"#, true), ("[]", false), (r#""a""#, false)]
    {
        assert_eq!(accepts(&mut connection, "vars", vars).await, fits, "vars: {vars}");
    }
}

/// Whether automations may have this setting.
async fn accepts(connection: &mut PgConnection, name: &str, value: &str) -> bool {
    let update = format!("UPDATE automations SET settings = '{{\"{name}\": {value}}}'");
    match sqlx::raw_sql(AssertSqlSafe(update)).execute(connection).await {
        Ok(_) => true,
        Err(refused) => {
            assert!(refused.to_string().contains("automations_settings_bounds_check"), "{refused}");
            false
        }
    }
}

#[tokio::test]
async fn a_number_that_no_client_can_read_is_refused() {
    let database = migrated_database().await;
    let mut connection = connect(database.url()).await;
    let far = "INSERT INTO leads (name, email, message, metadata)
               VALUES ('Ada', 'ada@example.com', 'Hello', jsonb_build_object('a', jsonb_build_array(1e400)))";
    let refused = sqlx::raw_sql(far).execute(&mut connection).await.unwrap_err();
    assert!(refused.to_string().contains("leads_metadata_numbers_check"), "{refused}");
    let unchecked: Vec<String> = sqlx::query_scalar(
        "SELECT table_name || '_' || column_name FROM information_schema.columns
         WHERE table_schema = 'public' AND data_type = 'jsonb' AND NOT EXISTS (
           SELECT FROM pg_constraint WHERE conname = table_name || '_' || column_name || '_numbers_check')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(unchecked, Vec::<String>::new());
}
