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
    for table in TABLES {
        for role in ActorRole::ALL {
            let verbs = [Verb::Update, Verb::Publish, Verb::Move, Verb::Run, Verb::Delete];
            let reaches: Vec<_> = verbs
                .into_iter()
                .map(|verb| reach(role, table.resource, verb))
                .filter(|reach| !reach.is_nothing())
                .collect();
            assert!(reaches.windows(2).all(|two| two[0] == two[1]), "{} by {role:?}", table.name);
        }
    }
}

#[test]
fn every_reach_can_be_said_in_sql() {
    for table in TABLES {
        for role in ActorRole::ALL {
            for verb in table.resource.verbs() {
                let reach = reach(role, table.resource, *verb);
                let others = reach == Reach::OTHERS;
                assert!(!reach.includes(Relation::Foreign) || reach == Reach::EVERYTHING || others);
                assert_eq!(
                    any_of(table, reach).is_none(),
                    reach.is_nothing(),
                    "{} {verb} {role:?}",
                    table.name
                );
            }
        }
    }
}

#[test]
fn secrets_are_the_program_s_own() {
    for line in
        render().lines().filter(|line| line.contains("password_hash") || line.contains("refresh_token"))
    {
        assert!(line.ends_with("TO kairo_system;"), "{line}");
    }
}
