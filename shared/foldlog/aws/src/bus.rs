//! The bus of EventBridge.

use crate::OnAws;
use aws_sdk_eventbridge::Client;
use foldlog_eventbridge::EventBridgeBus;
use foldlog_functions::BusPorts;
use foldlog_lambda::lazy::lazy;
use foldlog_lambda::{Lazy, SettingError};
use std::sync::LazyLock;

impl BusPorts for OnAws {
    type Bus = Lazy<EventBridgeBus>;

    /// Its client is made at once.
    fn bus(&self) -> Result<Lazy<EventBridgeBus>, SettingError> {
        let bus = self.seldom_bus()?;
        LazyLock::force(&bus);
        Ok(bus)
    }

    fn seldom_bus(&self) -> Result<Lazy<EventBridgeBus>, SettingError> {
        let (aws, name) = (self.aws.clone(), self.text("EVENT_BUS")?.to_owned());
        Ok(lazy(move || EventBridgeBus::new(Client::new(&aws), name)))
    }
}
