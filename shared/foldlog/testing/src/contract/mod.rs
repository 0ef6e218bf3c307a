//! The contract of every store of a port, on any database. Run it against your own store.
//!
//! A rule is a function that gets an empty store, and panics if the store breaks the rule. [`log_rules`] and
//! [`views_rules`] pass the names of all rules to a macro of yours, which makes a test of each:
//!
//! ```
//! use foldlog_testing::memory::MemoryViews;
//!
//! macro_rules! on_my_store {
//!     ($($rule:ident),*) => {
//!         $(
//!             // With #[test], or that of your runtime.
//!             async fn $rule() {
//!                 foldlog_testing::contract::views::$rule(&MemoryViews::default()).await;
//!             }
//!         )*
//!     };
//! }
//!
//! foldlog_testing::views_rules!(on_my_store);
//! ```
//!
//! [`log_rules`]: crate::log_rules
//! [`views_rules`]: crate::views_rules
#![expect(missing_docs, reason = "the name of a rule is what it says")]
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a rule panics where it is broken")]

pub mod generations;
pub mod keys;
pub mod log;
pub mod parked;
pub mod reactions;
pub mod totals;
pub mod views;
