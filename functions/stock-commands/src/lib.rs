//! The staff's commands on stock. Orders reserve and release through `stock-reactions`.

use api::requests::{AdjustStock, ReceiveStock};
use api::responses::Stock;
use aws_config::SdkConfig;
use domain::product;
use domain::stock::{self, Command, Stream};
use domain::values::{Sku, WarehouseId};
use dynamo::Log;
use eventsourcing::decider::replay;
use eventsourcing::{Clock, Commands, Consistency, Decider, EventLog, Randomness, Reading, StreamName};
use http::StatusCode;
use lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};

/// The handler.
pub struct StockCommands<L, H>(Commands<Stream, L, H>);

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Http<StockCommands<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Http(StockCommands::new(log, SystemHost)))
}

impl<L: EventLog, H: Clock + Randomness> StockCommands<L, H> {
    /// The commands on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self(Commands::new(log, host))
    }
}

impl<L, H> HttpHandler for StockCommands<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    type Host = H;

    fn host(&self) -> &H {
        self.0.host()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let (warehouse, sku): (WarehouseId, Sku) = (request.path("warehouse")?, request.path("sku")?);
        let (command, metadata) = match request.route() {
            "POST /stock/{warehouse}/{sku}/receive" => {
                let (body, metadata) = request.command::<ReceiveStock>()?;
                (Command::Receive { quantity: body.quantity, delivery_note: body.delivery_note }, metadata)
            }
            "POST /stock/{warehouse}/{sku}/adjust" => {
                let (body, metadata) = request.command::<AdjustStock>()?;
                let cause = body.cause.unwrap_or_default();
                (Command::Adjust { on_hand: body.on_hand, cause, reason: body.reason }, metadata)
            }
            route => return Err(Problem::not_found(&format!("there is no route {route}"))),
        };
        self.product_exists(&sku).await?;
        let stream = stock::stream(&warehouse, &sku).map_err(|error| Problem::internal(&error))?;
        let done = self.0.execute(&stream, &command, &metadata).await?;
        let body = Stock::of(&warehouse, &sku, done.version, &done.state);
        Ok(Response::json(StatusCode::OK, &body)?.etag(done.version))
    }
}

impl<L: EventLog, H: Clock + Randomness> StockCommands<L, H> {
    /// Stock is kept of registered products alone. Products are never removed, so one that is seen, exists.
    async fn product_exists(&self, sku: &Sku) -> Result<(), Problem> {
        let stream =
            StreamName::new(product::Stream::CATEGORY, sku.as_str()).map_err(|error| Problem::internal(&error))?;
        for consistency in [Consistency::Eventual, Consistency::Strong] {
            let product = replay::<product::Stream>(
                &self.0.log().load(&stream, Reading::of::<product::Stream>(consistency)).await?,
            )?;
            if product.product().is_some() {
                return Ok(());
            }
        }
        Err(Problem::not_found(&format!("there is no product {sku}; register it first")))
    }
}
