/// The part of [`store_contract!`](crate::store_contract) that is about automations and their runs.
#[doc(hidden)]
#[macro_export]
macro_rules! automation_contract {
    ($fresh:expr) => {
        $crate::store_contract! { @cases $fresh =>
            automations {
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
                a_user_who_is_not_there_is_missing
                everybody_sees_what_they_may
                everybody_keeps_their_own
                runs_are_counted
                strangers_count_no_runs
                a_read_unit_writes_nothing
            }
            automation_lists {
                everybody_lists_what_they_see
                automations_are_filtered
                runs_are_filtered
                a_list_of_runs_leaves_out_what_they_took_in
                lists_are_met_page_by_page
            }
            flow_versions {
                the_first_flow_is_kept
                a_drawn_flow_is_kept_as_well
                the_latest_version_comes_first
                versions_are_seen_with_their_automation
                nothing_is_kept_without_commit
            }
            triggers {
                what_was_registered_is_found
                nothing_is_kept_without_commit
                everybody_registers_their_own
                only_the_program_looks
                what_cannot_be_registered_is_refused
                a_hook_is_found_while_it_fires
                nothing_fires_for_who_may_not_act
                listeners_are_found_while_they_fire
                schedules_are_due_when_their_time_has_come
                a_planned_schedule_is_due_later
                schedules_that_do_not_fire_are_not_due
                a_schedule_that_is_being_fired_is_passed_over
                hooks_are_sealed_anew
            }
            runs {
                what_was_added_is_found
                steps_come_back_in_order
                a_rolled_back_firing_leaves_nothing
                a_key_fires_once
                a_key_fires_once_among_units
                what_cannot_be_added_is_refused
                everybody_sees_what_they_may
                everybody_fires_their_own
                a_run_is_ended
                two_units_cannot_both_end
                open_children_are_found
                an_open_child_is_adopted
                the_answer_of_a_run_is_found
                runs_are_summed_up
            }
            run_claims {
                a_run_is_taken
                a_run_is_not_taken_before_its_time
                a_dropped_claim_is_none
                an_automation_has_a_limit
                an_owner_has_a_limit
                a_run_of_nobody_is_taken
                idle_runs_are_found
                idle_runs_are_met_by_portions
                a_run_that_waits_for_another_is_not_idle
                a_waiting_run_is_woken_once
                old_runs_go
                only_the_program_drives_runs
                a_read_unit_drives_nothing
            }
            run_lines {
                places_are_given_in_turn
                an_older_run_goes_first
                who_makes_way_stands_in_line
                more_places_let_more_in
                the_first_in_line_is_idle
            }
            run_progress {
                progress_is_kept
                a_failure_is_kept
                an_automation_keeps_its_own_progress
                nobody_else_keeps_progress
                a_later_claim_fences_the_earlier
                a_checkpoint_that_was_overtaken_is_stale
                an_ended_run_fences_its_worker
                long_steps_are_shortened_at_the_end
                an_answer_stays_whole
                runs_outlive_a_deletion
                a_run_is_replayed
                a_run_taken_in_vain_is_pardoned
            }
        }
    };
}
