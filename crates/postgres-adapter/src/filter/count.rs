use kairo_domain::{Count, Total};
use kairo_ports::StoreError;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::unit_of_work::Statements;

/// The total that was asked for, of all rows of a list; `rows` goes on with `FROM`.
pub(super) async fn total(
    (statements, connection): (&mut Statements, &mut PgConnection),
    wanted: Count,
    rows: impl FnOnce(&mut QueryBuilder<Postgres>),
) -> Result<Option<Total>, StoreError> {
    match wanted {
        Count::None => Ok(None),
        Count::Exact => {
            let mut query = QueryBuilder::new("/* kairo:count.total */ SELECT count(*)");
            rows(&mut query);
            let count: i64 = statements.run(query.build_query_scalar().fetch_one(connection)).await?;
            Ok(Some(Total { rows: count.unsigned_abs(), exact: true }))
        }
        Count::Estimated => {
            let mut query = QueryBuilder::new("/* kairo:count.total */ EXPLAIN (FORMAT JSON) SELECT 1");
            rows(&mut query);
            let plan: Json<Value> = statements.run(query.build_query_scalar().fetch_one(connection)).await?;
            let rows = plan.0.pointer("/0/Plan/Plan Rows").and_then(Value::as_u64);
            let rows = rows.ok_or_else(|| StoreError::Broken("the plan names no number of rows".into()))?;
            Ok(Some(Total { rows, exact: false }))
        }
    }
}

/// The total of a list that is empty whatever is stored.
pub(super) fn nothing(wanted: Count) -> Option<Total> {
    match wanted {
        Count::None => None,
        Count::Estimated => Some(Total { rows: 0, exact: false }),
        Count::Exact => Some(Total { rows: 0, exact: true }),
    }
}
