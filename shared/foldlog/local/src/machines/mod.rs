//! State machines as Step Functions runs them: their definitions, and their executions.
//!
//! `declared` and `definition` read a machine when the host starts, to the last field, with `paths`, `choice` and
//! `recovery` for the parts of its language. `starters` accept the inputs of executions, `execution` runs one,
//! `state_run` goes from state to state, through `task`, `map` and `pause`. `register` keeps the state of each.
//!
//! - A machine is an `AWS::Serverless::StateMachine` of type STANDARD with its definition in the template. Its states
//!   are Task (the ARN of a function, or `lambda:invoke`), Map (inline, or distributed with a standard execution for
//!   each item), Choice, Wait, Pass, Succeed and Fail, with the fields and comparisons that `definition` and `choice`
//!   read. Intrinsic functions, `JSONata` and everything else in the language are refused by state and field. Paths are
//!   reference paths.
//! - An execution is started by the rule of an event that the machine declares, or by a rule of its own under a role
//!   that allows it. SDKs have no `StartExecution` here. Several executions run side by side.
//! - A task invokes its function as a trigger does, behind the same gate and with the same time-out, if the policies of
//!   the machine allow it. A distributed map asks for `states:StartExecution` on its own machine. Errors have the names
//!   that they have on AWS: `Lambda.AWSLambdaException` for a missing permission, `Sandbox.Timedout` for a time-out of
//!   the function, and for what the function reports itself the type of the Rust runtime. So retriers and catchers find
//!   the same errors here and there, also at the 25,000 history events of an execution and the 256 KiB of a state.
//! - Pauses before another attempt are as long as the definition says, by the clock of this machine. A Wait goes by the
//!   host's clock. `Host::settled` does not wait for an execution that only waits, nor for one whose function is
//!   paused.
//! - `Host::executions`, or `GET /_local/executions`, shows the running executions with their states, and the last
//!   hundred that ended. They live in memory and end with the host, so the sender of the event must send it again.

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
pub(crate) use starters::Starter;
