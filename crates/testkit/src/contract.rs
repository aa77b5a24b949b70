//! The contract of stores: one function per promise, and a macro that makes tests of them for one store.
//!
//! A case gets an empty store, knows nothing but the ports, and ends with a panic when the promise is broken. Races
//! are two units interleaved by hand, in an order in which no unit ever waits for a lock of another.

mod account_cases;
mod aggregates;
pub mod api_keys;
pub mod attempts;
mod automation_cases;
pub mod automation_lists;
pub mod automations;
pub mod colleagues;
pub mod companies;
pub mod company_lists;
pub mod credential_changes;
pub mod credential_lists;
pub mod credentials;
pub mod email_changes;
pub mod expired;
pub mod flow_versions;
pub mod idempotency;
pub mod invitation_lists;
pub mod invitations;
pub mod jobs;
pub mod journal;
pub mod journal_lists;
mod lead_cases;
pub mod lead_lists;
pub mod lead_timeline;
pub mod lead_timeline_lists;
pub mod leads;
pub mod letters;
mod lists;
pub mod one_time_tokens;
pub mod paging;
pub mod revocations;
pub mod run_claims;
pub mod run_lines;
pub mod run_progress;
pub mod runs;
pub mod second_factors;
pub mod session_rotation;
pub mod sessions;
pub mod sign_ups;
mod steps;
pub mod triggers;
pub mod units;
pub mod user_guards;
pub mod user_lists;
pub mod users;
mod walks;

