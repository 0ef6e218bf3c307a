//! The sales projector: adds each order that moved to the totals of its days, whatever its queue delivers.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use domain::views::sales;
use dynamo::{Ledger, Log, Parked};
use eventsourcing::Tally;
use lambda::queue::Hints;
use lambda::{SettingError, Settings, SystemHost};

/// The shop's sales on DynamoDB.
pub type Sales = Tally<Log, Ledger, Parked, SystemHost>;

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Hints<Log, Ledger, Parked, SystemHost>, SettingError> {
    tally(settings, &Client::new(aws)).map(Hints)
}

/// The shop's sales on the tables that the settings name.
pub fn tally(settings: &Settings, client: &Client) -> Result<Sales, SettingError> {
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let parked = Parked::new(client.clone(), settings.text("PARKED_TABLE")?);
    Ok(Tally::new(log, ledger(settings, client)?, parked, SystemHost, sales::totals()))
}

/// The totals of the shop's sales on the tables that the settings name.
pub fn ledger(settings: &Settings, client: &Client) -> Result<Ledger, SettingError> {
    let (rows, checkpoints) = (settings.text("SALES_VIEW")?, settings.text("SALES_CHECKPOINTS")?);
    Ok(Ledger::new(client.clone(), rows, checkpoints, settings.text("GENERATIONS_TABLE")?))
}
