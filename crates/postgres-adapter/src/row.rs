//! What every row goes through on its way in and out.

use kairo_domain::Version;
use kairo_ports::StoreError;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

/// The row that is being read, for the message when a value in it breaks the rules of its type.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) table: &'static str,
    pub(crate) id: Uuid,
}

impl Place {
    /// The value of a column, or that the column is corrupt.
    pub(crate) fn held<T, E>(self, column: &'static str, parsed: Result<T, E>) -> Result<T, StoreError> {
        parsed.map_err(|_| StoreError::Corrupt { table: self.table, column, id: self.id })
    }

    /// The value of a column that may be empty.
    pub(crate) fn held_if_any<T, E>(
        self,
        column: &'static str,
        text: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        self.held(column, text.map(|text| parse(&text)).transpose())
    }

    /// The value of a JSON column that may be empty.
    pub(crate) fn json_if_any<T, E>(
        self,
        column: &'static str,
        json: Option<Json<Value>>,
        parse: impl FnOnce(Value) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        self.held(column, json.map(|json| parse(json.0)).transpose())
    }

    /// One of a closed list of words.
    pub(crate) fn word<T>(self, column: &'static str, known: Option<T>) -> Result<T, StoreError> {
        self.held(column, known.ok_or(()))
    }

    /// A version.
    pub(crate) fn version(self, number: i32) -> Result<Version, StoreError> {
        self.held("version", u32::try_from(number).map(Version::from_number))
    }
}

/// A version as the database keeps it.
pub(crate) fn number(version: Version) -> Result<i32, StoreError> {
    i32::try_from(version.number()).map_err(|error| StoreError::Broken(error.into()))
}
