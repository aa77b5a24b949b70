use kairo_domain::Relation;

use super::*;

#[test]
fn the_script_is_the_reviewed_one() {
    insta::assert_snapshot!(render());
}

#[test]
fn a_column_of_a_role_is_written_within_one_reach() {
    // One policy serves all verbs that change a row, so they must not differ. Changing roles is told apart by a
    // trigger.
    for table in tables::all() {
        for (role, kind) in
            ActorRole::ALL.into_iter().flat_map(|role| table.kinds.iter().map(move |kind| (role, kind)))
        {
            let reaches: Vec<_> = table
                .changing_verbs()
                .into_iter()
                .filter(|verb| *verb != Verb::ChangeRole)
                .map(|verb| reach(role, kind.resource, verb))
                .filter(|reach| !reach.is_nothing())
                .collect();
            assert!(reaches.windows(2).all(|two| two[0] == two[1]), "{} by {role:?}", table.name);
        }
    }
}

#[test]
fn every_reach_can_be_said_in_sql() {
    for table in tables::all() {
        for (role, kind) in
            ActorRole::ALL.into_iter().flat_map(|role| table.kinds.iter().map(move |kind| (role, kind)))
        {
            for verb in kind.resource.verbs() {
                let reach = reach(role, kind.resource, *verb);
                let others = reach == Reach::OTHERS;
                assert!(!reach.includes(Relation::Foreign) || reach == Reach::EVERYTHING || others);
                let of_this_kind = |resource| if resource == kind.resource { reach } else { Reach::NOTHING };
                assert_eq!(
                    any_of(table, of_this_kind).is_none(),
                    reach.is_nothing(),
                    "{} {verb} {role:?}",
                    table.name
                );
            }
        }
    }
}

#[test]
fn who_sees_some_kinds_of_a_table_sees_no_row_of_the_others() {
    let invitations = tables::all().find(|table| table.name == "invitations").unwrap();
    let seen_by = |role| any_of(invitations, |resource| reach(role, resource, Verb::Read));
    assert_eq!(seen_by(ActorRole::Admin).as_deref(), Some("true"));
    assert_eq!(seen_by(ActorRole::Team).as_deref(), Some("role = 'CLIENT'"));
    assert_eq!(seen_by(ActorRole::Client), None);
}

#[test]
fn secrets_are_the_program_s_own() {
    let secrets = ["password_hash", "refresh_token", "previous_token", "sealed_secret"];
    for line in render().lines().filter(|line| secrets.iter().any(|secret| line.contains(secret))) {
        assert!(line.ends_with("TO kairo_system;"), "{line}");
    }
    for line in render().lines().filter(|line| line.contains(" sealed,")) {
        let is_write = line.starts_with("GRANT INSERT") || line.starts_with("GRANT UPDATE");
        assert!(line.ends_with("TO kairo_system;") || is_write, "{line}");
    }
    // Whoever makes a key writes what is stored of it, once.
    for line in render().lines().filter(|line| line.contains(" digest,")) {
        assert!(line.ends_with("TO kairo_system;") || line.starts_with("GRANT INSERT"), "{line}");
    }
}
