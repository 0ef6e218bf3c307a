//! State machines, as Step Functions runs them: what the template defines, and the executions of it.
//!
//! `declared` and `definition` read a machine, with `paths`, `choice` and `recovery` for the parts of its language;
//! `starters` let in what starts an execution, `execution` runs it, `state run` goes from state to state, through `task`,
//! `map` and `pause`. `register` keeps what became of each.

mod choice;
mod context;
mod declared;
mod definition;
mod execution;
mod executor;
mod failure;
mod flow;
mod map;
mod paths;
mod pause;
mod recovery;
mod register;
mod starters;
mod state_run;
mod task;

pub(crate) use declared::{Machine, Started};
pub(crate) use executor::Executor;
pub(crate) use paths::Path;
pub(crate) use register::Register;
pub use register::{Execution, Status};
pub(crate) use starters::{Starter, Starters};
