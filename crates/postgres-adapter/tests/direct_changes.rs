//! Whoever changes by hand how somebody gets into an account leaves a trace, and cannot take the rows without one.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::support::{connect_owner, execute, migrated_database};

const COMPANY: Uuid = Uuid::from_u128(1);
const ADA: Uuid = Uuid::from_u128(2);
const THING: Uuid = Uuid::from_u128(3);
const AUTOMATION: Uuid = Uuid::from_u128(4);

/// Verb, resource, subject, event, body and audience.
type Line = (String, String, Option<Uuid>, String, Value, Option<Uuid>);

const WORLD: &str = "
SET kairo.actor = 'system';
INSERT INTO companies (id, name) VALUES ('00000000-0000-0000-0000-000000000001', 'Acme');
INSERT INTO users (id, email, name, company_id)
VALUES ('00000000-0000-0000-0000-000000000002', 'ada@example.com', 'Ada', '00000000-0000-0000-0000-000000000001');
INSERT INTO automations (id, user_id, title, flow)
VALUES ('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000002', 'secret', '{}');
";

/// The table, what a row of it is called in names of events, as a resource, and what it is about.
struct Recorded {
    table: &'static str,
    insert: &'static str,
    update: &'static str,
    columns: &'static [&'static str],
    event: &'static str,
    resource: &'static str,
    subject: Uuid,
    audience: Option<Uuid>,
}

const RECORDED: [Recorded; 9] = [
    Recorded {
        table: "kairo.api_keys",
        insert: "(id, user_id, name, prefix, digest, scopes, expires_at, created_at)
                 VALUES ($thing, $ada, 'secret', 'secret', 'secret', '{}', now(), now())",
        update: "expires_at = now() + '1 year', digest = 'secret too'",
        columns: &["digest", "expires_at"],
        event: "api_key",
        resource: "API key",
        subject: THING,
        audience: Some(COMPANY),
    },
    Recorded {
        table: "kairo.credentials",
        insert: "(id, user_id, name, kind, sealed, created_at, updated_at, version)
                 VALUES ($thing, $ada, 'secret', 'bearer', 'secret', now(), now(), 1)",
        update: "name = 'renamed', sealed = 'secret too', version = 2",
        columns: &["name", "sealed"],
        event: "credential",
        resource: "credential",
        subject: THING,
        audience: Some(COMPANY),
    },
    Recorded {
        table: "kairo.invitations",
        insert: "(id, email, role, company_id, created_at, expires_at)
                 VALUES ($thing, 'secret', 'CLIENT', $company, now(), now())",
        update: "accepted_at = now()",
        columns: &["accepted_at"],
        event: "invitation",
        resource: "client invitation",
        subject: THING,
        audience: Some(COMPANY),
    },
    Recorded {
        table: "kairo.invitations",
        insert: "(id, email, role, created_at, expires_at) VALUES ($thing, 'secret', 'TEAM', now(), now())",
        update: "role = 'ADMIN'",
        columns: &["role"],
        event: "invitation",
        resource: "staff invitation",
        subject: THING,
        audience: None,
    },
    Recorded {
        table: "kairo.second_factors",
        insert: "(user_id, sealed_secret, created_at, recovery) VALUES ($ada, 'secret', now(), '{secret}')",
        update: "sealed_secret = 'secret too', recovery = '{}'",
        columns: &["recovery", "sealed_secret"],
        event: "second_factor",
        resource: "second_factor",
        subject: ADA,
        audience: Some(COMPANY),
    },
    Recorded {
        table: "kairo.one_time_tokens",
        insert: "(digest, purpose, subject, created_at, expires_at)
                 VALUES ('secret', 'password_reset', $ada, now(), now())",
        update: "digest = 'secret too'",
        columns: &["digest"],
        event: "one_time_token",
        resource: "one_time_token",
        subject: ADA,
        audience: None,
    },
    Recorded {
        table: "kairo.email_changes",
        insert: "(id, user_id, new_email, created_at, expires_at)
                 VALUES ($thing, $ada, 'secret', now(), now())",
        update: "new_email = 'secret too'",
        columns: &["new_email"],
        event: "email_change",
        resource: "email_change",
        subject: THING,
        audience: Some(COMPANY),
    },
    Recorded {
        table: "kairo.sign_ups",
        insert: "(id, email, password_hash, created_at, expires_at)
                 VALUES ($thing, 'secret', 'secret', now(), now())",
        update: "password_hash = 'secret too'",
        columns: &["password_hash"],
        event: "sign_up",
        resource: "sign_up",
        subject: THING,
        audience: None,
    },
    Recorded {
        table: "kairo.automation_triggers",
        insert: "(automation_id, node, kind, token_digest, sealed_token)
                 VALUES ($automation, 'secret', 'webhook', 'secret', 'secret')",
        update: "token_digest = 'secret too', sealed_token = 'secret too'",
        columns: &["sealed_token", "token_digest"],
        event: "automation_trigger",
        resource: "automation_trigger",
        subject: AUTOMATION,
        audience: Some(COMPANY),
    },
];

