//! The audit record of operators. An action is recorded before it is done; if it cannot be recorded, it is not done.

use foldlog::{Clock, Metadata, StreamName};
use foldlog_functions::Ports;
use foldlog_functions::ports::CommandsOn;
use foldlog_lambda::Problem;
use shop_api::operations::Recorded;
use shop_domain::audit::{self, Command, Event};
use shop_domain::values::Month;

/// Records the requests of operators: their only writer in `audit-…`.
pub(crate) struct Audit<P: Ports>(pub(crate) CommandsOn<audit::Audit, P>);

impl<P: Ports> Audit<P> {
    /// Records an action in the stream of this month. If a request is repeated under its key, it is recorded once and
    /// its action is done again: every action may be done twice.
    pub(crate) async fn record(&self, metadata: &Metadata, action: Event) -> Result<Recorded, Problem> {
        let month = StreamName::of::<audit::Audit>(&Month::of(self.0.host().now()));
        // A client's expected version refers to the resource of the action, not to the audit stream.
        let metadata = Metadata { expected: None, ..metadata.clone() };
        let done = self.0.execute(&month, &Command::Record(action), &metadata).await?;
        Ok(Recorded { stream: month, version: done.version })
    }
}
