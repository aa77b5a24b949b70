//! A connection has no rights of its own, and a unit those of its actor.

use kairo_domain::{Actor, CompanyId, Role, User, UserActor, UserId, UserRecord, Verb, Via};
use kairo_ports::{Answer, Claim, IdempotencyKey, Store, StoreError};
use kairo_postgres::{PgOptions, PgStore};
use kairo_testkit::builders::{actor_of, at, company, lead, permit, user};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::support::{connect_owner, execute, fresh_store, migrated_database, store_of};

const NINE: [&str; 9] = [
    "companies",
    "users",
    "projects",
    "services",
    "automations",
    "automation_runs",
    "assets",
    "leads",
    "sessions",
];

#[tokio::test]
async fn the_gate_may_do_nothing() {
    let database = migrated_database().await;
    let mut connection = connect_owner(&database).await;
    let ours: Vec<String> = sqlx::query_scalar(
        "SELECT 'kairo.' || relname FROM pg_class
          WHERE relkind IN ('r', 'v') AND relnamespace = 'kairo'::regnamespace",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(ours.len() >= 15, "{ours:?}");
    execute(&mut connection, "SET ROLE kairo_gate").await;
    for table in NINE.into_iter().map(str::to_owned).chain(ours) {
        let refused = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT 1 FROM {table}")))
            .fetch_all(&mut connection)
            .await;
        let refused = refused
            .err()
            .and_then(|error| error.as_database_error().and_then(|said| said.code()?.into_owned().into()));
        assert_eq!(refused.as_deref(), Some("42501"), "{table}");
    }
}

#[tokio::test]
async fn a_client_without_a_company_sees_no_company() {
    let store = fresh_store().await;
    let acme = company("Acme").build();
    let system = Actor::System;
    let mut work = store.begin(&system).await.unwrap();
    work.companies().add(&permit(&system, Verb::Create, &acme), &acme).await.unwrap();
    work.commit().await.unwrap();

    let mut work = store.begin(&client(None)).await.unwrap();
    assert_eq!(work.companies().get(acme.id).await.unwrap(), None);
    let mut work = store.begin(&client(Some(acme.id))).await.unwrap();
    assert_eq!(work.companies().get(acme.id).await.unwrap(), Some(acme));
}

#[tokio::test]
async fn without_a_context_no_role_but_staff_sees_a_row() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    store.load_demo(&[]).await.unwrap();
    let mut connection = connect_owner(&database).await;
    execute(&mut connection, "UPDATE services SET published = false").await;
    execute(&mut connection, "UPDATE projects SET published = false").await;
    execute(&mut connection, "UPDATE assets SET visibility = 'PRIVATE'").await;
    for role in ["kairo_client", "kairo_public"] {
        execute(&mut connection, &format!("SET ROLE {role}")).await;
        for table in NINE {
            let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT id FROM {table}")))
                .fetch_all(&mut connection)
                .await;
            // Either the role has no right to the table at all, or it sees nothing in it.
            assert!(rows.is_err() || rows.is_ok_and(|rows| rows.is_empty()), "{role} sees {table}");
        }
        execute(&mut connection, "SET ROLE kairo_owner").await;
    }
}

#[tokio::test]
async fn between_units_a_connection_is_the_gate_and_carries_nobody() {
    let database = migrated_database().await;
    let store =
        PgStore::connect(PgOptions { max_connections: 1, ..PgOptions::new(database.url()) }).await.unwrap();
    let mut watcher = connect_owner(&database).await;
    let ada = lead("Ada").build();
    for ends_well in [true, false] {
        let actor = client(Some(CompanyId::from_uuid(Uuid::from_u128(9))));
        let mut work = store.begin(&actor).await.unwrap();
        let _ = work.leads().get(ada.id).await;
        if ends_well {
            let _ = work.commit().await;
        } else {
            drop(work);
        }
        // One connection: whoever comes next has it, and would be somebody else's actor if anything were left.
        let mut work = store.begin(&Actor::Visitor).await.unwrap();
        assert_eq!(work.companies().get(CompanyId::from_uuid(Uuid::from_u128(9))).await.ok().flatten(), None);
        drop(work);
    }
    let open: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kairo' AND datname = current_database()",
    )
    .fetch_one(&mut watcher)
    .await
    .unwrap();
    assert_eq!(open, 1, "the one connection was given back whole");
}

#[tokio::test]
async fn after_commit_the_session_is_the_gate_and_its_settings_are_empty() {
    // What the store sends, on a connection that can be looked at afterwards.
    let database = migrated_database().await;
    let mut connection = connect_owner(&database).await;
    execute(&mut connection, "SET ROLE kairo_gate").await;
    execute(
        &mut connection,
        "BEGIN READ WRITE; SET LOCAL ROLE kairo_client; SELECT set_config('kairo.actor', 'user', true), \
         set_config('kairo.user', '00000000-0000-0000-0000-000000000001', true)",
    )
    .await;
    assert_eq!(
        who(&mut connection).await,
        ("kairo_client".into(), "00000000-0000-0000-0000-000000000001".into())
    );
    execute(&mut connection, "COMMIT").await;
    assert_eq!(who(&mut connection).await, ("kairo_gate".into(), String::new()));
}

