//! The order's reactions to the intents of fulfilment: with `order-commands` the only writer of `order-…`.

use foldlog::write::loaded::replay;
use foldlog::{Consistency, EventLog, ReadOptions, StreamName};
use foldlog_functions::owner::{Asked, OwnersReactions};
use foldlog_functions::{Intents, OwnersReactor, Ports};
use foldlog_lambda::queue::ReactionError;
use foldlog_lambda::{SettingError, Settings};
use shop_domain::account;
use shop_domain::fulfilment::{Event, Fulfilment, REACTION, Request, request_of};
use shop_domain::order::{Command, Order};
use shop_domain::values::{AccountId, OrderId};

/// What fulfilment asks of orders.
pub struct OfOrders;

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<OwnersReactions<P, OfOrders>, SettingError> {
    OwnersReactor::function(ports)
}

impl Intents for OfOrders {
    const NAME: &'static str = "order-reactions";
    const STEP: &'static str = REACTION;
    type Asker = Fulfilment;
    type Owner = Order;

    async fn command(
        log: &impl EventLog,
        order: &OrderId,
        event: Event,
    ) -> Result<Option<Asked<Order>>, ReactionError> {
        let command = match request_of(order, event) {
            Some(Request::Placement(placement)) => {
                let account = buyer(log, &placement.account).await?.means(&placement);
                Command::Place { placement, account }
            }
            Some(Request::Order(command)) => command,
            Some(Request::Stock { .. } | Request::Payment(_) | Request::Invoice(_) | Request::Shipment { .. })
            | None => return Ok(None),
        };
        Ok(Some((order.clone(), command)))
    }
}

/// The account that buys, as its own stream has it now: read strongly, since one that was suspended must not buy.
async fn buyer(log: &impl EventLog, id: &AccountId) -> Result<account::State, ReactionError> {
    let stream = StreamName::of::<account::Account>(id);
    let reading = ReadOptions::of::<account::Account>(Consistency::Strong);
    Ok(replay::<account::Account>(&log.load(&stream, reading).await?)?)
}
