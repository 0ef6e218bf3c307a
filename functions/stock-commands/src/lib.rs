//! The staff's commands on warehouses and what lies in them. Orders reserve and release through `stock-reactions`.

mod warehouses;

use aws_config::SdkConfig;
use foldlog::write::loaded::replay;
use foldlog::{Clock, Commands, Consistency, Decider, EventLog, Randomness, ReadOptions, StreamName};
use foldlog_dynamo::Log;
use foldlog_lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};
use http::StatusCode;
use shop_api::requests::{AdjustStock, ReceiveStock};
use shop_api::responses::Stock;
use shop_domain::product;
use shop_domain::stock::{self, Command, Stream};
use shop_domain::values::{Sku, WarehouseId};
use warehouses::Warehouses;

/// The handler.
pub struct StockCommands<L, H> {
    stocks: Commands<Stream, L, H>,
    warehouses: Warehouses<L, H>,
}

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Http<StockCommands<Log, SystemHost>>, SettingError> {
    let log = Log::new(aws_sdk_dynamodb::Client::new(aws), settings.text("EVENT_LOG_TABLE")?);
    Ok(Http(StockCommands::new(log, SystemHost)))
}

impl<L: EventLog + Clone, H: Clock + Randomness + Clone> StockCommands<L, H> {
    /// The commands on these ports.
    #[must_use]
    pub fn new(log: L, host: H) -> Self {
        Self { stocks: Commands::new(log.clone(), host.clone()), warehouses: Warehouses::new(log, host) }
    }
}

impl<L, H> HttpHandler for StockCommands<L, H>
where
    L: EventLog + 'static,
    H: Clock + Randomness + 'static,
{
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;
    type Host = H;

    fn host(&self) -> &H {
        self.stocks.host()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        if request.route().starts_with("POST /warehouses") {
            return self.warehouses.answer(request).await;
        }
        let (warehouse, sku): (WarehouseId, Sku) = (request.path("warehouse")?, request.path("sku")?);
        let (command, metadata) = match request.route() {
            "POST /stock/{warehouse}/{sku}/receive" => {
                let (body, metadata) = request.command::<ReceiveStock>()?;
                let intake = self.warehouses.intake(&warehouse).await?;
                (Command::Receive { quantity: body.quantity, delivery_note: body.delivery_note, intake }, metadata)
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
        let done = self.stocks.execute(&stream, &command, &metadata).await?;
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
                &self.stocks.log().load(&stream, ReadOptions::of::<product::Stream>(consistency)).await?,
            )?;
            if product.product().is_some() {
                return Ok(());
            }
        }
        Err(Problem::not_found(&format!("there is no product {sku}; register it first")))
    }
}
