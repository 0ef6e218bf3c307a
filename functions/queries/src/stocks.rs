//! The stock of warehouses, and the shipments that leave them.

use crate::Queries;

use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::responses::{Stock, StockOfProduct};
use shop_domain::values::{OrderId, ShipmentId, Sku};
use shop_domain::views::{shipment, stock};

impl<P: KeyPorts> Queries<P> {
    /// `GET /products/{sku}/stock`: the stock of a product in every warehouse that has or had it.
    pub(crate) async fn stock(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&[])?;
        let sku: Sku = request.path("sku")?;
        let stocks = self.stocks(&sku).await?;
        if stocks.is_empty() {
            return Err(Problem::not_found(&format!("no warehouse has had {sku}")));
        }
        let sum = |part: fn(&Stock) -> u64| stocks.iter().map(part).sum::<u64>();
        let body = StockOfProduct {
            sku,
            on_hand: sum(|stock| stock.on_hand),
            reserved: sum(|stock| stock.reserved),
            available: sum(|stock| stock.available),
            warehouses: stocks,
        };
        Response::json(StatusCode::OK, &body)
    }

    /// The quantity of a product that is still available in all warehouses together.
    pub(crate) async fn available(&self, sku: &Sku) -> Result<u64, Problem> {
        Ok(self.stocks(sku).await?.iter().map(|stock| stock.available).sum())
    }

    async fn stocks(&self, sku: &Sku) -> Result<Vec<Stock>, Problem> {
        let rows = self.by_warehouse::<stock::View>(stock::BY_PRODUCT, sku.as_str()).await?;
        let stock = |(version, of): &(_, stock::Document)| Stock::of(&of.warehouse, &of.sku, *version, &of.state);
        Ok(rows.iter().map(stock).collect())
    }

    /// The shipments of an order.
    pub(crate) async fn shipments(&self, order: &OrderId) -> Result<Vec<ShipmentId>, Problem> {
        let rows = self.by_warehouse::<shipment::View>(shipment::BY_ORDER, order.as_str()).await?;
        Ok(rows.into_iter().map(|(_, document)| document.id).collect())
    }
}
