//! Crates depend only on what the table of rooms lists.
//!
//! Only declared dependencies count: what a manifest says, before features and platforms are
//! resolved. So an edge that is switched off by default is an edge too.

use std::collections::BTreeSet;

use cargo_metadata::Metadata;

use crate::error::Error;
use crate::problem::{Problem, Report};
use crate::source::{self, Source};

mod graph;
mod table;

use graph::{Crate, Dependency, Kind};
use table::{Room, Table};

/// Where the rule is kept.
const TABLE: &str = "xtask/rooms.toml";

/// Reads the table and the manifests, and compares them.
pub(crate) fn check_workspace(metadata: &Metadata, sources: &[Source]) -> Result<Report, Error> {
    let table: Table = source::table(sources, TABLE)?;
    let crates = graph::read(metadata);
    let edges: usize = crates.iter().map(|krate| krate.dependencies.len()).sum();
    let summary = format!("{} crates, {edges} declared dependencies", crates.len());
    Ok(Report::new(check(&table, &crates), summary))
}

/// Every edge that the table does not list.
fn check(table: &Table, crates: &[Crate]) -> Vec<Problem> {
    let ours: BTreeSet<&str> = crates.iter().map(|krate| krate.name.as_str()).collect();
    let mut problems = table.flaws();
    for krate in crates {
        let Some(room) = table.room_of(&krate.name) else {
            problems.push(Problem::at(
                &krate.manifest,
                format!("{} has no row in {TABLE}: add a `[[room]]` and say what it may import", krate.name),
            ));
            continue;
        };
        for dependency in &krate.dependencies {
            let broken = if ours.contains(dependency.name.as_str()) {
                refuse_room(room, dependency)
            } else {
                refuse_package(room, dependency)
            };
            let broken = broken.or_else(|| refuse_features(room, dependency));
            problems.extend(broken.map(|rule| {
                let edge = format!("{} -> {} ({} dependency)", krate.name, dependency.name, dependency.kind);
                Problem::at(&krate.manifest, format!("{edge}: {rule}"))
            }));
        }
    }
    problems
}

/// Why a room of ours may not be imported here.
fn refuse_room(room: &Room, dependency: &Dependency) -> Option<String> {
    let name = &dependency.name;
    if dependency.kind == Kind::Dev {
        return (!room.may_test_with(name)).then(|| {
            let listed = list([&room.rooms[..], &room.dev_rooms[..]].concat());
            format!("its tests may use only {listed}; the rule is `dev-rooms` of {} in {TABLE}", room.package)
        });
    }
    refuse_never(room, dependency).or_else(|| {
        (!room.rooms.contains(name)).then(|| {
            let listed = list(room.rooms.clone());
            format!(
                "of our own crates it may import only {listed}; a new edge needs an ADR and an entry in \
                 `rooms` of {} in {TABLE}",
                room.package
            )
        })
    })
}

/// Why somebody else's crate may not be imported here. Tests may use what they like.
fn refuse_package(room: &Room, dependency: &Dependency) -> Option<String> {
    if dependency.kind == Kind::Dev {
        return None;
    }
    refuse_never(room, dependency).or_else(|| {
        let packages = room.packages.as_ref()?;
        if packages.contains(&dependency.name) {
            return None;
        }
        if room.optional.contains(&dependency.name) {
            return (!dependency.optional).then(|| {
                format!(
                    "it must be optional, behind a feature; the rule is `optional` of {} in {TABLE}",
                    room.package
                )
            });
        }
        let listed = list(packages.clone());
        Some(format!(
            "of other people's crates it may import only {listed}; a new edge needs an ADR and an entry \
             in `packages` of {} in {TABLE}",
            room.package
        ))
    })
}

fn refuse_never(room: &Room, dependency: &Dependency) -> Option<String> {
    let reason = room.never.get(&dependency.name)?;
    Some(format!("never, because {reason}; the rule is `never` of {} in {TABLE}", room.package))
}

/// Why the features asked for make a pure crate impure.
fn refuse_features(room: &Room, dependency: &Dependency) -> Option<String> {
    let allowed = room.features.get(&dependency.name)?;
    if dependency.kind == Kind::Dev {
        return None;
    }
    let rule = format!("the rule is `features` of {} in {TABLE}", room.package);
    if dependency.default_features {
        return Some(format!("it must be imported with `default-features = false`; {rule}"));
    }
    let extra: Vec<String> =
        dependency.features.iter().filter(|feature| !allowed.contains(feature)).cloned().collect();
    (!extra.is_empty()).then(|| {
        let listed = list(allowed.clone());
        format!("the features {} are not among {listed}; {rule}", list(extra))
    })
}

fn list(mut names: Vec<String>) -> String {
    names.sort_unstable();
    if names.is_empty() { "none of them".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests;
