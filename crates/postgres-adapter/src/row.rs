//! What every row goes through on its way in and out.

use kairo_domain::{Metadata, Version};
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

    /// A JSON object that may be absent.
    pub(crate) fn object(
        self,
        column: &'static str,
        json: Option<Json<Value>>,
    ) -> Result<Option<Metadata>, StoreError> {
        self.held(column, json.map(|json| Metadata::restore(json.0)).transpose())
    }

    /// One of a closed list of words.
    pub(crate) fn word<T>(self, column: &'static str, known: Option<T>) -> Result<T, StoreError> {
        self.held(column, known.ok_or(()))
    }

    /// One of a closed list of words, or nothing.
    pub(crate) fn word_if_any<T>(
        self,
        column: &'static str,
        word: Option<String>,
        named: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        word.map(|word| self.word(column, named(&word))).transpose()
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

/// What everybody but the program itself reads in the place of a digest.
pub(crate) fn no_digest() -> String {
    "0".repeat(64)
}
