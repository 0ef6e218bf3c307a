//! The queries: what the read models show and, for operators, what the log itself says. They append nothing.
//!
//! **The past.** `version`, `at` and `min_version` exclude each other. The past leaves out what a document shows of
//! other streams, such as the shipments of an order or the available quantity of a product: read now, those would be
//! wrong for then. `GET /stock/{sku}` follows many streams and shows only the present. The past is shown by the rules
//! of the present: the first event of a cart, order, account, shipment or invoice says whose it is. A product is shown
//! in the versions in which it was on sale. A version beyond the end of a stream gets 409, for a caller who may see the
//! stream; all others get 404, as before its first event.
//!
//! **Audit trails.** `GET …/{id}/events` shows what happened to a resource: type and payload as stored, when, by whom,
//! from which cause, with which correlation. The stream decides whose it is, read strongly. Customers see themselves by
//! name, everyone else as `staff`, and every function as `shop`. The staff see subjects and the names of functions. The
//! token that charges a card is shown to no caller; the id of the card stands in its place.

mod activity;
mod audit;
mod correlations;
mod indexes;
mod lists;
mod operations;
mod sales;
mod single;
mod states;
mod stocks;
mod streams;

use foldlog::{Consistency, Decider, state_of};
use foldlog_functions::Ports;
use foldlog_functions::ports::HttpOn;
use foldlog_functions::reading::Documents;
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::responses::{Health, HealthStatus, Switch};
use shop_domain::views::{self, read_models, waiting};

/// The handler.
pub struct Queries<P: Ports> {
    log: P::Log,
    views: P::Views,
    sales: P::TotalsStore,
}

/// The function. Which streams wait is a question of `reconcile` and `fulfilment` alone.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<HttpOn<Queries<P>, P>, SettingError> {
    let shown = read_models().partitions().into_iter().filter(|(view, _)| *view != waiting::NAME);
    let (log, views, sales) = (ports.log()?, ports.views(shown)?, ports.totals_store(views::sales::NAME)?);
    Ok(ports.http(Queries { log, views, sales }))
}

impl<P: Ports> HttpHandler for Queries<P> {
    const PROBLEM_NAMESPACE: &'static str = shop_api::PROBLEM_NAMESPACE;

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        match request.route() {
            "GET /healthz" => {
                let commands = match request.commands() {
                    foldlog_lambda::WriteMode::On => Switch::On,
                    foldlog_lambda::WriteMode::Off => Switch::Off,
                };
                Response::json(StatusCode::OK, &Health { status: HealthStatus::Ok, commands })
            }
            "GET /openapi.json" => {
                Ok(Response::text(StatusCode::OK, "application/json", shop_reference::openapi().to_owned()))
            }
            "GET /docs" => {
                Ok(Response::text(StatusCode::OK, "text/html; charset=utf-8", shop_reference::docs().to_owned()))
            }
            "GET /catalogue" => self.catalogue(request).await,
            "GET /products/{sku}" => self.product(request).await,
            "GET /stock/{sku}" => self.stock(request).await,
            "GET /carts/{id}" => self.cart(request).await,
            "GET /orders" => self.orders(request).await,
            "GET /orders/{id}" => self.order(request).await,
            "GET /accounts/{id}" => self.account(request).await,
            "GET /shipments/{id}" => self.shipment(request).await,
            "GET /invoices/{id}" => self.invoice(request).await,
            "GET /carts/{id}/events" => self.events_of_cart(request).await,
            "GET /orders/{id}/events" => self.events_of_order(request).await,
            "GET /accounts/{id}/events" => self.events_of_account(request).await,
            "GET /products/{sku}/events" => self.events_of_product(request).await,
            "GET /stock/{warehouse}/{sku}/events" => self.events_of_stock(request).await,
            "GET /shipments/{id}/events" => self.events_of_shipment(request).await,
            "GET /sales" => self.sales(request).await,
            "GET /ops/events" => self.events(request).await,
            "GET /ops/streams" => self.streams(request).await,
            "GET /ops/streams/{stream}" => self.stream(request).await,
            "GET /ops/streams/{stream}/state" => self.state(request).await,
            "GET /ops/streams/{stream}/diff" => self.diff(request).await,
            "GET /ops/correlations/{id}" => self.correlation(request).await,
            route => Err(Problem::not_found(&format!("there is no route {route}"))),
        }
    }
}

impl<P: Ports> Queries<P> {
    /// Where single documents are read.
    const fn single(&self) -> Documents<'_, P::Log, P::Views> {
        Documents { log: &self.log, views: &self.views }
    }

    async fn folded<D: Decider>(&self, id: &D::Id) -> Result<D::State, Problem> {
        Ok(state_of::<D>(&self.log, id, Consistency::Strong).await?)
    }
}

/// Who serves customers, as the gateway spells it.
const STAFF: &str = "shop/staff";
