use super::*;

const REAL: &str = include_str!("../../../rooms.toml");

fn real_table() -> Table {
    toml::from_str(REAL).expect("the table has the expected shape")
}

fn krate(name: &str, dependencies: Vec<Dependency>) -> Crate {
    Crate { name: name.to_owned(), manifest: format!("crates/{name}/Cargo.toml"), dependencies }
}

fn on(name: &str, kind: Kind) -> Dependency {
    Dependency { name: name.to_owned(), kind, optional: false, default_features: true, features: Vec::new() }
}

fn pure(name: &str, features: &[&str]) -> Dependency {
    let features = features.iter().map(|&feature| feature.to_owned()).collect();
    Dependency { default_features: false, features, ..on(name, Kind::Normal) }
}

fn problems(crates: &[Crate]) -> Vec<String> {
    check(&real_table(), crates).iter().map(Problem::to_string).collect()
}

/// Feeds one crate; the other crates exist without dependencies.
fn problems_of(name: &str, dependencies: Vec<Dependency>) -> Vec<String> {
    let others = ["kairo-domain", "kairo-ports", "kairo-memory", "kairo-testkit", "kairo-postgres"];
    let others = others.into_iter().filter(|&other| other != name).map(|other| krate(other, Vec::new()));
    let crates: Vec<Crate> = std::iter::once(krate(name, dependencies)).chain(others).collect();
    problems(&crates)
}

#[test]
fn the_real_table_has_no_flaws() {
    assert_eq!(problems(&[]), [""; 0]);
}

#[test]
fn listed_edges_are_fine() {
    let dependencies =
        vec![on("kairo-domain", Kind::Normal), on("async-trait", Kind::Normal), pure("chrono", &["serde"])];
    assert_eq!(problems_of("kairo-ports", dependencies), [""; 0]);
}

#[test]
fn an_edge_between_our_crates_that_is_not_listed_is_refused() {
    let found = problems_of("kairo-ports", vec![on("kairo-postgres", Kind::Normal)]);
    assert_eq!(
        found,
        ["crates/kairo-ports/Cargo.toml: kairo-ports -> kairo-postgres (normal dependency): of our own \
          crates it may import only kairo-domain; a new edge needs an ADR and an entry in `rooms` of \
          kairo-ports in xtask/rooms.toml"]
    );
}

#[test]
fn a_foreign_crate_that_is_not_listed_is_refused_in_the_pure_rooms() {
    for room in ["kairo-flow", "kairo-domain", "kairo-ports", "kairo-use-cases"] {
        let found = problems_of(room, vec![on("tokio", Kind::Normal)]);
        assert!(matches!(&found[..], [only] if only.contains("`packages`")), "{room}: {found:?}");
        let found = problems_of(room, vec![on("cc", Kind::Build)]);
        assert!(matches!(&found[..], [only] if only.contains("(build dependency)")), "{room}: {found:?}");
        assert_eq!(problems_of(room, vec![on("tokio", Kind::Dev)]), [""; 0], "{room}");
    }
}

#[test]
fn a_forbidden_edge_names_its_reason() {
    let found = problems_of("kairo-http", vec![on("kairo-ports", Kind::Normal), on("sqlx", Kind::Normal)]);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|problem| problem.contains("never, because")), "{found:?}");
}

#[test]
fn tests_use_what_is_listed_for_tests() {
    assert_eq!(problems_of("kairo-http", vec![on("kairo-memory", Kind::Dev)]), [""; 0]);
    let found = problems_of("kairo-http", vec![on("kairo-postgres", Kind::Dev)]);
    assert!(matches!(&found[..], [only] if only.contains("`dev-rooms`")), "{found:?}");
    assert_eq!(problems_of("kairo-app", vec![on("kairo-postgres", Kind::Dev)]), [""; 0]);
}

#[test]
fn black_box_tests_see_nothing_internal() {
    let found = problems_of("kairo-e2e", vec![on("kairo-domain", Kind::Dev)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(problems_of("kairo-e2e", vec![on("kairo-testkit", Kind::Dev)]), [""; 0]);
}

#[test]
fn an_optional_import_stays_behind_its_feature() {
    let found = problems_of("kairo-ports", vec![on("mockall", Kind::Normal)]);
    assert!(matches!(&found[..], [only] if only.contains("must be optional")), "{found:?}");
    let optional = Dependency { optional: true, ..on("mockall", Kind::Normal) };
    assert_eq!(problems_of("kairo-ports", vec![optional]), [""; 0]);
}

#[test]
fn the_domain_asks_for_no_clock_and_no_generator() {
    let found = problems_of("kairo-domain", vec![on("chrono", Kind::Normal)]);
    assert!(matches!(&found[..], [only] if only.contains("`default-features = false`")), "{found:?}");
    let clock = problems_of("kairo-domain", vec![pure("chrono", &["serde", "clock"])]);
    assert!(matches!(&clock[..], [only] if only.contains("the features clock are not among")), "{clock:?}");
    let generator = problems_of("kairo-domain", vec![pure("uuid", &["v7"])]);
    assert!(matches!(&generator[..], [only] if only.contains("v7")), "{generator:?}");
}

#[test]
fn a_crate_without_a_row_is_refused() {
    let found = problems(&[krate("kairo-attic", Vec::new())]);
    assert!(matches!(&found[..], [only] if only.contains("has no row")), "{found:?}");
}

#[test]
fn a_pure_room_without_its_list_is_a_flaw() {
    let table: Table = toml::from_str("[[room]]\npackage = \"kairo-domain\"\nnumber = 1\n").expect("a table");
    assert_eq!(table.flaws().len(), 1);
}
