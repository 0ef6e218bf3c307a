//! The ports of functions on AWS: the log, the views, the totals and the notes in DynamoDB, and, with the feature `bus`,
//! the bus of EventBridge, with the feature `secrets` those of Secrets Manager, with the feature `keys` those of KMS.
//! Settings name the tables:
//!
//! | setting | the table of |
//! |---|---|
//! | `EVENT_LOG_TABLE` | the log |
//! | `MARKERS_TABLE` | the markers of reactions, for the log that has them |
//! | `GENERATIONS_TABLE` | the generations of all views and totals |
//! | `<NAME>_VIEW` | the rows of a view, or of totals |
//! | `<NAME>_CHECKPOINTS` | how far each stream is added to totals |
//! | `PARKED_TABLE` | the notes about what cannot be followed |
//! | `KEYS_TABLE` | the wrapped keys of personal data |
//!
//! `EVENT_BUS` names the bus, `KEY_OF_KEYS` the ARN of the KMS key that wraps the keys. Each answer of DynamoDB tells the
//! host how right its clock is.

#[cfg(feature = "bus")]
mod bus;
mod clock;
#[cfg(feature = "keys")]
mod keys;
#[cfg(feature = "secrets")]
mod secrets;

#[cfg(feature = "keys")]
pub use keys::Kms;
#[cfg(feature = "secrets")]
pub use secrets::SecretsManager;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use clock::StoreClock;
use foldlog_dynamo::{Log, Parked, TotalsStore, Views};
use foldlog_functions::Ports;
use foldlog_functions::ports::Indexed;
use foldlog_lambda::lazy::lazy;
use foldlog_lambda::{Error, Function, Lazy, SettingError, Settings, SystemHost};
use std::sync::Arc;

/// The ports of one function.
pub struct OnAws {
    settings: Settings,
    aws: SdkConfig,
    /// Made once, when the first table is asked for.
    database: Arc<Lazy<Client>>,
}

/// Runs a function in Lambda until the environment ends.
pub async fn run<F: Function>(build: fn(&OnAws, &Settings) -> Result<F, SettingError>) -> Result<(), Error> {
    foldlog_lambda::run(|settings, aws| build(&OnAws::new(settings, aws), settings)).await
}

impl OnAws {
    /// The ports that a function's settings name.
    #[must_use]
    pub fn new(settings: &Settings, aws: &SdkConfig) -> Self {
        let of = aws.clone();
        let database = Arc::new(lazy(move || Client::from_conf(Builder::from(&of).interceptor(StoreClock).build())));
        Self { settings: settings.clone(), aws: aws.clone(), database }
    }

    /// What else a function has clients of is connected to this.
    #[must_use]
    pub const fn aws(&self) -> &SdkConfig {
        &self.aws
    }

    fn database(&self) -> Client {
        Client::clone(&self.database)
    }

    fn text(&self, name: &str) -> Result<&str, SettingError> {
        self.settings.text(name)
    }

    fn of(&self, name: &str, table: &str) -> Result<&str, SettingError> {
        self.text(&format!("{}_{table}", name.to_uppercase()))
    }
}

impl Ports for OnAws {
    type Log = Log;
    type Views = Views;
    type TotalsStore = TotalsStore;
    type ParkingLot = Lazy<Parked>;
    type Host = SystemHost;

    fn log(&self) -> Result<Log, SettingError> {
        Ok(Log::new(self.database(), self.text("EVENT_LOG_TABLE")?))
    }

    fn marked_log(&self) -> Result<Log, SettingError> {
        Ok(self.log()?.with_markers(self.text("MARKERS_TABLE")?))
    }

    fn views(&self, of: impl IntoIterator<Item = Indexed>) -> Result<Views, SettingError> {
        let none = Views::new(self.database(), self.text("GENERATIONS_TABLE")?);
        of.into_iter()
            .try_fold(none, |views, (view, partitions)| Ok(views.with(view, self.of(view, "VIEW")?, partitions)))
    }

    fn totals_store(&self, totals: &str) -> Result<TotalsStore, SettingError> {
        let (rows, checkpoints) = (self.of(totals, "VIEW")?, self.of(totals, "CHECKPOINTS")?);
        Ok(TotalsStore::new(self.database(), rows, checkpoints, self.text("GENERATIONS_TABLE")?))
    }

    fn checkpoints(&self, totals: &str) -> Result<Views, SettingError> {
        let none = Views::new(self.database(), self.text("GENERATIONS_TABLE")?);
        Ok(none.with(totals, self.of(totals, "CHECKPOINTS")?, &[]))
    }

    /// Made when the first note is read or written: the relay does so seldom, and has no other use for the database.
    fn parked(&self) -> Result<Lazy<Parked>, SettingError> {
        let (database, table) = (self.database.clone(), self.text("PARKED_TABLE")?.to_owned());
        Ok(lazy(move || Parked::new(Client::clone(&database), table)))
    }

    fn host(&self) -> SystemHost {
        SystemHost
    }
}
