//! The stock's reactions to the intents of fulfilment: with `stock-commands` the only writer of `stock-…`.

use foldlog::{Commands, EventLog};
use foldlog_functions::owner::{Asked, OwnersReactions};
use foldlog_functions::{Intents, OwnersReactor, Ports};
use foldlog_lambda::queue::ReactionError;
use foldlog_lambda::{SettingError, Settings};
use shop_domain::fulfilment::{Event, Fulfilment, REACTION, Request, request_of};
use shop_domain::stock::Stock;
use shop_domain::values::{OrderId, StockId};

/// The intents of fulfilment that stocks answer.
pub struct OfStocks;

/// The function. Many orders react on one stock, so its log has a marker for each reaction.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<OwnersReactions<P, OfStocks>, SettingError> {
    ports.reactions(OwnersReactor::new(Commands::new(ports.marked_log()?, ports.host())))
}

impl Intents for OfStocks {
    const NAME: &'static str = "stock-reactions";
    const STEP: &'static str = REACTION;
    type Asker = Fulfilment;
    type Owner = Stock;

    async fn command(_: &impl EventLog, order: &OrderId, event: Event) -> Result<Option<Asked<Stock>>, ReactionError> {
        let Some(Request::Stock { warehouse, sku, command }) = request_of(order, event) else { return Ok(None) };
        Ok(Some((StockId { warehouse, sku }, command)))
    }
}
