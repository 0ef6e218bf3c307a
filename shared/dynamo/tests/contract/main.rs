//! The contract of every event log, run over the one in memory, the faulty one while nothing goes wrong and the one on
//! `DynamoDB`, and what the latter's tables promise beyond it, all against an embedded `DynamoDB` behind the real
//! client; the contract also on Amazon's own `DynamoDB Local`, where one is at hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod appending;
mod official;
mod parked;
mod reading;
mod rules;
mod sample;
mod store;
mod views;

/// Runs each rule over each implementation.
macro_rules! contract {
    ($($rule:ident),* $(,)?) => {
        mod memory {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::rules::$rule(&eventsourcing::memory::MemoryLog::default()).await;
                }
            )*
        }

        mod faulty {
            use eventsourcing::faulty::{FaultyLog, Odds};
            use eventsourcing::memory::MemoryLog;
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
        }

        mod dynamodb_local {
            #[tokio::test]
            async fn every_rule_holds_on_the_official_engine() {
                let Some(mut engine) = crate::official::Engine::start().await else { return };
                $(
                    let log = engine.log().await;
                    engine.try_rule(stringify!($rule), crate::rules::$rule(&log)).await;
                )*
                engine.verdict();
            }
        }
    };
}

contract!(
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
    a_command_is_found_as_far_back_as_asked,
);
