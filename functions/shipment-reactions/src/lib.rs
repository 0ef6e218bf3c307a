//! The shipment's reactions to the intents of fulfilment: with `shipment-commands` the only writer of `shipment-…`.

use foldlog::{EventLog, Version};
use foldlog_functions::owner::{Asked, OwnersReactions};
use foldlog_functions::{Intents, OwnersReactor, Ports};
use foldlog_lambda::queue::ReactionError;
use foldlog_lambda::{SettingError, Settings};
use shop_domain::fulfilment::{Event, Fulfilment, REACTION, Request, request_of};
use shop_domain::shipment::Shipment;
use shop_domain::values::{OrderId, ShipmentId};

/// The intents of fulfilment that shipments answer.
pub struct OfShipments;

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<OwnersReactions<P, OfShipments>, SettingError> {
    OwnersReactor::function(ports)
}

impl Intents for OfShipments {
    const NAME: &'static str = "shipment-reactions";
    const STEP: &'static str = REACTION;
    type Asker = Fulfilment;
    type Owner = Shipment;

    async fn command(
        _: &impl EventLog,
        order: &OrderId,
        _: Version,
        event: Event,
    ) -> Result<Option<Asked<Shipment>>, ReactionError> {
        let Some(Request::Shipment { warehouse, command }) = request_of(order, event) else { return Ok(None) };
        Ok(Some(Asked::of(ShipmentId::of(order, &warehouse), command)))
    }
}
