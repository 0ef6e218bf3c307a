//! The relay ([`foldlog_functions::relay`]) from the log's stream to EventBridge. What it parks, it parks in DynamoDB.

use aws_config::SdkConfig;
use foldlog_dynamo::Parked;
use foldlog_eventbridge::EventBridgeBus;
use foldlog_functions::Relay;
use foldlog_lambda::lazy::{Lazy, lazy};
use foldlog_lambda::{SettingError, Settings, SystemHost};

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Relay<EventBridgeBus, Lazy<Parked>, SystemHost>, SettingError> {
    let bus = EventBridgeBus::new(aws_sdk_eventbridge::Client::new(aws), settings.text("EVENT_BUS")?);
    let (aws, table) = (aws.clone(), settings.text("PARKED_TABLE")?.to_owned());
    let parked = lazy(move || Parked::new(aws_sdk_dynamodb::Client::new(&aws), table));
    Ok(Relay::new(bus, parked, SystemHost, settings.text("EVENT_SOURCE")?))
}
