//! The shape of `xtask/rooms.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::TABLE;
use crate::problem::Problem;

/// The rooms whose complete imports are listed, other people's crates included.
const PURE: std::ops::RangeInclusive<u8> = 0..=3;

/// Stands for every crate of the workspace.
const ANY: &str = "*";

/// What every crate of the workspace may import.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    room: Vec<Room>,
}

/// What one crate may import.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Room {
    pub(super) package: String,
    /// The room's number; none for crates that only develop and test the others.
    number: Option<u8>,
    /// Crates of ours; the list is complete.
    #[serde(default)]
    pub(super) rooms: Vec<String>,
    /// Crates of ours that the tests may use besides `rooms`; `*` is all of them.
    #[serde(default)]
    pub(super) dev_rooms: Vec<String>,
    /// Other people's crates; the list is complete where it is present.
    pub(super) packages: Option<Vec<String>>,
    /// Other people's crates that must be behind a feature.
    #[serde(default)]
    pub(super) optional: Vec<String>,
    /// Crates that may not be imported, each with the reason.
    #[serde(default)]
    pub(super) never: BTreeMap<String, String>,
    /// For a crate, the features that may be asked for; the default ones must be off.
    #[serde(default)]
    pub(super) features: BTreeMap<String, Vec<String>>,
}

impl Table {
    pub(super) fn room_of(&self, package: &str) -> Option<&Room> {
        self.room.iter().find(|room| room.package == package)
    }

    /// What is wrong with the table itself.
    pub(super) fn flaws(&self) -> Vec<Problem> {
        let mut flaws = Vec::new();
        let mut seen = BTreeSet::new();
        for room in &self.room {
            if !seen.insert(&room.package) {
                flaws.push(Problem::at(TABLE, format!("{} has two rows", room.package)));
            }
            if room.number.is_some_and(|number| PURE.contains(&number)) && room.packages.is_none() {
                flaws.push(Problem::at(
                    TABLE,
                    format!(
                        "{} is a room from 0 to 3: `packages` must list what it may import",
                        room.package
                    ),
                ));
            }
        }
        flaws
    }
}

impl Room {
    /// Whether the room's tests may use this crate of ours.
    pub(super) fn may_test_with(&self, package: &str) -> bool {
        self.rooms.iter().chain(&self.dev_rooms).any(|allowed| allowed == package || allowed == ANY)
    }
}
