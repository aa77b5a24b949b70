/// The part of [`store_contract!`](crate::store_contract) that is about leads.
#[doc(hidden)]
#[macro_export]
macro_rules! lead_contract {
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
            lead_timeline {
                what_was_added_is_found
                a_note_is_found_both_ways
                every_kind_of_actor_is_told
                nothing_is_kept_without_commit
                a_lead_comes_with_its_first_entry
                staff_sees_every_timeline
                everybody_tells_what_they_may_do
                nobody_tells_for_others
                a_permit_for_something_else_is_refused
                a_lead_that_is_not_there_is_missing
                an_id_cannot_be_taken_twice
                a_read_unit_tells_nothing
            }
            lead_timeline_lists {
                everybody_lists_what_they_see
                entries_are_filtered_by_kind
                entries_are_filtered_by_time
                a_search_finds_nothing
                entries_are_sorted_by_time
                equal_instants_keep_their_order
                entries_are_met_page_by_page
            }
        }
    };
}
