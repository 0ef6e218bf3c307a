//! The stores in memory pass the contract, and so do the faulty ones while nothing fails.

use foldlog_testing::contract::{generations, parked, reactions, totals};
use foldlog_testing::faulty::{FaultModel, FaultyLog, FaultyParked, FaultyTotalsStore, FaultyViews, Odds};
use foldlog_testing::memory::{MemoryGenerations, MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews};
use foldlog_testing::{contract, log_rules, views_rules};

macro_rules! logs {
    (rules: $($rule:ident),*;) => {
        mod memory {
            $(
                #[tokio::test]
                async fn $rule() {
                    super::contract::log::$rule(&super::MemoryLog::default()).await;
                }
            )*
        }

        mod memory_with_markers {
            $(
                #[tokio::test]
                async fn $rule() {
                    super::contract::log::$rule(&super::MemoryLog::default().with_markers()).await;
                }
            )*
        }

        mod faulty {
            use super::{FaultyLog, MemoryLog, Odds};
            $(
                #[tokio::test]
                async fn $rule() {
                    super::contract::log::$rule(&FaultyLog::new(MemoryLog::default(), 1, Odds::default())).await;
                }
            )*
        }
    };
}

log_rules!(logs);

macro_rules! views {
    ($($rule:ident),*) => {
        mod views {
            mod memory {
                $(
                    #[tokio::test]
                    async fn $rule() {
                        crate::contract::views::$rule(&crate::MemoryViews::default()).await;
                    }
                )*
            }

            mod faulty {
                $(
                    #[tokio::test]
                    async fn $rule() {
                        let views = crate::FaultyViews::under(crate::MemoryViews::default(), crate::calm());
                        crate::contract::views::$rule(&views).await;
                    }
                )*
            }
        }
    };
}

views_rules!(views);

/// No faults.
fn calm() -> FaultModel {
    FaultModel::new(1, Odds::default())
}

#[tokio::test]
async fn a_reaction_is_recognised() {
    reactions::a_reaction_is_recognised(&MemoryLog::default().with_markers()).await;
    let faulty = FaultyLog::under(MemoryLog::default().with_markers(), calm());
    reactions::a_reaction_is_recognised(&faulty).await;
}

#[tokio::test]
async fn generations_are_registered() {
    generations::what_is_registered_is_changed_only_from_what_was_seen(&MemoryGenerations::default()).await;
    generations::progress_is_read_as_it_was_noted_last(&MemoryGenerations::default()).await;
    let faulty = FaultyViews::under(MemoryViews::default(), calm());
    generations::what_is_registered_is_changed_only_from_what_was_seen(&faulty).await;
    generations::progress_is_read_as_it_was_noted_last(&faulty).await;
}

#[tokio::test]
async fn notes_are_parked() {
    parked::every_rule(&MemoryParked::default()).await;
    parked::every_rule(&FaultyParked::under(MemoryParked::default(), calm())).await;
}

#[tokio::test]
async fn totals_are_added_once() {
    for (name, rule) in totals::rules(&std::array::from_fn(|_| MemoryTotalsStore::default())) {
        println!("{name}");
        rule.await;
    }
    let faulty = |_| FaultyTotalsStore::under(MemoryTotalsStore::default(), calm());
    for (name, rule) in totals::rules(&std::array::from_fn(faulty)) {
        println!("{name}");
        rule.await;
    }
}
