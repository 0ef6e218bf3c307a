//! The sales projector: adds each order that moved to the totals of its days, whatever its queue delivers.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use foldlog::TotalsEngine;
use foldlog_dynamo::{Log, Parked, TotalsStore};
use foldlog_lambda::queue::Hints;
use foldlog_lambda::{SettingError, Settings, SystemHost};
use shop_domain::views::read_models;

/// The shop's sales on DynamoDB.
pub type Sales = TotalsEngine<Log, TotalsStore, Parked, SystemHost>;

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Hints<Log, TotalsStore, Parked, SystemHost>, SettingError> {
    tally(settings, &Client::new(aws)).map(Hints)
}

/// The shop's sales on the tables that the settings name.
pub fn tally(settings: &Settings, client: &Client) -> Result<Sales, SettingError> {
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let parked = Parked::new(client.clone(), settings.text("PARKED_TABLE")?);
    Ok(TotalsEngine::new(log, totals_store(settings, client)?, parked, SystemHost, read_models().totals))
}

/// The totals of the shop's sales on the tables that the settings name.
pub fn totals_store(settings: &Settings, client: &Client) -> Result<TotalsStore, SettingError> {
    let (rows, checkpoints) = (settings.text("SALES_VIEW")?, settings.text("SALES_CHECKPOINTS")?);
    Ok(TotalsStore::new(client.clone(), rows, checkpoints, settings.text("GENERATIONS_TABLE")?))
}
