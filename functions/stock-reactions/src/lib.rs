//! The stock's reactions to the intents of fulfilment: with `stock-commands` the only writer of `stock-…`.
//!
//! An intent that closes a reservation names it. What it holds stands in the log, so the command is completed from there
//! before it is decided: two requests, at any age. A release or dispatch of a reservation that the log does not hold, or
//! that was closed the other way, is parked, and the stock stays as it is. No process asks for that.

use foldlog::{Commands, Digest, EventLog, StreamName, Timestamp, Version};
use foldlog_functions::owner::{Asked, OwnersReactions};
use foldlog_functions::{Intents, OwnersReactor, Ports};
use foldlog_lambda::queue::ReactionError;
use foldlog_lambda::{SettingError, Settings};
use shop_domain::fulfilment::{Event, Fulfilment, REACTION, Request, StockRequest, closed_by, reaction_to, request_of};
use shop_domain::stock::{self, Command, Held, Stock};
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

    async fn command(
        log: &impl EventLog,
        order: &OrderId,
        version: Version,
        event: Event,
    ) -> Result<Option<Asked<Stock>>, ReactionError> {
        let Some(Request::Stock { warehouse, sku, request }) = request_of(order, event) else { return Ok(None) };
        let (stock, order) = (StockId { warehouse, sku }, order.clone());
        Ok(Some(match request {
            StockRequest::Reserve(quantity) => {
                Asked::of(stock, Command::Reserve { order, reservation: version, quantity })
            }
            StockRequest::TakeBack { number, quantity } => {
                Asked::of(stock, Command::TakeBack { order, number, quantity })
            }
            StockRequest::Release(None) => Asked::of(stock, Command::Release { order, held: Held::Unnamed }),
            StockRequest::Dispatch(None) => Asked::of(stock, Command::Dispatch { order, held: Held::Unnamed }),
            StockRequest::Release(Some(reservation)) => {
                let (id, held) = (closed_by(&order, reservation), held(log, &stock, &order, reservation).await?);
                Asked::of(stock, Command::Release { order, held }).once(id, content("release")?)
            }
            StockRequest::Dispatch(Some(reservation)) => {
                let (id, held) = (closed_by(&order, reservation), held(log, &stock, &order, reservation).await?);
                Asked::of(stock, Command::Dispatch { order, held }).once(id, content("dispatch")?)
            }
        }))
    }
}

/// What a reservation holds, as the commit says that made it: found by its marker, however many followed.
async fn held(
    log: &impl EventLog,
    stock: &StockId,
    order: &OrderId,
    reservation: Version,
) -> Result<Held, ReactionError> {
    let stream = StreamName::of::<Stock>(stock);
    let made = log.find(&stream, &reaction_to(order, reservation), Timestamp(i64::MIN)).await?;
    let events: Vec<stock::Event> = made.map(|commit| commit.events.decode()).transpose()?.unwrap_or_default();
    let none = || ReactionError::malformed(format!("{stream} holds nothing for version {reservation} of {order}"));
    events.iter().find_map(stock::Event::held).ok_or_else(none)
}

/// What tells one way of closing from the other. Both have one id, so the later one of two is refused.
fn content(close: &str) -> Result<Digest, ReactionError> {
    Digest::of(&close).map_err(ReactionError::malformed)
}
