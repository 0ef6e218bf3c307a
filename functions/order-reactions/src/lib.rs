//! The order's reactions to the intents of fulfilment: with `order-commands` the only writer of `order-…`.

use foldlog::{Consistency, EventLog, Version, state_of};
use foldlog_functions::owner::{Asked, OwnersReactions};
use foldlog_functions::{Intents, OwnersReactor, Ports};
use foldlog_lambda::queue::ReactionError;
use foldlog_lambda::{SettingError, Settings};
use shop_domain::account::Account;
use shop_domain::fulfilment::{Event, Fulfilment, REACTION, Request, request_of};
use shop_domain::order::{Command, Order};
use shop_domain::values::OrderId;

/// The intents of fulfilment that orders answer.
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
        _: Version,
        event: Event,
    ) -> Result<Option<Asked<Order>>, ReactionError> {
        let command = match request_of(order, event) {
            Some(Request::Placement(placement)) => {
                // Read strongly: a suspended account must not buy.
                let account = state_of::<Account>(log, &placement.account, Consistency::Strong).await?;
                Command::Place { account: account.means(&placement), placement }
            }
            Some(Request::Order(command)) => command,
            Some(Request::Stock { .. } | Request::Payment { .. } | Request::Invoice(_) | Request::Shipment { .. })
            | None => return Ok(None),
        };
        Ok(Some(Asked::of(order.clone(), command)))
    }
}
