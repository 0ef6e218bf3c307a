//! The queries show the read models. They append nothing but who of the staff and the operators read which account
//! ([`reading`]).
//!
//! **The past.** `version`, `at` and `min_version` exclude each other. The past leaves out the fields of a document
//! that follow other streams, such as the shipments of an order or the available quantity of a product: their present
//! values would be wrong for the past. `GET /products/{sku}/stock` follows many streams and shows only the present. The
//! same rules decide who may see the past: the first event of a cart, order, account, shipment or invoice names its
//! owner. A product is shown in the versions in which it was on sale. A version beyond the end of a stream gets 409 if
//! the caller may see the stream; all other callers get 404, as before its first event.
//!
//! **Audit trails.** `GET …/{id}/events` shows the events of a resource: type and payload as stored, time, actor, cause
//! and correlation. The stream, read strongly, decides who owns the resource. Customers see themselves by name,
//! everyone else as `staff`, and every function as `shop`. The staff see subjects and the names of functions. No caller
//! sees the token that charges a card; the id of the card stands in its place.

mod audit;
mod export;
mod indexes;
mod lists;
mod reading;
mod sales;
mod single;
mod stocks;

use foldlog::{Consistency, Decider, OwnerKey, state_of};
use foldlog_functions::KeyPorts;
use foldlog_functions::keys::KeyringOn;
use foldlog_functions::ports::{CommandsOn, HttpOn};
use foldlog_functions::reading::Documents;
use foldlog_lambda::http::Document;
use foldlog_lambda::{HttpHandler, Problem, Request, Response, SettingError, Settings};
use http::StatusCode;
use shop_api::responses::{Health, HealthStatus, Switch};
use shop_domain::access::Access;
use shop_domain::order;
use shop_domain::values::{AccountId, TaxRate};
use shop_domain::views::{self, activity, read_models, waiting};
use std::sync::LazyLock;

/// The handler of every query route.
pub struct Queries<P: KeyPorts> {
    log: P::Log,
    views: P::Views,
    keys: KeyringOn<P>,
    /// Who of the staff and the operators read which account.
    access: CommandsOn<Access, P>,
    sales: P::TotalsStore,
    /// The tax that a cart will be charged.
    tax_rate: TaxRate,
}

/// The function. It does not need the views that only other functions read.
pub fn function<P: KeyPorts>(ports: &P, settings: &Settings) -> Result<HttpOn<Queries<P>, P>, SettingError> {
    let shown =
        read_models().partitions().into_iter().filter(|(view, _)| ![waiting::NAME, activity::NAME].contains(view));
    let (log, views, sales) = (ports.log()?, ports.views(shown)?, ports.totals_store(views::sales::NAME)?);
    let tax_rate = settings.parse("TAX_BASIS_POINTS")?;
    Ok(ports.http(Queries { log, views, keys: ports.keyring()?, access: ports.commands()?, sales, tax_rate }))
}

/// The reference, for programs and as a page.
static OPENAPI: LazyLock<Document> = LazyLock::new(|| Document::new("application/json", shop_reference::openapi()));
static DOCS: LazyLock<Document> = LazyLock::new(|| Document::new("text/html; charset=utf-8", shop_reference::docs()));

impl<P: KeyPorts> HttpHandler for Queries<P> {
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
            "GET /openapi.json" => Ok(OPENAPI.answer(request)),
            "GET /docs" => Ok(DOCS.answer(request)),
            "GET /catalogue" => self.catalogue(request).await,
            "GET /products/{sku}" => self.product(request).await,
            "GET /products/{sku}/stock" => self.stock(request).await,
            "GET /carts/{id}" => self.cart(request).await,
            "GET /orders" => self.orders(request).await,
            "GET /orders/{id}" => self.order(request).await,
            "GET /accounts/{id}" => self.account(request).await,
            "GET /accounts/{id}/export" => self.export(request).await,
            "GET /shipments/{id}" => self.shipment(request).await,
            "GET /invoices/{id}" => self.invoice(request).await,
            "GET /carts/{id}/events" => self.events_of_cart(request).await,
            "GET /orders/{id}/events" => self.events_of_order(request).await,
            "GET /accounts/{id}/events" => self.events_of_account(request).await,
            "GET /products/{sku}/events" => self.events_of_product(request).await,
            "GET /stock/{warehouse}/{sku}/events" => self.events_of_stock(request).await,
            "GET /shipments/{id}/events" => self.events_of_shipment(request).await,
            "GET /sales" => self.sales(request).await,
            route => Err(Problem::not_found(&format!("there is no route {route}"))),
        }
    }
}

impl<P: KeyPorts> Queries<P> {
    /// The reader of single documents.
    const fn single(&self) -> Documents<'_, P::Log, P::Views> {
        Documents { log: &self.log, views: &self.views }
    }

    /// The key of an account's personal data; none if they were erased.
    async fn key(&self, account: &AccountId) -> Result<Option<OwnerKey>, Problem> {
        Ok(self.keys.key(account.as_str()).await?)
    }

    /// The key for the reason of a person why an order was cancelled. Most orders have none, and need no key.
    async fn key_of_reason(&self, order: &order::State) -> Result<Option<OwnerKey>, Problem> {
        match order.sealed_for() {
            Some(account) => self.key(account).await,
            None => Ok(None),
        }
    }

    async fn folded<D: Decider>(&self, id: &D::Id) -> Result<D::State, Problem> {
        Ok(state_of::<D>(&self.log, id, Consistency::Strong).await?)
    }
}

/// How long a client, or a cache on the way, may keep what everybody may see of the catalogue, in seconds: as long as its
/// view is usually behind.
const FRESH_S: u32 = 5;

/// The scope of the staff, as the gateway spells it.
const STAFF: &str = "shop/staff";
/// The scope of operators.
const OPERATOR: &str = "shop/operator";
