//! The queries: what the read models show, and for operators what the log itself says. Appends nothing.

mod lists;
mod operations;
mod reading;
mod sales;
mod states;

use api::responses::{Cart, Health, HealthStatus, Order, Product};
use aws_config::SdkConfig;
use domain::values::{AccountId, CartId, OrderId, Sku};
use domain::views::{PARTITIONS, cart, catalogue, order, waiting};
use dynamo::{Ledger, Log, Views};
use eventsourcing::{Clock, Consistency, Decider, EventLog, Lookups, Randomness, Reading};
use http::StatusCode;
use lambda::{Http, HttpHandler, Problem, Request, Response, SettingError, Settings, SystemHost};

/// The handler.
pub struct Queries<L, V, R, H> {
    log: L,
    views: V,
    sales: R,
    host: H,
}

/// The deployed function.
pub type Deployed = Http<Queries<Log, Views, Ledger, SystemHost>>;

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Deployed, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let sales = Ledger::new(client.clone(), settings.text("SALES_VIEW")?, settings.text("SALES_CHECKPOINTS")?);
    // Who waits is asked for by `reconcile` alone.
    let mut shown = PARTITIONS.iter().filter(|(view, _)| *view != waiting::NAME);
    let views = shown.try_fold(Views::new(client), |views, (view, partitions)| {
        Ok(views.with(view, settings.text(&format!("{}_VIEW", view.to_uppercase()))?, partitions))
    })?;
    Ok(Http(Queries::new(log, views, sales, SystemHost)))
}

impl<L, V, R, H> Queries<L, V, R, H> {
    /// The queries on these ports.
    pub const fn new(log: L, views: V, sales: R, host: H) -> Self {
        Self { log, views, sales, host }
    }
}

impl<L, V, R, H> HttpHandler for Queries<L, V, R, H>
where
    L: EventLog + 'static,
    V: eventsourcing::Views + Lookups + 'static,
    R: eventsourcing::Ledger + 'static,
    H: Clock + Randomness + 'static,
{
    type Host = H;

    fn host(&self) -> &H {
        &self.host
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        match request.route() {
            "GET /healthz" => Response::json(StatusCode::OK, &Health { status: HealthStatus::Ok }),
            "GET /openapi.json" => {
                Ok(Response::text(StatusCode::OK, "application/json", reference::openapi().to_owned()))
            }
            "GET /docs" => Ok(Response::text(StatusCode::OK, "text/html; charset=utf-8", reference::docs().to_owned())),
            "GET /catalogue" => self.catalogue(request).await,
            "GET /products/{sku}" => self.product(request).await,
            "GET /stock/{sku}" => self.stock(request).await,
            "GET /carts/{id}" => self.cart(request).await,
            "GET /orders" => self.orders(request).await,
            "GET /orders/{id}" => self.order(request).await,
            "GET /sales" => self.sales(request).await,
            "GET /ops/events" => self.events(request).await,
            "GET /ops/streams/{stream}" => self.stream(request).await,
            "GET /ops/streams/{stream}/state" => self.state(request).await,
            route => Err(Problem::not_found(&format!("there is no route {route}"))),
        }
    }
}

impl<L: EventLog, V: eventsourcing::Views, R, H> Queries<L, V, R, H> {
    /// A listed product; one that is not is nobody's business here.
    async fn product(&self, request: &Request) -> Result<Response, Problem> {
        let sku: Sku = request.path("sku")?;
        let found = self.fresh::<catalogue::View>(request, sku.as_str()).await?;
        let listed = found.filter(|(_, document)| document.listed().is_some());
        let (version, document) = listed.ok_or_else(|| Problem::not_found(&format!("there is no product {sku}")))?;
        Ok(Response::json(StatusCode::OK, &Product::of(&sku, version, &document.state))?.etag(version))
    }

    /// The caller's own cart.
    async fn cart(&self, request: &Request) -> Result<Response, Problem> {
        let caller = caller(request)?;
        let cart: CartId = request.path("id")?;
        let found = self.fresh::<cart::View>(request, cart.as_str()).await?;
        let own = found.filter(|(_, state)| state.owner() == Some(&caller));
        let (version, state) = own.ok_or_else(|| Problem::not_found("there is no such cart"))?;
        Ok(Response::json(StatusCode::OK, &Cart::of(&cart, version, &state))?.etag(version))
    }

    /// The caller's own order. Between checkout and placement there is none yet: its owner is told to come again.
    async fn order(&self, request: &Request) -> Result<Response, Problem> {
        let caller = caller(request)?;
        let order: OrderId = request.path("id")?;
        match self.fresh::<order::View>(request, order.as_str()).await? {
            Some((version, document)) if document.account() == Some(&caller) => {
                Ok(Response::json(StatusCode::OK, &Order::of_view(version, &document))?.etag(version))
            }
            Some(_) => Err(Problem::not_found("there is no such order")),
            None => match self.folded::<domain::cart::Stream>(order.as_str()).await? {
                domain::cart::State::CheckedOut { owner, .. } if owner == caller => {
                    Err(Problem::not_yet("the cart is checked out; its order is being placed"))
                }
                domain::cart::State::Unopened
                | domain::cart::State::Open { .. }
                | domain::cart::State::CheckedOut { .. } => Err(Problem::not_found("there is no such order")),
            },
        }
    }

    async fn folded<D: Decider>(&self, id: &str) -> Result<D::State, Problem> {
        let stream = reading::stream_of(D::CATEGORY, id)?;
        let history = self.log.load(&stream, Reading::of::<D>(Consistency::Strong)).await?;
        Ok(eventsourcing::decider::replay::<D>(&history)?)
    }
}

/// The account of whoever calls.
fn caller(request: &Request) -> Result<AccountId, Problem> {
    request.caller()?.id().parse().map_err(|error| Problem::internal(&error))
}
