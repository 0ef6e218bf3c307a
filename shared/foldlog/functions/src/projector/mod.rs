//! The projector: brings the row of every stream that moved up to date, in every read model that follows it.

mod batch;
mod tampering;

pub use batch::TAMPERING;

use crate::ports::{Ports, ProjectionsOn};
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use batch::{Batch, Moved};
use foldlog::Hint;
use foldlog_lambda::stream::{answer, records};
use foldlog_lambda::{Error, Function, metrics};

/// The handler.
pub struct Projector<P: Ports>(ProjectionsOn<P>);

impl<P: Ports> Projector<P> {
    /// The projector of these folds.
    pub const fn new(folds: ProjectionsOn<P>) -> Self {
        Self(folds)
    }

    /// The folds.
    pub const fn folds(&self) -> &ProjectionsOn<P> {
        &self.0
    }
}

impl<P: Ports> Function for Projector<P> {
    type Event = Event;
    type Answer = DynamoDbEventResponse;

    /// Follows each stream of the batch by itself. What failed for a reason that may pass is delivered again, from its
    /// first record on; what cannot be folded is parked, and holds up nothing else. It parks
    /// a note where the log's items were changed or removed.
    async fn call(&self, event: Event) -> Result<DynamoDbEventResponse, Error> {
        let Batch { moved, tampered } = Batch::of(records(event));
        let (hints, firsts): (Vec<Hint>, Vec<_>) = moved.into_iter().map(|Moved { hint, first }| (hint, first)).unzip();
        let followed = self.0.follow(&hints).await;
        for trouble in &followed.troubles {
            tracing::error!(subject = %trouble.subject, version = %trouble.version, class = %trouble.class, trouble.error, "a stream was not followed");
        }
        let unnoted = tampering::note(&tampered, self.0.parked(), self.0.host()).await;
        metrics::followed(&followed.folds);
        let failed = followed.failed.iter().filter_map(|position| firsts.get(*position)).chain(unnoted);
        let first = failed.min_by_key(|first| first.index);
        Ok(answer(first.map(|first| first.sequence_number.as_str())))
    }
}
