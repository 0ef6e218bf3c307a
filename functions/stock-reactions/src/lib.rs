//! The stock's reactions to the intents of fulfilment: with `stock-commands` the only writer of `stock-…`.

use aws_config::SdkConfig;
use domain::fulfilment::{Event, REACTION};
use domain::stock::{self, Command, Stream};
use domain::values::{OrderId, Sku, WarehouseId};
use dynamo::{Log, Parked};
use eventsourcing::{Clock, Commands, EventLog, Notice, Randomness};
use lambda::queue::{Reactions, Reactor, Unreacted};
use lambda::{SettingError, Settings, SystemHost};

/// The handler.
pub struct StockReactions<L, H>(Commands<Stream, L, H>);

/// The deployed function.
pub fn function(
    settings: &Settings,
    aws: &SdkConfig,
) -> Result<Reactions<StockReactions<Log, SystemHost>, Parked, SystemHost>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let log = log.with_markers(settings.text("MARKERS_TABLE")?);
    let parked = Parked::new(client, settings.text("PARKED_TABLE")?);
    Ok(Reactions::new(StockReactions::new(log, SystemHost), parked, SystemHost))
}

impl<L: EventLog, H: Clock + Randomness> StockReactions<L, H> {
    /// The reactions on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self(Commands::new(log, host))
    }
}

impl<L, H> Reactor for StockReactions<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const NAME: &'static str = "stock-reactions";
    type Log = L;

    fn log(&self) -> &L {
        self.0.log()
    }

    async fn react(&self, notice: &Notice) -> Result<(), Unreacted> {
        let Some((warehouse, sku, command)) = command(notice)? else { return Ok(()) };
        let stream = stock::stream(&warehouse, &sku)?;
        let metadata = notice.metadata(Self::NAME, REACTION);
        self.0.execute(&stream, &command, &metadata).await?;
        Ok(())
    }
}

/// What an intent asks of which stock.
fn command(notice: &Notice) -> Result<Option<(WarehouseId, Sku, Command)>, Unreacted> {
    let order: OrderId = notice.subject.id().parse().map_err(Unreacted::malformed)?;
    Ok(match notice.decode::<Event>()? {
        Event::ReservationRequested { warehouse, sku, quantity } => {
            Some((warehouse, sku, Command::Reserve { order, quantity }))
        }
        Event::ReservationReleaseRequested { warehouse, sku } => Some((warehouse, sku, Command::Release { order })),
        Event::StockDispatchRequested { warehouse, sku } => Some((warehouse, sku, Command::Dispatch { order })),
        Event::OrderPlacementRequested(_)
        | Event::PlacementNoted { .. }
        | Event::ReservationNoted { .. }
        | Event::RejectionNoted { .. }
        | Event::ReleaseNoted { .. }
        | Event::StockDispatchNoted { .. }
        | Event::PaymentRequested(_)
        | Event::AuthorisationNoted {}
        | Event::DeclineNoted {}
        | Event::PaymentCaptureRequested {}
        | Event::CaptureNoted {}
        | Event::CaptureFailureNoted {}
        | Event::PaymentVoidRequested {}
        | Event::VoidNoted {}
        | Event::PaymentRefundRequested {}
        | Event::RefundNoted {}
        | Event::ConfirmationRequested {}
        | Event::ConfirmationNoted {}
        | Event::InvoiceRequested(_)
        | Event::InvoiceNoted {}
        | Event::InvoiceSettlementRequested {}
        | Event::InvoiceSettlementNoted {}
        | Event::InvoiceCreditRequested {}
        | Event::InvoiceCreditNoted {}
        | Event::ShipmentRequested(_)
        | Event::ShipmentNoted { .. }
        | Event::ShippingNoted { .. }
        | Event::ShipmentDispatchRequested { .. }
        | Event::ShipmentDispatchNoted { .. }
        | Event::ShipmentDeliveryNoted { .. }
        | Event::ShipmentCancellationRequested { .. }
        | Event::ShipmentCancellationNoted { .. }
        | Event::OrderDeliveryRequested {}
        | Event::OrderDeliveryNoted {}
        | Event::FailureRequested { .. }
        | Event::FailureNoted {}
        | Event::CancellationNoted {}
        | Event::DeadlineSet { .. }
        | Event::DeadlinePassed { .. } => None,
    })
}
