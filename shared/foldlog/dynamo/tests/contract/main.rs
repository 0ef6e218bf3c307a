//! The contract of every event log, run over the one in memory, the faulty one while nothing goes wrong and the one on
//! `DynamoDB`, and what the latter's tables promise beyond it, all against an embedded `DynamoDB` behind the real
//! client; the contract, and what commands cost, also on Amazon's own `DynamoDB Local`, where one is at hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod appending;
mod codec;
mod counted;
mod counts;
mod large;
mod marked;
mod meter;
mod notebook;
mod official;
mod parked;
mod past;
mod reading;
mod rules;
mod sample;
mod store;
mod totals;
mod views;

/// Runs each rule over each implementation, and each count on each engine.
macro_rules! contract {
    (rules: $($rule:ident),*; counts: $($counts:ident::$count:ident),*;) => {
        mod memory {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::rules::$rule(&foldlog_testing::memory::MemoryLog::default()).await;
                }
            )*
        }

        mod memory_with_markers {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::rules::$rule(&foldlog_testing::memory::MemoryLog::default().with_markers()).await;
                }
            )*
        }

        mod faulty {
            use foldlog_testing::faulty::{FaultyLog, Odds};
            use foldlog_testing::memory::MemoryLog;
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::rules::$rule(&FaultyLog::new(MemoryLog::default(), 1, Odds::NONE)).await;
                }
            )*
        }

        mod dynamodb {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::rules::$rule(&crate::store::Store::new().log().await).await;
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
                    crate::rules::$rule(&crate::store::Store::new().marked_log().await).await;
                }
            )*
        }

        mod dynamodb_local {
            #[tokio::test]
            async fn every_rule_holds_on_the_official_engine() {
                let Some(mut engine) = crate::official::Engine::start().await else { return };
                $(
                    let log = engine.log().await;
                    engine.try_rule(stringify!($rule), Box::pin(crate::rules::$rule(&log))).await;
                    let log = engine.marked_log().await;
                    let with_markers = concat!(stringify!($rule), " with markers");
                    engine.try_rule(with_markers, Box::pin(crate::rules::$rule(&log))).await;
                )*
                let log = engine.marked_log().await;
                engine.try_rule("markers", Box::pin(crate::marked::a_reaction_is_recognised(&log))).await;
                let store = engine.store();
                let totals_stores = futures::future::join_all([(); 5].map(|()| crate::totals::totals_store(&store))).await;
                for (name, rule) in crate::totals::rules(&totals_stores.try_into().unwrap()) {
                    engine.try_rule(name, rule).await;
                }
                $(
                    let store = engine.store();
                    engine.try_rule(stringify!($count), Box::pin(crate::$counts::$count(&store))).await;
                )*
                engine.verdict();
            }
        }
    };
}

contract!(
    rules:
    a_stream_that_does_not_exist_is_empty,
    what_was_appended_is_loaded_as_it_was,
    versions_count_events_without_gaps,
    streams_do_not_mix,
    another_command_at_the_same_version_conflicts,
    the_same_command_sent_again_succeeds_and_stands_once,
    the_same_command_id_with_other_content_conflicts,
    a_stale_head_conflicts_and_writes_nothing,
    of_many_at_the_same_head_one_wins,
    what_follows_a_version_is_read_from_there,
    a_stream_of_more_than_one_page_is_read_whole,
    every_stream_has_its_end_among_the_heads,
    time_never_goes_back_in_a_stream,
    an_effect_is_later_than_its_cause,
    the_chain_holds_along_the_history,
    a_stream_is_loaded_back_to_its_newest_usable_snapshot,
    a_snapshot_of_what_came_later_is_passed_over,
    a_span_is_read_from_either_end_and_no_further,
    a_reaction_is_found_as_far_back_as_asked,
    pages_of_all_segments_hold_every_commit_once,
    a_stream_s_chain_is_followed_to_its_end;
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
    large::commits_as_large_as_items_are_loaded_by_one_request;
);