/// One `#[tokio::test]` for each case of the contract, in a module for each repository.
///
/// The expression is evaluated for every test and gives a future of a fresh, empty [`Store`](kairo_ports::Store).
/// The crate that calls this needs tokio with its features `macros` and `rt`.
///
/// ```ignore
/// kairo_testkit::store_contract!(async { MemoryStore::new() });
/// ```
#[macro_export]
macro_rules! store_contract {
    ($fresh:expr) => {
        mod contract {
            use super::*;

            $crate::account_contract! { $fresh }
            $crate::automation_contract! { $fresh }
            $crate::lead_contract! { $fresh }
            $crate::store_contract! { @cases $fresh =>
                paging {
                    a_page_keeps_to_its_limit
                    the_last_page_has_no_next
                    an_empty_list_is_one_empty_page
                    a_page_starts_after_a_row
                    a_page_ends_before_a_row
                    the_list_ends_on_both_sides
                    a_page_starts_at_an_offset
                    a_position_needs_no_row
                    a_total_counts_what_passes
                    an_estimate_says_that_it_is_one
                    a_walk_forwards_meets_every_row_once
                    a_walk_backwards_meets_every_row_once
                    equal_instants_lose_no_row
                    mixed_keys_lose_no_row
                    deleted_rows_leave_no_holes
                    rows_added_between_pages_shift_nothing
                    a_row_deleted_between_pages_hides_no_other
                }
                users {
                    what_was_added_is_found
                    what_has_only_the_needed_is_found
                    what_was_saved_is_found
                    nothing_is_kept_without_commit
                    own_writes_are_visible_in_the_unit
                    a_stale_save_is_refused
                    a_save_that_skips_a_version_is_refused
                    saving_what_was_never_added_is_refused
                    two_writers_cannot_both_win
                    an_id_cannot_be_taken_twice
                    an_id_cannot_be_taken_by_two_units
                    what_was_deleted_vanishes
                    a_permit_for_something_else_is_refused
                    an_unknown_user_is_not_found
                    an_address_is_found_without_case
                    an_address_cannot_be_taken_twice
                    an_address_cannot_be_taken_by_two_units
                    an_address_cannot_be_moved_to_when_taken
                    the_address_of_a_deleted_user_is_free
                    a_company_that_is_not_there_is_missing
                    a_company_of_the_same_unit_is_there
                    staff_sees_every_user
                    a_client_sees_itself
                    a_visitor_sees_no_user
                    a_visitor_signs_up
                    only_administrators_add_users
                    everybody_edits_themselves
                    only_administrators_edit_others
                }
                user_guards {
                    a_new_user_has_no_password
                    a_password_is_found_by_address
                    a_password_makes_no_new_version
                    a_save_keeps_the_password
                    a_password_is_not_kept_without_commit
                    only_the_program_sees_passwords
                    a_password_is_found_by_its_owner
                    only_the_program_sets_passwords
                    a_deleted_user_has_no_password
                    an_administrator_changes_roles
                    nobody_changes_their_own_role
                    nobody_else_changes_roles
                    nobody_decides_about_themselves
                    the_last_administrator_stays
                    suspended_administrators_do_not_count
                    the_last_administrator_can_be_renamed
                    one_of_two_administrators_may_go
                    two_administrators_cannot_remove_each_other
                    a_visitor_gives_no_rights
                    a_visitor_signs_up
                }
                user_lists {
                    everybody_lists_whom_they_see
                    deleted_users_are_not_listed
                    users_are_filtered_by_address_without_case
                    users_are_filtered_by_a_part_of_the_name
                    users_are_filtered_by_role
                    users_are_filtered_by_company
                    users_are_filtered_by_suspension
                    users_are_filtered_by_time
                    all_conditions_must_hold
                    words_are_searched_in_name_and_address
                    users_are_sorted_by_each_field
                    addresses_are_sorted_by_code_point
                    users_are_met_page_by_page
                    a_client_without_company_lists_itself
                }
                colleagues {
                    name_and_picture_are_shown
                    everybody_sees_their_colleagues
                    without_a_company_there_is_only_oneself
                    who_was_deleted_is_no_colleague
                    colleagues_are_in_the_order_of_their_names
                    a_new_name_is_known
                }
                companies {
                    what_was_added_is_found
                    what_has_only_the_needed_is_found
                    what_was_saved_is_found
                    nothing_is_kept_without_commit
                    own_writes_are_visible_in_the_unit
                    a_stale_save_is_refused
                    a_save_that_skips_a_version_is_refused
                    saving_what_was_never_added_is_refused
                    two_writers_cannot_both_win
                    an_id_cannot_be_taken_twice
                    an_id_cannot_be_taken_by_two_units
                    what_was_deleted_vanishes
                    a_permit_for_something_else_is_refused
                    an_unknown_company_is_not_found
                    staff_sees_every_company
                    a_client_sees_its_own_company
                    nobody_else_sees_a_company
                    a_deleted_company_is_gone_for_its_clients
                    the_team_keeps_companies
                    outsiders_write_no_company
                }
                company_lists {
                    everybody_lists_what_they_see
                    deleted_companies_are_not_listed
                    companies_are_filtered_by_name
                    companies_are_filtered_by_industry
                    companies_are_filtered_by_time
                    words_are_searched_in_the_name
                    companies_are_sorted_by_each_field
                    companies_are_met_page_by_page
                }
                journal {
                    what_was_recorded_is_found
                    every_kind_of_actor_is_recorded
                    nothing_is_recorded_without_commit
                    own_entries_are_visible_in_the_unit
                    the_latest_entry_comes_first
                    no_number_is_given_twice
                    entries_keep_to_their_limit
                    entries_are_filtered
                    administrators_read_everything
                    everybody_else_reads_own_actions
                    a_permit_for_something_else_is_refused
                    role_and_company_are_told
                    where_it_came_from_is_told
                    the_program_records_for_others
                    nobody_else_records_for_others
                    a_refusal_is_recorded
                    nobody_records_the_refusals_of_others
                }
                journal_lists {
                    everybody_lists_what_they_may_read
                    a_list_shows_whole_entries
                    entries_are_filtered_by_number_and_time
                    entries_are_filtered_by_who_did_what
                    entries_are_filtered_by_what_it_was_about
                    a_search_finds_nothing
                    entries_are_sorted_by_number
                    entries_are_met_page_by_page
                }
                idempotency {
                    an_unused_key_is_free
                    an_answer_is_given_again
                    an_answer_is_kept_with_its_unit
                    an_answer_is_not_kept_without_commit
                    an_own_answer_is_visible_in_the_unit
                    another_body_is_refused
                    a_key_in_use_is_contended
                    an_answered_key_is_held_too
                    a_holder_may_claim_again
                    a_key_without_an_answer_is_free_again
                    a_younger_answer_is_found
                    an_expired_answer_is_as_none
                    an_answer_is_good_until_it_expires
                    expired_answers_are_purged
                    only_the_program_purges
                    another_actor_has_another_key
                    another_scope_has_another_key
                }
                units {
                    a_store_is_ready
                    a_unit_is_kept_as_a_whole
                    a_unit_is_dropped_as_a_whole
                    an_empty_unit_can_be_committed
                    an_open_unit_is_not_seen
                    units_that_do_not_meet_both_win
                    a_unit_with_a_failed_write_is_not_kept
                    a_read_unit_reads
                    a_read_unit_writes_no_lead
                    a_read_unit_writes_no_user
                    a_read_unit_writes_no_company
                    a_read_unit_writes_no_session
                    a_read_unit_gives_nobody_access
                    a_read_unit_writes_nothing_about_accounts
                    a_read_unit_records_nothing
                }
            }
        }
    };
    (@cases $fresh:expr => $($area:ident { $($case:ident)* })*) => {
        $(
            mod $area {
                use super::*;

                $(
                    #[tokio::test]
                    async fn $case() {
                        let store = ($fresh).await;
                        $crate::contract::$area::$case(&store).await;
                    }
                )*
            }
        )*
    };
}

