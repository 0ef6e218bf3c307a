//! The invoice's reactions to the intents of fulfilment: the only writer of `invoice-…`.

use foldlog::{EventLog, Version};
use foldlog_functions::owner::{Asked, OwnersReactions};
use foldlog_functions::{Intents, OwnersReactor, Ports};
use foldlog_lambda::queue::ReactionError;
use foldlog_lambda::{SettingError, Settings};
use shop_domain::fulfilment::{Event, Fulfilment, REACTION, Request, request_of};
use shop_domain::invoice::Invoice;
use shop_domain::values::OrderId;

/// The intents of fulfilment that invoices answer.
pub struct OfInvoices;

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<OwnersReactions<P, OfInvoices>, SettingError> {
    OwnersReactor::function(ports)
}

impl Intents for OfInvoices {
    const NAME: &'static str = "invoice-reactions";
    const STEP: &'static str = REACTION;
    type Asker = Fulfilment;
    type Owner = Invoice;

    async fn command(
        _: &impl EventLog,
        order: &OrderId,
        _: Version,
        event: Event,
    ) -> Result<Option<Asked<Invoice>>, ReactionError> {
        let Some(Request::Invoice(command)) = request_of(order, event) else { return Ok(None) };
        Ok(Some(Asked::of(order.clone(), command)))
    }
}
