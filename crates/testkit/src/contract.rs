//! The contract of stores: one function per promise, and a macro that makes tests of them for one store.
//!
//! A case gets an empty store, knows nothing but the ports, and ends with a panic when the promise is broken. Races
//! are two units interleaved by hand, in an order in which no unit ever waits for a lock of another.

mod aggregates;
pub mod companies;
pub mod idempotency;
pub mod journal;
pub mod lead_lists;
pub mod leads;
pub mod paging;
pub mod sessions;
mod steps;
pub mod units;
pub mod user_guards;
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
        $crate::store_contract! { @cases $fresh =>
            leads {
                what_was_added_is_found
                what_has_only_the_needed_is_found
                what_was_saved_is_found
                nothing_is_kept_without_commit
                own_writes_are_visible_in_the_unit
                own_writes_are_listed_in_the_unit
                a_stale_save_is_refused
                a_save_that_skips_a_version_is_refused
                saving_what_was_never_added_is_refused
                two_writers_cannot_both_win
                an_id_cannot_be_taken_twice
                an_id_cannot_be_taken_by_two_units
                what_was_deleted_vanishes
                what_was_deleted_is_not_listed
                a_permit_for_something_else_is_refused
                an_unknown_lead_is_not_found
                staff_sees_every_lead
                nobody_else_sees_a_lead
                everybody_adds_leads
                outsiders_change_no_lead
                the_team_changes_leads
            }
            lead_lists {
                an_empty_filter_shows_everything
                leads_are_filtered_by_status
                one_of_nothing_is_nothing
                leads_are_filtered_by_address_without_case
                leads_are_filtered_by_exact_name
                leads_are_filtered_by_a_part_of_the_name
                signs_of_patterns_are_taken_literally
                leads_are_filtered_by_company
                leads_are_filtered_by_source
                leads_are_filtered_by_campaign
                leads_are_filtered_by_time
                all_conditions_must_hold
                words_are_searched_without_case
                every_word_must_be_found
                signs_in_words_are_taken_literally
                a_search_keeps_to_the_conditions
                leads_are_sorted_by_each_field
                names_are_sorted_by_code_point
                ties_are_broken_by_id
                keys_may_run_in_mixed_directions
            }
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
                a_visitor_gives_no_rights
                a_visitor_signs_up
                a_new_user_has_no_password
                a_password_is_found_by_address
                a_password_makes_no_new_version
                a_save_keeps_the_password
                a_password_is_not_kept_without_commit
                only_the_program_sees_passwords
                only_the_program_sets_passwords
                a_deleted_user_has_no_password
                an_administrator_changes_roles
                nobody_changes_their_own_role
                nobody_else_changes_roles
                the_last_administrator_stays
                suspended_administrators_do_not_count
                the_last_administrator_can_be_renamed
                one_of_two_administrators_may_go
                two_administrators_cannot_remove_each_other
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
            sessions {
                what_was_added_is_found
                nothing_is_kept_without_commit
                a_session_is_found_by_its_digest
                only_the_program_looks_for_digests
                the_digest_is_zeros_for_everybody_else
                everybody_sees_their_own_sessions
                the_latest_session_comes_first
                an_unknown_session_is_not_found
                an_id_cannot_be_taken_twice
                a_digest_cannot_be_taken_twice
                a_digest_cannot_be_taken_by_two_units
                a_user_who_is_not_there_is_missing
                only_the_program_adds_sessions
                a_permit_for_something_else_is_refused
                an_own_session_is_revoked
                an_administrator_revokes_any_session
                a_session_is_revoked_once
                two_units_cannot_both_revoke
                nobody_revokes_what_they_cannot_see
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
                expired_answers_are_purged
                only_the_program_purges
                an_answer_is_good_until_it_expires
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
                a_read_unit_records_nothing
            }
        }
    };
    (@cases $fresh:expr => $($area:ident { $($case:ident)* })*) => {
        mod contract {
            use super::*;

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
        }
    };
}

#[cfg(test)]
mod tests {
    /// A case that is not in the macro's list would never run.
    #[test]
    fn every_case_is_in_the_list() {
        let list = include_str!("contract.rs");
        let mut cases = 0;
        for (area, source) in [
            ("leads", include_str!("contract/leads.rs")),
            ("lead_lists", include_str!("contract/lead_lists.rs")),
            ("paging", include_str!("contract/paging.rs")),
            ("users", include_str!("contract/users.rs")),
            ("user_guards", include_str!("contract/user_guards.rs")),
            ("companies", include_str!("contract/companies.rs")),
            ("sessions", include_str!("contract/sessions.rs")),
            ("journal", include_str!("contract/journal.rs")),
            ("idempotency", include_str!("contract/idempotency.rs")),
            ("units", include_str!("contract/units.rs")),
        ] {
            let from = list.find(&format!("            {area} {{\n")).unwrap();
            let listed = &list[from..from + list[from..].find('}').unwrap()];
            for case in source.split("\npub async fn ").skip(1) {
                let name = case.split('(').next().unwrap();
                assert!(listed.contains(&format!(" {name}\n")), "{area}::{name} is not in the list");
                cases += 1;
            }
        }
        assert!(cases >= 180, "{cases} cases");
    }
}