#[cfg(test)]
mod tests {
    /// A case that is not in a macro's list would never run.
    #[test]
    fn every_case_is_in_a_list() {
        let lists = [
            include_str!("contract.rs"),
            include_str!("contract/account_cases.rs"),
            include_str!("contract/automation_cases.rs"),
            include_str!("contract/lead_cases.rs"),
        ]
        .concat();
        let jobs = include_str!("contract/jobs.rs");
        let mut cases = 0;
        for case in jobs.split("\npub async fn ").skip(1) {
            let name = case.split('<').next().unwrap();
            assert!(jobs.contains(&format!("            {name}\n")), "jobs::{name} is not in the list");
            cases += 1;
        }
        for (area, source) in [
            ("leads", include_str!("contract/leads.rs")),
            ("lead_lists", include_str!("contract/lead_lists.rs")),
            ("lead_timeline", include_str!("contract/lead_timeline.rs")),
            ("lead_timeline_lists", include_str!("contract/lead_timeline_lists.rs")),
            ("paging", include_str!("contract/paging.rs")),
            ("users", include_str!("contract/users.rs")),
            ("user_guards", include_str!("contract/user_guards.rs")),
            ("user_lists", include_str!("contract/user_lists.rs")),
            ("colleagues", include_str!("contract/colleagues.rs")),
            ("companies", include_str!("contract/companies.rs")),
            ("credentials", include_str!("contract/credentials.rs")),
            ("credential_changes", include_str!("contract/credential_changes.rs")),
            ("credential_lists", include_str!("contract/credential_lists.rs")),
            ("company_lists", include_str!("contract/company_lists.rs")),
            ("journal", include_str!("contract/journal.rs")),
            ("journal_lists", include_str!("contract/journal_lists.rs")),
            ("idempotency", include_str!("contract/idempotency.rs")),
            ("units", include_str!("contract/units.rs")),
            ("invitations", include_str!("contract/invitations.rs")),
            ("invitation_lists", include_str!("contract/invitation_lists.rs")),
            ("sessions", include_str!("contract/sessions.rs")),
            ("session_rotation", include_str!("contract/session_rotation.rs")),
            ("api_keys", include_str!("contract/api_keys.rs")),
            ("second_factors", include_str!("contract/second_factors.rs")),
            ("sign_ups", include_str!("contract/sign_ups.rs")),
            ("email_changes", include_str!("contract/email_changes.rs")),
            ("one_time_tokens", include_str!("contract/one_time_tokens.rs")),
            ("attempts", include_str!("contract/attempts.rs")),
            ("revocations", include_str!("contract/revocations.rs")),
            ("expired", include_str!("contract/expired.rs")),
            ("letters", include_str!("contract/letters.rs")),
            ("automations", include_str!("contract/automations.rs")),
            ("automation_lists", include_str!("contract/automation_lists.rs")),
            ("flow_versions", include_str!("contract/flow_versions.rs")),
            ("triggers", include_str!("contract/triggers.rs")),
            ("runs", include_str!("contract/runs.rs")),
            ("run_claims", include_str!("contract/run_claims.rs")),
            ("run_lines", include_str!("contract/run_lines.rs")),
            ("run_progress", include_str!("contract/run_progress.rs")),
        ] {
            let from = lists.find(&format!("    {area} {{\n")).unwrap();
            let listed = &lists[from..from + lists[from..].find('}').unwrap()];
            for case in source.split("\npub async fn ").skip(1) {
                let name = case.split('(').next().unwrap();
                assert!(listed.contains(&format!(" {name}\n")), "{area}::{name} is not in the list");
                cases += 1;
            }
        }
        assert!(cases >= 410, "{cases} cases");
    }
}