impl Recorded {
    /// A row that is made, changed and removed.
    async fn come_and_go(&self, connection: &mut PgConnection) {
        let quoted = |id: Uuid| format!("'{id}'");
        let insert = self.insert.replace("$thing", &quoted(THING)).replace("$ada", &quoted(ADA));
        let insert = insert.replace("$company", &quoted(COMPANY)).replace("$automation", &quoted(AUTOMATION));
        let table = self.table;
        let script =
            format!("INSERT INTO {table} {insert}; UPDATE {table} SET {}; DELETE FROM {table}", self.update);
        execute(connection, &script).await;
    }

    fn lines(&self) -> [Line; 3] {
        let line = |verb: &str, body| {
            let event = format!("{}.{verb}d", self.event);
            (verb.to_owned(), self.resource.to_owned(), Some(self.subject), event, body, self.audience)
        };
        let columns = json!({"columns": self.columns});
        [line("create", json!({})), line("update", columns), line("delete", json!({}))]
    }
}

async fn lines(connection: &mut PgConnection) -> Vec<Line> {
    let lines = sqlx::query_as(
        "SELECT verb, resource, subject, event, body, company_id FROM kairo.journal
          WHERE actor = 'direct' AND agent = session_user ORDER BY seq",
    );
    lines.fetch_all(connection).await.unwrap()
}

#[tokio::test]
async fn what_is_changed_by_hand_is_recorded_without_a_value() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, WORLD).await;
    execute(&mut owner, "SET kairo.actor = ''").await;
    let mut expected = Vec::new();
    for recorded in RECORDED {
        recorded.come_and_go(&mut owner).await;
        expected.extend(recorded.lines());
    }
    assert_eq!(lines(&mut owner).await, expected);
}

#[tokio::test]
async fn what_the_program_changes_is_not_recorded_twice() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, WORLD).await;
    for recorded in RECORDED {
        recorded.come_and_go(&mut owner).await;
    }
    assert_eq!(lines(&mut owner).await, []);
}

#[tokio::test]
async fn who_removes_a_user_by_hand_is_told_of_all_that_went_along() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, WORLD).await;
    execute(
        &mut owner,
        "INSERT INTO kairo.second_factors (user_id, sealed_secret, created_at, recovery)
         SELECT id, 'secret', now(), '{}' FROM users;
         SET kairo.actor = '';
         DELETE FROM users",
    )
    .await;
    let mut events: Vec<String> = lines(&mut owner).await.into_iter().map(|line| line.3).collect();
    events.sort();
    assert_eq!(events, ["automation.deleted", "second_factor.deleted", "user.deleted"]);
}

#[tokio::test]
async fn an_automation_that_is_removed_by_hand_is_told_once() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, WORLD).await;
    execute(
        &mut owner,
        "INSERT INTO kairo.automation_triggers (automation_id, node, kind, event)
         SELECT id, 'secret', 'event', 'lead.created' FROM automations;
         SET kairo.actor = '';
         DELETE FROM automations",
    )
    .await;
    let line = ("delete", "automation", Some(AUTOMATION), "automation.deleted", json!({}), Some(COMPANY));
    let (verb, resource, subject, event, body, audience) = line;
    let line = (verb.to_owned(), resource.to_owned(), subject, event.to_owned(), body, audience);
    assert_eq!(lines(&mut owner).await, [line]);
}

/// What a stranger sent may hold what `jsonb` refuses.
#[tokio::test]
async fn a_run_is_changed_by_hand_whatever_went_in_and_came_out() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, WORLD).await;
    execute(
        &mut owner,
        r#"SET kairo.actor = '';
           INSERT INTO automation_runs (automation_id, status, input, output)
           SELECT id, 'SUCCESS', '{"zero": "\u0000"}', '"\u0000"' FROM automations;
           UPDATE automation_runs SET input = '{"zero": "\u0000\u0000"}';
           UPDATE automation_runs SET output = NULL;
           UPDATE automation_runs SET worked_ms = 1;
           DELETE FROM automation_runs"#,
    )
    .await;
    let told = lines(&mut owner).await.into_iter().map(|line| (line.3, line.4));
    let updated = |column: &str| ("run.updated".to_owned(), json!({"columns": [column]}));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("run.created".to_owned(), json!({})),
            updated("input"),
            updated("output"),
            updated("worked_ms"),
            ("run.deleted".to_owned(), json!({})),
        ]
    );
}

#[tokio::test]
async fn nobody_truncates_what_is_recorded() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    // What an automation is triggered by says nothing of who gets in.
    let own = RECORDED.iter().filter(|recorded| recorded.event != "automation_trigger");
    let own: Vec<_> = own.map(|recorded| (recorded.table, "")).collect();
    // A table that others refer to takes them along.
    let nine = [("public.sessions", ""), ("public.users", " CASCADE"), ("public.companies", " CASCADE")];
    for actor in ["", "system"] {
        execute(&mut owner, &format!("SET kairo.actor = '{actor}'")).await;
        for (table, along) in own.iter().copied().chain(nine) {
            let sql = AssertSqlSafe(format!("TRUNCATE {table}{along}"));
            let refused = sqlx::raw_sql(sql).execute(&mut owner).await.unwrap_err();
            let said = refused.as_database_error().unwrap();
            assert_eq!(said.code().as_deref(), Some("42501"), "{table}: {refused}");
            assert!(said.message().ends_with("cannot be truncated"), "{table}: {refused}");
            let said = said.downcast_ref::<sqlx::postgres::PgDatabaseError>();
            assert_eq!(said.hint(), Some("Use DELETE instead."), "{table}");
        }
    }
}
