//! The process manager: it notes the events of other streams and the deadlines that passed, and writes only its own
//! stream.

mod candidates;
mod deadlines;
mod due;
mod reactions;

pub use deadlines::{Deadlines, Passed, ProcessManager, Task, process_manager};
pub use reactions::{Fulfilment, Rules};

use foldlog_functions::Ports;
use foldlog_lambda::{SettingError, Settings};

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<ProcessManager<P>, SettingError> {
    process_manager(ports)
}
