//! The projector: brings the row of every stream that moved up to date, in every read model that follows it.

mod batch;
pub mod tampering;

use crate::batch::{Batch, Moved};
use aws_config::SdkConfig;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use aws_sdk_dynamodb::Client;
use foldlog::{Clock, EventLog, Hint, ParkingLot, ProjectionEngine};
use foldlog_dynamo::{Log, Parked, Views};
use foldlog_lambda::stream::{answer, records};
use foldlog_lambda::{Error, Function, SettingError, Settings, SystemHost, metrics};
use shop_domain::views::read_models;

/// The shop's folds on DynamoDB.
pub type ShopProjections = ProjectionEngine<Log, Views, Parked, SystemHost>;

/// The handler.
pub struct Projector<L, V, P, H>(ProjectionEngine<L, V, P, H>);

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Projector<Log, Views, Parked, SystemHost>, SettingError> {
    folds(settings, &Client::new(aws)).map(Projector)
}

/// The shop's folds on the tables that the settings name.
pub fn folds(settings: &Settings, client: &Client) -> Result<ShopProjections, SettingError> {
    let views = views(settings, client)?;
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let parked = Parked::new(client.clone(), settings.text("PARKED_TABLE")?);
    Ok(ProjectionEngine::new(log, views, parked, SystemHost, read_models().views))
}

/// The shop's views on the tables that the settings name.
pub fn views(settings: &Settings, client: &Client) -> Result<Views, SettingError> {
    let none = Views::new(client.clone(), settings.text("GENERATIONS_TABLE")?);
    read_models().partitions().into_iter().try_fold(none, |views, (view, partitions)| {
        let table = settings.text(&format!("{}_VIEW", view.to_uppercase()))?;
        Ok(views.with(view, table, partitions))
    })
}

impl<L, V, P, H> Projector<L, V, P, H> {
    /// The projector of these folds.
    pub const fn new(folds: ProjectionEngine<L, V, P, H>) -> Self {
        Self(folds)
    }

    /// The folds.
    pub const fn folds(&self) -> &ProjectionEngine<L, V, P, H> {
        &self.0
    }
}

impl<L, V, P, H> Function for Projector<L, V, P, H>
where
    L: EventLog + 'static,
    V: foldlog::Views + 'static,
    P: ParkingLot + 'static,
    H: Clock + 'static,
{
    type Event = Event;
    type Answer = DynamoDbEventResponse;

    /// Follows each stream of the batch by itself. What failed for a reason that may pass is delivered again, from its
    /// first record on; what cannot be folded is parked, and holds up nothing else. Of what nobody may do to the log, a
    /// note is left.
    async fn call(&self, event: Event) -> Result<DynamoDbEventResponse, Error> {
        let Batch { moved, tampered } = Batch::of(records(event));
        let (hints, firsts): (Vec<Hint>, Vec<_>) = moved.into_iter().map(|Moved { hint, first }| (hint, first)).unzip();
        let followed = self.0.follow(&hints).await;
        for trouble in &followed.troubles {
            tracing::error!(subject = %trouble.subject, version = %trouble.version, class = %trouble.class, trouble.error, "a stream was not followed");
        }
        let unnoted = tampering::note(&tampered, self.0.parked(), self.0.host()).await;
        metrics::followed(&followed.folds);
        metrics::tampered(tampered.len());
        let failed = followed.failed.iter().filter_map(|position| firsts.get(*position)).chain(unnoted);
        let first = failed.min_by_key(|first| first.index);
        Ok(answer(first.map(|first| first.sequence_number.as_str())))
    }
}
