//! The process's rules, as given / when / then.

mod compensation;
mod confirmation;
mod deadlines;
mod delivery;
mod outcomes;
mod payments;
mod returns;
mod story;
mod withdrawals;
