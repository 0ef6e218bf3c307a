//! The projector of the shop's read models ([`foldlog_functions::projector`]) on DynamoDB.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use foldlog::ProjectionEngine;
use foldlog_dynamo::{Log, Parked, Views};
use foldlog_functions::Projector;
use foldlog_lambda::{SettingError, Settings, SystemHost};
use shop_domain::views::read_models;

/// The shop's folds on DynamoDB.
pub type ShopProjections = ProjectionEngine<Log, Views, Parked, SystemHost>;

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Projector<Log, Views, Parked, SystemHost>, SettingError> {
    folds(settings, &Client::new(aws)).map(Projector::new)
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
