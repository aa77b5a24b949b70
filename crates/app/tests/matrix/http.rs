//! Every operation of the OpenAPI document, tried as every kind of caller and compared with the policy.

mod caller;
mod document;
mod expected;
mod ledger;
mod lists;
mod probes;
mod scene;
mod server;
mod stage;
mod table;

use std::collections::BTreeSet;

use kairo::domain::{Facts, Resource, Verb};

use crate::world::World;
use caller::Caller;
use document::{Operation, operations};
use expected::{Expected, expected};
use scene::{Subject, Whose};
use server::Server;
use stage::Stage;
use table::{Asks, Row, rows};

/// What was tried.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// The operations of the document.
    pub(crate) operations: usize,
    /// How often an operation was tried, lists aside.
    pub(crate) tried: usize,
    /// How often a list was asked for whole and compared row by row.
    pub(crate) lists: usize,
    /// How often a list was asked for with a parameter of the document.
    pub(crate) probes: usize,
    /// How many responses were searched for secrets.
    pub(crate) responses: usize,
    /// For how many secrets.
    pub(crate) secrets: usize,
}

/// What is done over and over: the server that is asked, and what is counted.
struct Tries {
    server: Server,
    tally: Tally,
}

/// What one caller asks for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    operation: &'a Operation,
    row: &'a Row,
    caller: Caller,
}

/// What one try is aimed at.
#[derive(Clone, Copy)]
enum Target {
    /// No thing that the policy knows; this is what to expect.
    Nothing(Expected),
    Oneself(Resource, Verb),
    New(Resource, &'static [Verb]),
    Thing(Subject, &'static [Verb]),
    /// A thing below the address of somebody whose it is not.
    Misplaced(Subject),
}

/// Tries every operation as every caller; the test ends at the first that differs.
pub(crate) async fn compare(world: &World) -> Tally {
    let operations = operations();
    let rows = rows();
    cover_each_other(&operations, &rows);
    let tally = Tally { operations: operations.len(), ..Tally::default() };
    let mut tries = Tries { server: Server::new(world).await, tally };
    let of = |row: &Row| operations.iter().find(|known| known.id == row.operation).unwrap();
    // Lists come first, as long as all there is fits on a few pages.
    let lists: Vec<_> = rows.iter().filter_map(|row| Some((of(row), row.lists()?))).collect();
    lists::compare(&mut tries.server, &mut tries.tally, &lists).await;
    for row in &rows {
        for caller in Caller::ALL {
            tries.of_row(Asked { operation: of(row), row, caller }).await;
        }
    }
    tries.server.search_for_what_is_stored().await;
    let (responses, secrets) = tries.server.searched();
    Tally { responses, secrets, ..tries.tally }
}

/// A later operation fails here until somebody has said what it asks for.
fn cover_each_other(operations: &[Operation], rows: &[Row]) {
    let documented: BTreeSet<_> = operations.iter().map(|operation| operation.id.as_str()).collect();
    let known: BTreeSet<_> = rows.iter().map(|row| row.operation).collect();
    let without_row: Vec<_> = documented.difference(&known).collect();
    let without_operation: Vec<_> = known.difference(&documented).collect();
    assert!(without_row.is_empty(), "in the OpenAPI document and not in table.rs: {without_row:?}");
    assert!(
        without_operation.is_empty(),
        "in table.rs and not in the OpenAPI document: {without_operation:?}"
    );
}

impl Tries {
    async fn of_row(&mut self, asked: Asked<'_>) {
        match asked.row.asks {
            Asks::Many(_) => {}
            Asks::Anybody => self.once(asked, Target::Nothing(Expected::Success)).await,
            Asks::Holder => {
                let made_up = &asked.row.with_a_made_up_token();
                let refused = Target::Nothing(Expected::TokenInvalid);
                self.once(Asked { row: made_up, ..asked }, refused).await;
                self.once(asked, Target::Nothing(Expected::Success)).await;
            }
            Asks::Knower => {
                let made_up = &asked.row.with_a_made_up_token();
                self.once(Asked { row: made_up, ..asked }, Target::Nothing(Expected::NotFound)).await;
                self.once(asked, Target::Nothing(Expected::Success)).await;
            }
            Asks::Oneself(resource, verb) => self.once(asked, Target::Oneself(resource, verb)).await,
            Asks::New(resource, verbs) => self.once(asked, Target::New(resource, verbs)).await,
            Asks::Thing(resource, verbs) | Asks::OwnThing(resource, verbs) => {
                for subject in asked.caller.subjects(resource) {
                    self.once(asked, Target::Thing(subject, verbs)).await;
                    if asked.operation.names_an_owner_and_a_part() {
                        self.once(asked, Target::Misplaced(subject)).await;
                    }
                }
            }
        }
    }

    /// One try among fresh rows, so that no caller meets what the one before has done.
    async fn once(&mut self, asked: Asked<'_>, target: Target) {
        let Asked { operation, row, caller } = asked;
        let stage = Stage::set(&mut self.server, caller, row.given).await;
        let path = stage.path(operation, target.place());
        let reply = stage.send(&mut self.server, operation, row, &path).await;
        let expected = target.expected(&stage, row);
        let (id, method, status) = (&operation.id, &operation.method, reply.status);
        let (role, whose) =
            (caller.as_str(), target.place().map_or("", |(subject, _)| subject.whose.as_str()));
        assert!(expected.fits(&reply), "{id}: {method} {path} {whose} as {role}: {status}, not {expected:?}");
        self.tally.tried += 1;
    }
}

impl Target {
    /// The thing, and whose the path says it is.
    fn place(self) -> Option<(Subject, Whose)> {
        match self {
            Self::Thing(subject, _) => Some((subject, subject.whose)),
            Self::Misplaced(subject) => Some((subject, subject.whose.somebody_else())),
            Self::Nothing(_) | Self::Oneself(..) | Self::New(..) => None,
        }
    }

    fn expected(self, stage: &Stage, row: &Row) -> Expected {
        let actor = stage.scene.actor();
        match self {
            Self::Nothing(expected) => expected,
            Self::Oneself(resource, verb) => {
                let own = Facts { owner: actor.user(), ..Facts::of(resource, stage.scene.me()) };
                expected(&actor, &[verb], &own)
            }
            Self::New(resource, verbs) => expected::of_new(&actor, verbs, resource, row.told_as),
            Self::Thing(subject, verbs) => {
                let facts = stage.scene.facts(subject);
                match row.asks {
                    Asks::OwnThing(..) if facts.owner != actor.user() => expected::as_if_missing(&actor),
                    _ => expected(&actor, verbs, &facts),
                }
            }
            Self::Misplaced(_) => expected::as_if_missing(&actor),
        }
    }
}
