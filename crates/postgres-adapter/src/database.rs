use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use crate::MigrateError;

/// Makes a database unless it is there. `url` names another database of the same server, such as `postgres`.
///
/// Two processes may do this at once. The name must consist of lower-case letters, digits and `_`.
///
/// # Errors
/// [`MigrateError`] when the server cannot be reached, or the login may not make databases.
pub async fn ensure_database(url: &str, name: &str) -> Result<(), MigrateError> {
    let options = PgConnectOptions::from_str(url).map_err(MigrateError::Url)?;
    let mut connection = options.connect().await.map_err(MigrateError::Connection)?;
    let made = create(&mut connection, name).await;
    let _ = connection.close().await;
    made.map_err(MigrateError::Connection)
}

#[expect(clippy::disallowed_methods, reason = "the name is checked to be a plain identifier")]
async fn create(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let there: bool = sqlx::query_scalar(
        "/* kairo:database.create */ SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)",
    )
    .bind(name)
    .fetch_one(&mut *connection)
    .await?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if there || !name.bytes().all(plain) {
        return if there { Ok(()) } else { Err(sqlx::Error::Configuration(format!("{name:?}").into())) };
    }
    match sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(connection).await {
        Err(error) if is_there_by_now(&error) => Ok(()),
        made => made.map(|_| ()),
    }
}

/// Another process was quicker: duplicate_database, or the unique index of the catalogue behind it.
fn is_there_by_now(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code().map(String::from));
    matches!(code.as_deref(), Some("42P04" | "23505"))
}
