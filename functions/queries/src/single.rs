//! Single things: each its own row, shown to whom it concerns.

use crate::{Queries, STAFF, caller};
use api::responses::{Account, Cart, Invoice, ListedProduct, Order, Product, Shipment};
use domain::values::{AccountId, CartId, OrderId, ShipmentId, Sku};
use domain::views::order::{Document, StatusName};
use domain::views::{account, cart, catalogue, invoice, order, shipment};
use eventsourcing::{EventLog, Lookups, Views};
use http::StatusCode;
use lambda::{Problem, Request, Response};

impl<L: EventLog, V: Views + Lookups, R, H> Queries<L, V, R, H> {
    /// A listed product; one that is not is nobody's business here.
    pub(crate) async fn product(&self, request: &Request) -> Result<Response, Problem> {
        let sku: Sku = request.path("sku")?;
        let found = self.fresh::<catalogue::View>(request, sku.as_str()).await?;
        let listed = found.filter(|(_, document)| document.listed().is_some());
        let shown = listed.and_then(|(version, document)| Product::of(&sku, version, &document.state));
        let product = shown.ok_or_else(|| Problem::not_found(&format!("there is no product {sku}")))?;
        let (version, availability) = (product.version, self.available(&sku).await?);
        Ok(Response::json(StatusCode::OK, &ListedProduct { product, availability })?.etag(version))
    }

    /// The caller's own account; the staff sees everybody's.
    pub(crate) async fn account(&self, request: &Request) -> Result<Response, Problem> {
        let account: AccountId = request.path("id")?;
        let shown = caller(request)? == account || request.caller()?.has_scope(STAFF);
        let found = self.fresh::<account::View>(request, account.as_str()).await?.filter(|_| shown);
        let (version, document) = found.ok_or_else(|| Problem::not_found("there is no such account"))?;
        let body = Account::opened(&account, version, &document.account);
        Ok(Response::json(StatusCode::OK, &body)?.etag(version))
    }

    /// The caller's own cart.
    pub(crate) async fn cart(&self, request: &Request) -> Result<Response, Problem> {
        let caller = caller(request)?;
        let cart: CartId = request.path("id")?;
        let found = self.fresh::<cart::View>(request, cart.as_str()).await?;
        let own = found.filter(|(_, state)| state.owner() == Some(&caller));
        let (version, state) = own.ok_or_else(|| Problem::not_found("there is no such cart"))?;
        Ok(Response::json(StatusCode::OK, &Cart::of(&cart, version, &state))?.etag(version))
    }

    /// The caller's own order. Between checkout and placement there is none yet: its owner is told to come again.
    pub(crate) async fn order(&self, request: &Request) -> Result<Response, Problem> {
        let caller = caller(request)?;
        let order: OrderId = request.path("id")?;
        match self.fresh::<order::View>(request, order.as_str()).await? {
            Some((version, document)) if document.account() == Some(&caller) => {
                let shipments = self.shipments_of(&document).await?;
                let shown = Order::of_view(version, &document).map(|order| Order { shipments, ..order });
                Ok(Response::json(StatusCode::OK, &shown)?.etag(version))
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

    /// What was made ready for an order, which nothing is before it is confirmed: whoever asks until then how it goes,
    /// as they do often, pays for no second look.
    async fn shipments_of(&self, order: &Document) -> Result<Vec<ShipmentId>, Problem> {
        match order.timeline.last().map(|step| step.status) {
            None | Some(StatusName::Purchased | StatusName::Pending | StatusName::Failed) => Ok(vec![]),
            Some(StatusName::Confirmed | StatusName::Shipped | StatusName::Delivered | StatusName::Cancelled) => {
                self.shipments(&order.id).await
            }
        }
    }

    /// The caller's own shipment.
    pub(crate) async fn shipment(&self, request: &Request) -> Result<Response, Problem> {
        let caller = caller(request)?;
        let shipment: ShipmentId = request.path("id")?;
        let found = self.fresh::<shipment::View>(request, shipment.as_str()).await?;
        let own = found.filter(|(_, document)| document.account() == Some(&caller));
        let (version, document) = own.ok_or_else(|| Problem::not_found("there is no such shipment"))?;
        Ok(Response::json(StatusCode::OK, &Shipment::of(&shipment, version, &document.state))?.etag(version))
    }

    /// The caller's own invoice.
    pub(crate) async fn invoice(&self, request: &Request) -> Result<Response, Problem> {
        let caller = caller(request)?;
        let order: OrderId = request.path("id")?;
        let found = self.fresh::<invoice::View>(request, order.as_str()).await?;
        let own = found.filter(|(_, document)| document.account() == Some(&caller));
        let (version, document) = own.ok_or_else(|| Problem::not_found("there is no such invoice"))?;
        Ok(Response::json(StatusCode::OK, &Invoice::of_view(version, &document))?.etag(version))
    }
}
