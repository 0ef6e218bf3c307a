//! What operators do is recorded before it is done: what cannot be recorded is not done, and what was done is told of.

use foldlog::{Clock, Metadata, StreamName};
use foldlog_functions::Ports;
use foldlog_functions::ports::CommandsOn;
use foldlog_lambda::Problem;
use shop_api::operations::Recorded;
use shop_domain::audit::{self, Command, Event};
use shop_domain::values::Month;

/// The record: the only writer of what operators ask for in `audit-…`.
pub(crate) struct Audit<P: Ports>(pub(crate) CommandsOn<audit::Audit, P>);

impl<P: Ports> Audit<P> {
    /// Records an action in the stream of this month. Whoever repeats a request under its key is recorded once, and has
    /// its action done again: each of them is the same, done twice.
    pub(crate) async fn record(&self, metadata: &Metadata, action: Event) -> Result<Recorded, Problem> {
        let month = StreamName::of::<audit::Audit>(&Month::of(self.0.host().now()));
        // A version that a client names is that of what it acts on, not of the record.
        let metadata = Metadata { expected: None, ..metadata.clone() };
        let done = self.0.execute(&month, &Command::Record(action), &metadata).await?;
        Ok(Recorded { stream: month, version: done.version })
    }
}
