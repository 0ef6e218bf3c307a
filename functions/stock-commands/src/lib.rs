//! The staff's commands on warehouses and their stock. Orders reserve and release stock through `stock-reactions`.

mod warehouses;

use foldlog::{Consistency, StreamName, state_of};
use foldlog_functions::Ports;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::requests::{AdjustStock, ReceiveStock};
use shop_api::responses;
use shop_domain::product::Product;
use shop_domain::stock::{Command, Stock};
use shop_domain::values::{Sku, StockId, WarehouseId};
use warehouses::Warehouses;

/// The handler of every stock and warehouse route.
pub struct StockCommands<P: Ports> {
    stocks: CommandsOn<Stock, P>,
    warehouses: Warehouses<P>,
}

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<HttpOn<StockCommands<P>, P>, SettingError> {
    Ok(ports.http(StockCommands { stocks: ports.commands()?, warehouses: Warehouses(ports.commands()?) }))
}

impl<P: Ports> HttpHandler for StockCommands<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

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
        let id = StockId { warehouse, sku };
        let done = self.stocks.execute(&StreamName::of::<Stock>(&id), &command, &metadata).await?;
        let body = responses::Stock::of(&id.warehouse, &id.sku, done.version, &done.state);
        Ok(Response::json(StatusCode::OK, &body)?.etag(done.version))
    }
}

impl<P: Ports> StockCommands<P> {
    /// Only registered products have stock. Products are never removed, so a product that was read once still exists.
    async fn product_exists(&self, sku: &Sku) -> Result<(), Problem> {
        for consistency in [Consistency::Eventual, Consistency::Strong] {
            if state_of::<Product>(self.stocks.log(), sku, consistency).await?.product().is_some() {
                return Ok(());
            }
        }
        Err(Problem::not_found(&format!("there is no product {sku}; register it first")))
    }
}
