//! What lists of automations and of runs show: filters, order, and to whom.

use kairo_domain::{
    Actor, Automation, AutomationField, AutomationStatus, Direction, FailedPhase, FieldValue, Filter, Page,
    PageRequest, Run, RunField, Sort, Test,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::aggregates;
use super::lists::{
    List, Listed, found, is_compared, is_paged, is_sorted_by, labels_seen_by, shown, text, texts, times,
};
use super::runs::add_all;
use super::steps::{World, begin_read};
use crate::builders::{at, automation, failed, full_run, run, succeeded};

impl Listed for AutomationField {
    type Row = Automation;

    fn label(automation: &Automation) -> &str {
        automation.title.as_str()
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<Automation>, StoreError> {
        work.automations().list(list.filter, list.sort, list.page).await
    }
}

impl Listed for RunField {
    type Row = Run;

    fn label(run: &Run) -> &str {
        &run.firing.node
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<Run>, StoreError> {
        work.runs().list(list.filter, list.sort, list.page).await
    }
}

/// Staff lists everything, a client its own, a visitor nothing; what was deleted is not listed.
pub async fn everybody_lists_what_they_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    let of_client = automation(world.client.id, "Client's").build();
    let of_team = automation(world.team.id, "Team's").build();
    let gone = automation(world.client.id, "Gone").build();
    aggregates::add_all(store, &[of_client.clone(), of_team.clone(), gone.clone()]).await.unwrap();
    aggregates::delete(store, &gone).await.unwrap();
    add_all(store, &[at_node(&of_client, "Client's"), at_node(&of_team, "Team's")]).await;
    for (actor, seen) in [
        (Actor::System, &["Client's", "Team's"][..]),
        (world.as_admin(), &["Client's", "Team's"]),
        (world.as_team(), &["Client's", "Team's"]),
        (world.as_client(), &["Client's"]),
        (world.as_rival(), &[]),
        (Actor::Visitor, &[]),
    ] {
        assert_eq!(
            labels_seen_by::<AutomationField>(store, &actor, &Filter::default()).await,
            seen,
            "{actor:?}"
        );
        assert_eq!(labels_seen_by::<RunField>(store, &actor, &Filter::default()).await, seen, "{actor:?}");
    }
}

/// `status`, `userId` and `createdAt`; a search finds nothing.
pub async fn automations_are_filtered(store: &dyn Store) {
    let world = World::in_store(store).await;
    let made = |title, owner, status, seconds| {
        let fields =
            |one: &mut kairo_domain::AutomationRecord| (one.status, one.created_at) = (status, at(seconds));
        automation(owner, title).with(fields).build()
    };
    let all = [
        made("Alpha", world.client.id, AutomationStatus::Active, 3),
        made("Beta", world.team.id, AutomationStatus::Draft, 1),
        made("Gamma", world.client.id, AutomationStatus::Archived, 2),
    ];
    aggregates::add_all(store, &all).await.unwrap();
    let status = |test| [(AutomationField::Status, test)];
    assert_eq!(shown(store, status(Test::Equal(text("ACTIVE")))).await, ["Alpha"]);
    assert_eq!(shown(store, status(Test::NotEqual(text("ACTIVE")))).await, ["Beta", "Gamma"]);
    assert_eq!(shown(store, status(Test::In(texts(&["DRAFT", "ARCHIVED"])))).await, ["Beta", "Gamma"]);
    let owner = Test::Equal(FieldValue::Id(world.client.id.uuid()));
    assert_eq!(shown(store, [(AutomationField::UserId, owner)]).await, ["Alpha", "Gamma"]);
    is_compared(store, AutomationField::CreatedAt, times([1, 2, 3]), ["Beta", "Gamma", "Alpha"]).await;
    is_sorted_by(store, AutomationField::CreatedAt, &["Beta", "Gamma", "Alpha"]).await;
    assert!(found::<AutomationField>(store, "Alpha").await.is_empty());
}

/// `status`, `automationId` and `startedAt`.
pub async fn runs_are_filtered(store: &dyn Store) {
    let world = World::in_store(store).await;
    let [first, second] = ["One", "Two"].map(|title| automation(world.client.id, title).build());
    aggregates::add_all(store, &[first.clone(), second.clone()]).await.unwrap();
    let made = |node: &str, of, state, seconds| {
        let mut record = kairo_domain::RunRecord::clone(&at_node(of, node));
        (record.state, record.started_at) = (state, at(seconds));
        Run::restore(record)
    };
    let all = [
        made("A", &first, kairo_domain::RunState::Waiting { until: None }, 3),
        made("B", &second, succeeded(9, 8_000), 1),
        made("C", &first, failed(9, FailedPhase::Cancelled), 2),
    ];
    add_all(store, &all).await;
    let status = |test| [(RunField::Status, test)];
    assert_eq!(shown(store, status(Test::Equal(text("RUNNING")))).await, ["A"]);
    assert_eq!(shown(store, status(Test::In(texts(&["SUCCESS", "FAILED"])))).await, ["B", "C"]);
    let of_first = Test::Equal(FieldValue::Id(first.id.uuid()));
    assert_eq!(shown(store, [(RunField::AutomationId, of_first)]).await, ["A", "C"]);
    is_compared(store, RunField::StartedAt, times([1, 2, 3]), ["B", "C", "A"]).await;
    is_sorted_by(store, RunField::StartedAt, &["B", "C", "A"]).await;
}

/// A list shows a run without what it took in and came to.
pub async fn a_list_of_runs_leaves_out_what_they_took_in(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    let whole = full_run(&mine).with(|run| run.state = succeeded(80, 12_345)).build();
    add_all(store, std::slice::from_ref(&whole)).await;
    let mut listed = kairo_domain::RunRecord::clone(&whole);
    listed.input = serde_json::Value::Null;
    if let kairo_domain::RunState::Success { output, .. } = &mut listed.state {
        *output = serde_json::Value::Null;
    }
    let mut work = begin_read(store, &Actor::System).await;
    let sort = Sort::by(RunField::StartedAt, Direction::Ascending);
    let page = work.runs().list(&Filter::default(), &sort, &PageRequest::default()).await.unwrap();
    assert_eq!(page.items, [Run::restore(listed)]);
    assert_eq!(work.runs().get(whole.id).await.unwrap(), Some(whole));
}

/// Both can be met page by page.
pub async fn lists_are_met_page_by_page(store: &dyn Store) {
    let world = World::in_store(store).await;
    let all: Vec<Automation> = (0..7)
        .map(|n| automation(world.client.id, "A").with(|one| one.created_at = at(n / 2)).build())
        .collect();
    aggregates::add_all(store, &all).await.unwrap();
    let runs: Vec<Run> =
        (0..7).map(|n| run(&all[0]).with(|one| one.started_at = at(n / 2)).build()).collect();
    add_all(store, &runs).await;
    for direction in [Direction::Ascending, Direction::Descending] {
        is_paged(store, &Sort::by(AutomationField::CreatedAt, direction)).await;
        is_paged(store, &Sort::by(RunField::StartedAt, direction)).await;
    }
}

/// A run that is called like the node it began at.
fn at_node(automation: &Automation, node: &str) -> Run {
    run(automation).with(|run| run.firing = kairo_domain::Firing::manual(node, run.id)).build()
}
