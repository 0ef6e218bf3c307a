//! The contract of every store, and what the tables promise beyond it, against an embedded `DynamoDB` behind the real
//! client. Every contract, the cost of commands, and what is read as a whole also run on Amazon's own `DynamoDB Local`,
//! if it is available: each form of request that the adapters send is sent there. `forms.txt` lists these forms, and a
//! test of the whole shop compares its own with the list.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod appending;
mod codec;
mod counted;
mod counts;
mod generations;
mod keys;
mod large;
mod marked;
mod meter;
mod notebook;
mod official;
mod parked;
mod past;
mod reading;
mod store;
mod totals;
mod views;
mod whole;

use foldlog_testing::{contract, log_rules};

/// Runs each rule on the log with and without markers, and each rule and count on each engine.
macro_rules! on_dynamodb {
    (rules: $($rule:ident),*; counts: $($counts:ident::$count:ident),*;) => {
        mod dynamodb {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::contract::log::$rule(&crate::store::Store::new().log().await).await;
                }
            )*
            $(
                #[tokio::test]
                async fn $count() {
                    crate::$counts::$count(&crate::store::Store::new()).await;
                }
            )*
        }

        mod dynamodb_with_markers {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::contract::log::$rule(&crate::store::Store::new().marked_log().await).await;
                }
            )*
        }

        mod dynamodb_local {
            #[tokio::test]
            async fn every_rule_holds_on_the_official_engine() {
                let Some(mut engine) = crate::official::Engine::start().await else { return };
                $(
                    let log = engine.log().await;
                    engine.try_rule(stringify!($rule), Box::pin(crate::contract::log::$rule(&log))).await;
                    let log = engine.marked_log().await;
                    let with_markers = concat!(stringify!($rule), " with markers");
                    engine.try_rule(with_markers, Box::pin(crate::contract::log::$rule(&log))).await;
                )*
                let log = engine.marked_log().await;
                let rule = crate::contract::reactions::a_reaction_is_recognised(&log);
                engine.try_rule("markers", Box::pin(rule)).await;
                let store = engine.store();
                for (name, rule) in crate::contract::totals::rules(&crate::totals::totals_stores(&store).await) {
                    engine.try_rule(name, rule).await;
                }
                $(
                    let store = engine.store();
                    engine.try_rule(stringify!($count), Box::pin(crate::$counts::$count(&store))).await;
                )*
                engine.verdict();
                engine.compare_forms();
            }
        }
    };
}

log_rules!(
    on_dynamodb;
    counts:
    counts::a_cold_command_is_two_requests_and_a_warm_one_is_one_on_a_short_stream,
    counts::a_cold_command_is_two_requests_and_a_warm_one_is_one_behind_a_thousand_events,
    counts::a_cold_command_is_two_requests_and_a_warm_one_is_one_behind_ten_thousand_events,
    counts::five_events_of_one_command_are_one_request_and_one_unit,
    counts::a_thousand_commands_take_less_than_one_and_a_tenth_unit_each,
    past::a_state_at_any_version_is_one_request_for_an_interval,
    past::a_moment_is_located_by_single_items,
    past::a_page_of_events_is_one_request_for_as_many_commits,
    large::a_stream_of_one_and_a_half_megabytes_costs_no_more_than_a_small_one,
    large::without_a_usable_snapshot_a_load_takes_a_request_a_megabyte_once,
    large::a_commit_that_fits_no_item_is_refused_before_it_is_sent,
    large::a_snapshot_that_does_not_fit_is_left_to_the_next_commit,
    large::commits_as_large_as_items_are_loaded_by_one_request,
    views::the_contract_of_all_views_holds,
    views::a_row_is_read_as_it_was_written,
    views::a_write_whose_answer_was_lost_says_that_the_row_moved_and_the_row_did,
    views::a_page_larger_than_one_answer_of_the_store_is_filled,
    totals::many_streams_are_added_by_one_request,
    totals::a_lost_answer_is_asked_for_again_and_one_that_never_comes_is_found_out,
    totals::rows_of_more_than_one_answer_are_read_whole,
    parked::the_contract_of_all_parking_lots_holds,
    keys::the_contract_of_all_stores_of_keys_holds,
    generations::the_contract_of_all_registers_holds,
    whole::a_log_of_more_than_one_answer_is_read_whole_in_one_part_or_in_two,
    whole::rows_are_paged_in_one_part_or_in_two_and_removed,
    whole::sums_are_paged_and_removed,
    whole::checkpoints_alone_are_posted_and_read_as_rows_of_a_view,
    whole::a_large_partition_is_read_whole_between_any_bounds,
    whole::a_commit_is_imported_with_its_marker_once_or_again_and_over_no_other,
    whole::imports_are_read_as_they_were_noted_last;
);
