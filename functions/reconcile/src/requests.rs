//! Requests of operators, as the audit stream records them. Each is carried out once its record arrives, and what came
//! of it is appended to the same stream, under an id that follows from the request. A request that was reported is not
//! carried out again.

use crate::daily::Summary;
use crate::handler::Reconcile;
use crate::outcome::Outcome;
use crate::parts::PIECE;
use crate::ports::Ports;
use crate::recovery::Recovered;
use foldlog::{Clock, EventLog, EventMessage, Metadata, ParkingLot, Subject};
use foldlog_functions::ports::CommandsOn;
use foldlog_lambda::queue::{ReactionError, Reactor};
use shop_domain::audit::{Audit, Command, Event, Reconciliation, Recovery, Redriven};
use shop_domain::values::NoteId;
use std::sync::Arc;

/// The step that identifies the report of a request.
const REPORT: &str = "report";

/// The handler of the requests.
pub struct Requests<P: Ports> {
    pub(crate) reconcile: Arc<Reconcile<P>>,
    pub(crate) commands: CommandsOn<Audit, P>,
}

impl<P: Ports> Reactor for Requests<P> {
    const NAME: &'static str = "reconcile";
    type Log = P::Log;

    fn log(&self) -> &P::Log {
        self.commands.log()
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let request = message.decode()?;
        let metadata @ Metadata { id, .. } = &message.metadata(Self::NAME, REPORT);
        if self.log().find(&message.subject, id, message.time).await?.is_some() {
            return Ok(());
        }
        let reconcile = &self.reconcile;
        let until = reconcile.folds().host().now().after(PIECE);
        let report = match request {
            Event::ParkedRedriven { note } => {
                let outcome = self.redrive(&note).await?;
                Event::RedriveReported { note, outcome }
            }
            Event::LostBatchesRedriven {} => {
                let Recovered { batches, recovered } =
                    reconcile.recover_all(until).await.map_err(ReactionError::Unavailable)?;
                Event::RecoveryReported(Recovery { batches: batches as u64, recovered: recovered as u64 })
            }
            Event::Reconciled {} => {
                let summary = reconcile.reconcile(until, &message.id).await.map_err(ReactionError::Unavailable)?;
                let Summary { streams, advanced, parked, hinted, left } = summary;
                let [streams, advanced, parked, hinted, left] =
                    [streams, advanced, parked, hinted, left].map(|number| number as u64);
                Event::ReconciliationReported(Reconciliation { streams, advanced, parked, hinted, left })
            }
            Event::ParkedDiscarded { note } => return self.discard(&note).await,
            Event::RedriveReported { .. }
            | Event::RecoveryReported(_)
            | Event::ReconciliationReported(_)
            | Event::RebuildRequested { .. }
            | Event::ProjectionFlipped { .. }
            | Event::ProjectionRolledBack { .. }
            | Event::CleanupRequested { .. }
            | Event::VerificationRequested { .. }
            | Event::VerificationReported(_)
            | Event::LogImported { .. }
            | Event::AccountErased { .. } => return Ok(()),
        };
        self.commands.execute(&message.subject, &Command::Record(report), metadata).await?;
        Ok(())
    }
}

impl<P: Ports> Requests<P> {
    async fn redrive(&self, note: &NoteId) -> Result<Redriven, ReactionError> {
        let parked = self.reconcile.folds().parked();
        let Some(note) = parked.note(&subject(note)?).await.map_err(unavailable)? else { return Ok(Redriven::Gone) };
        Ok(match self.reconcile.redrive(&note).await.map_err(ReactionError::Unavailable)? {
            Outcome::Follows(version) => Redriven::Follows(version),
            Outcome::GivenUp => Redriven::GivenUp,
            Outcome::Published => Redriven::Published,
            Outcome::Stuck(error) => {
                tracing::warn!(subject = %note.trouble.subject, error, "it is still stuck");
                Redriven::Stuck
            }
            Outcome::Alarm => Redriven::Stuck,
        })
    }

    /// Removes a lost batch, and then its note. Every other note went with the request.
    async fn discard(&self, note: &NoteId) -> Result<(), ReactionError> {
        let subject = &subject(note)?;
        if !self.reconcile.discard(subject).await.map_err(ReactionError::Unavailable)? {
            return Ok(());
        }
        let parked = self.reconcile.folds().parked();
        if let Some(note) = parked.note(subject).await.map_err(unavailable)? {
            parked.clear(subject, note.trouble.version).await.map_err(unavailable)?;
        }
        Ok(())
    }
}

fn subject(note: &NoteId) -> Result<Subject, ReactionError> {
    note.to_string().parse().map_err(ReactionError::malformed)
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ReactionError {
    ReactionError::Unavailable(error.into())
}
