//! The state machines in SQL are those of the domain, edge by edge.

use std::fmt::Display;

use crate::support::{connect_owner, migrated_database};
use kairo_domain::{AutomationStatus, LeadStatus, RunPhase, RunStatus};
use sqlx::{AssertSqlSafe, PgConnection};

#[tokio::test]
async fn the_edges_are_those_of_the_domain() {
    let database = migrated_database().await;
    let connection = &mut connect_owner(&database).await;
    let mut edges = 0;
    for status in LeadStatus::ALL {
        edges +=
            compare(connection, "lead_status_next", "public.\"LeadStatus\"", status, status.next()).await;
    }
    for status in AutomationStatus::ALL {
        edges +=
            compare(connection, "automation_status_next", "public.\"AutoStatus\"", status, status.next())
                .await;
    }
    for phase in RunPhase::ALL {
        edges += compare(connection, "run_phase_next", "text", phase, phase.next()).await;
    }
    assert_eq!(edges, 9 + 7 + 11);
}

#[tokio::test]
async fn a_run_status_follows_its_phase() {
    let database = migrated_database().await;
    let connection = &mut connect_owner(&database).await;
    for status in RunStatus::ALL {
        // Where the phases of this status may lead to, in the words that the status column has.
        let of_status = RunPhase::ALL.into_iter().filter(|phase| phase.status() == status);
        let mut next: Vec<RunStatus> =
            of_status.flat_map(|phase| phase.next()).map(|phase| phase.status()).collect();
        next.retain(|to| *to != status);
        next.sort_by_key(ToString::to_string);
        next.dedup();
        compare(connection, "run_status_next", "public.\"RunStatus\"", status, &next).await;
    }
}

async fn compare<S: Display>(
    connection: &mut PgConnection,
    function: &str,
    kind: &str,
    from: S,
    next: &[S],
) -> usize {
    let sql = format!("SELECT kairo.{function}($1::text::{kind})::text[]");
    let mut found: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(from.to_string()).fetch_one(connection).await.unwrap();
    let mut expected: Vec<String> = next.iter().map(ToString::to_string).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{function} from {from}");
    found.len()
}