#[tokio::test]
async fn a_unit_that_only_reads_writes_nothing() {
    let store = fresh_store().await;
    let (system, ada) = (Actor::System, lead("Ada").build());
    let mut work = store.begin_read(&system).await.unwrap();
    let refused = work.leads().add(&permit(&system, Verb::Create, &ada), &ada).await;
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn nobody_moves_to_another_company_by_themselves() {
    let store = fresh_store().await;
    let system = Actor::System;
    let (acme, globex) = (company("Acme").build(), company("Globex").build());
    let cleo = user(Role::Client, "Cleo").with(|user| user.company = Some(acme.id)).build();
    let mut work = store.begin(&system).await.unwrap();
    for company in [&acme, &globex] {
        work.companies().add(&permit(&system, Verb::Create, company), company).await.unwrap();
    }
    work.users().add(&permit(&system, Verb::Create, &cleo), &cleo).await.unwrap();
    work.commit().await.unwrap();

    let actor = actor_of(&cleo);
    let moved = User::restore(UserRecord {
        company: Some(globex.id),
        version: cleo.version.next(),
        ..UserRecord::clone(&cleo)
    });
    let mut work = store.begin(&actor).await.unwrap();
    let refused = work.users().save(&permit(&actor, Verb::Update, &cleo), &moved).await;
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    assert!(work.commit().await.is_err());
    let mut work = store.begin(&system).await.unwrap();
    assert_eq!(work.users().get(cleo.id).await.unwrap(), Some(cleo));
}

#[tokio::test]
async fn nobody_writes_the_journal_in_the_name_of_another() {
    let database = migrated_database().await;
    let mut connection = connect_owner(&database).await;
    let me = "00000000-0000-0000-0000-000000000001";
    let other = "00000000-0000-0000-0000-000000000002";
    let roles = ["kairo_system", "kairo_admin", "kairo_team", "kairo_client", "kairo_public"];
    for role in roles {
        let context = format!(
            "BEGIN; SET LOCAL ROLE {role}; SELECT set_config('kairo.actor', 'user', true),
               set_config('kairo.actor_id', '{me}', true), set_config('kairo.user', '{me}', true)"
        );
        for (actor, id, is_honest) in
            [("user", me, true), ("user", other, false), ("system", me, false), ("direct", me, false)]
        {
            execute(&mut connection, &context).await;
            let insert = "INSERT INTO kairo.journal (at, actor, actor_id, verb, resource, event)
                          VALUES (now(), $1, $2::text::uuid, 'read', 'lead', 'test')";
            let written = sqlx::query(insert).bind(actor).bind(id).execute(&mut connection).await;
            // The program itself records what it did for somebody.
            let may = is_honest || role == "kairo_system";
            assert_eq!(written.is_ok(), may, "{role} as {actor} {id}: {written:?}");
            execute(&mut connection, "ROLLBACK").await;
        }
    }
}

#[tokio::test]
async fn a_key_is_seen_by_those_who_used_it() {
    let store = fresh_store().await;
    let claim = Claim {
        scope: "POST /leads".to_owned(),
        key: IdempotencyKey::parse("k").unwrap(),
        body_digest: [7; 32],
    };
    let answer = Answer { status: 201, headers: vec![], body: "{}".into() };
    let ada = actor_of(&user(Role::Team, "Ada").build());
    let mut work = store.begin(&ada).await.unwrap();
    assert_eq!(work.idempotency().claim(&claim, at(0)).await.unwrap(), None);
    work.idempotency().keep(&claim, &answer, at(0), at(60)).await.unwrap();
    work.commit().await.unwrap();

    for (actor, expected) in [
        (ada, Some(answer)),
        (actor_of(&user(Role::Team, "Bob").build()), None),
        (actor_of(&user(Role::Admin, "Cid").build()), None),
        (Actor::Visitor, None),
        (Actor::System, None),
    ] {
        let mut work = store.begin(&actor).await.unwrap();
        assert_eq!(work.idempotency().claim(&claim, at(1)).await.unwrap(), expected, "{actor:?}");
    }
}

#[tokio::test]
async fn two_that_purge_take_different_answers() {
    let store = fresh_store().await;
    let answer = Answer { status: 201, headers: vec![], body: "{}".into() };
    let mut work = store.begin(&Actor::Visitor).await.unwrap();
    for key in ["a", "b", "c"] {
        let key = IdempotencyKey::parse(key).unwrap();
        let claim = Claim { scope: "POST /leads".to_owned(), key, body_digest: [7; 32] };
        assert_eq!(work.idempotency().claim(&claim, at(0)).await.unwrap(), None);
        work.idempotency().keep(&claim, &answer, at(0), at(60)).await.unwrap();
    }
    work.commit().await.unwrap();
    // The first has not committed while the second looks.
    let (mut one, mut two) =
        (store.begin(&Actor::System).await.unwrap(), store.begin(&Actor::System).await.unwrap());
    assert_eq!(one.idempotency().purge(at(60), 1).await.unwrap(), 1);
    assert_eq!(two.idempotency().purge(at(60), 10).await.unwrap(), 2);
    one.commit().await.unwrap();
    two.commit().await.unwrap();
}

fn client(company: Option<CompanyId>) -> Actor {
    let id = UserId::from_uuid(Uuid::from_u128(1));
    Actor::User(UserActor { id, role: Role::Client, company, via: Via::Program })
}

async fn who(connection: &mut PgConnection) -> (String, String) {
    let sql = "SELECT current_user::text, coalesce(current_setting('kairo.user', true), '')";
    let row = sqlx::query(sql).fetch_one(connection).await.unwrap();
    (row.get(0), row.get(1))
}
