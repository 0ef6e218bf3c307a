//! The shop's folds together: one stream at a time, each fold by itself.

use aws_config::SdkConfig;
use domain::views::{PARTITIONS, subscriptions};
use dynamo::{Log, Parked, Views};
use eventsourcing::advance::AdvanceError;
use eventsourcing::parked::Parked as Note;
use eventsourcing::views::Generation;
use eventsourcing::{
    Advanced, Clock, Commit, EventLog, LogError, ParkingLot, StreamName, Subscription, Version, ViewError, advance,
};
use lambda::{SettingError, Settings, SystemHost};

/// Every fold of the shop, and what they stand on.
pub struct Folds<L, V, P, H> {
    log: L,
    views: V,
    parked: P,
    host: H,
    subscriptions: Vec<Box<dyn Subscription>>,
}

/// What following a stream came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many rows were written.
    pub advanced: usize,
    /// How many folds could not follow and left a note.
    pub parked: usize,
}

/// Why a stream could not be followed for now.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The log or a row could not be read or written.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// The note about a parked stream could not be left.
    #[error(transparent)]
    Note(#[from] ViewError),
}

impl Folds<Log, Views, Parked, SystemHost> {
    /// The shop's folds on the tables that the settings name.
    pub fn deployed(settings: &Settings, aws: &SdkConfig) -> Result<Self, SettingError> {
        let client = aws_sdk_dynamodb::Client::new(aws);
        let views = PARTITIONS.iter().try_fold(Views::new(client.clone()), |views, (view, partitions)| {
            let table = settings.text(&format!("{}_VIEW", view.to_uppercase()))?;
            Ok(views.with(view, table, partitions))
        })?;
        Ok(Self {
            log: Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?),
            views,
            parked: Parked::new(client, settings.text("PARKED_TABLE")?),
            host: SystemHost,
            subscriptions: subscriptions(),
        })
    }
}

impl<L: EventLog, V: eventsourcing::Views, P: ParkingLot, H: Clock> Folds<L, V, P, H> {
    /// Brings every fold of a stream at least to version `target`; `hinted` are commits of it, ascending.
    ///
    /// A fold that cannot follow leaves a note, and the others go on. The first failure that may pass is returned when
    /// all have been tried.
    pub async fn follow(
        &self,
        stream: &StreamName,
        hinted: &[Commit],
        target: Version,
    ) -> Result<Outcome, FollowError> {
        let mut outcome = Outcome::default();
        let mut failed = None;
        for subscription in self.subscriptions.iter().filter(|subscription| subscription.follows(stream.category())) {
            match self.advance(subscription.as_ref(), stream, hinted, target).await {
                Ok(Advanced::Already) => {}
                Ok(Advanced::To(_)) => outcome.advanced += 1,
                Ok(Advanced::Stuck { .. }) => outcome.parked += 1,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(outcome), Err)
    }

    async fn advance(
        &self,
        subscription: &dyn Subscription,
        stream: &StreamName,
        hinted: &[Commit],
        target: Version,
    ) -> Result<Advanced, FollowError> {
        let generation = Generation::FIRST;
        let advanced = match advance(&self.log, &self.views, subscription, generation, stream, hinted, target).await {
            Err(AdvanceError::Log(LogError::Corrupt { version, reason, .. })) => {
                Advanced::Stuck { version, error: reason }
            }
            advanced => advanced?,
        };
        if let Advanced::Stuck { version, error } = &advanced {
            tracing::error!(subscription = subscription.name(), %stream, %version, error, "a stream is parked");
            let note = Note {
                subscription: subscription.name().to_owned(),
                stream: stream.clone(),
                version: *version,
                error: error.clone(),
                noticed_at: self.host.now(),
            };
            self.parked.park(generation, &note).await?;
        }
        Ok(advanced)
    }
}
