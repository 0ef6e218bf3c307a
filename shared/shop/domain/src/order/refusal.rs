//! Why an order refuses a command.

use super::{Failure, Loss, MOST_RETURNS};
use crate::values::{Money, Reason, Sku};
use foldlog::RefusalKind;

/// Why an order refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The order does not exist, or belongs to another account.
    #[error("there is no such order")]
    UnknownOrder,
    /// The order is not confirmed yet.
    #[error("the order is not confirmed yet; wait until it is")]
    OrderNotConfirmed,
    /// The order was not shipped yet.
    #[error("the order was not shipped; ship it first")]
    OrderNotShipped,
    /// The order was shipped.
    #[error("the order was shipped and cannot be cancelled any more; send it back when it arrives")]
    OrderShipped,
    /// The order was cancelled.
    #[error("the order was cancelled")]
    OrderCancelled,
    /// The order failed.
    #[error("the order failed ({0}); there is nothing to cancel or ship")]
    OrderFailed(Failure),
    /// The order has lost its payment.
    #[error("the order is not paid: {0}; name another card, or cancel the order")]
    OrderUnpaid(Loss),
    /// Another card is being charged.
    #[error("another card is being charged; wait for its result")]
    CardBeingCharged,
    /// The payment was refunded by hand.
    #[error("the payment was refunded at the payment provider; cancel the order and place another one")]
    PaymentRefunded,
    /// The order owes nothing.
    #[error("the order owes nothing: its payment was not lost")]
    NothingOwed,
    /// The amount was written off.
    #[error("the amount was written off ({0})")]
    PaymentWrittenOff(Reason),
    /// The staff gave no reason.
    #[error("the customer is told why the shop cancels the order; give a reason")]
    NoReason,
    /// Goods were withdrawn, and are being reserved elsewhere.
    #[error("goods of the order are being reserved in another warehouse; wait until they are")]
    ReservationBeingReplaced,
    /// The warehouse holds nothing of the product for the order.
    #[error("the warehouse holds nothing of {0} for the order; look at its shipments")]
    NothingReserved(Sku),
    /// The order was not delivered yet.
    #[error("the order was not delivered yet; take goods back when it has arrived")]
    OrderNotDelivered,
    /// The return has no goods.
    #[error("nothing comes back; name at least one product")]
    NothingReturned,
    /// The order does not have the product.
    #[error("the order has no {0}; name the products that it has")]
    ProductNotBought(Sku),
    /// More would come back than was bought.
    #[error("at most {left} of {sku} can still come back; the others were never bought, or came back before")]
    TooManyReturned {
        /// The product.
        sku: Sku,
        /// The quantity that can still come back.
        left: u64,
    },
    /// The order took goods back too often.
    #[error("an order takes goods back at most {MOST_RETURNS} times; refund the rest at the payment provider")]
    TooManyReturns,
    /// The refund is larger than the goods are worth, or in another currency.
    #[error("these goods are worth {most}; refund at most that")]
    RefundTooLarge {
        /// The value of the goods, with tax.
        most: Money,
    },
    /// The warehouse is closed.
    #[error("the warehouse is closed; bring the goods into another one, or name none")]
    WarehouseClosed,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownOrder) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}
