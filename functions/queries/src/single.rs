//! Single documents, shown to the callers who may see them.
//!
//! The same rules decide who may see a past document: the first event of its stream names the owner. A past document
//! leaves out the fields that follow other streams.

use crate::reading::{REVEAL, Reading};
use crate::{FRESH_S, OPERATOR, Queries, STAFF};
use foldlog_functions::KeyPorts;
use foldlog_functions::reading::Asked;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::responses::{Account, Cart, Invoice, ListedProduct, Order, Product, Shipment, Sight};
use shop_domain::values::{AccountId, CartId, OrderId, ShipmentId, Sku};
use shop_domain::views::order::{Document, StatusName};
use shop_domain::views::{account, cart, catalogue, invoice, order, shipment};

impl<P: KeyPorts> Queries<P> {
    /// A listed product. An unlisted one gets the answer for a product that does not exist.
    pub(crate) async fn product(&self, request: &Request) -> Result<Response, Problem> {
        let sku: Sku = request.path("sku")?;
        let asked = Asked::of(request)?;
        let listed = |document: &catalogue::Document| document.listed().is_some();
        let found = self.single().found::<catalogue::View>(&asked, &sku, listed).await?;
        let shown = found.and_then(|(version, document)| Product::of(&sku, version, &document.state));
        let product = shown.ok_or_else(|| Problem::not_found(&format!("there is no product {sku}")))?;
        let version = product.version;
        let availability = match asked {
            Asked::Now(_) => Some(self.available(&sku).await?),
            Asked::Then(_) => None,
        };
        Ok(Response::json(StatusCode::OK, &ListedProduct { product, availability })?.etag(version).public(FRESH_S))
    }

    /// The caller's own account; the staff and operators see every account.
    pub(crate) async fn account(&self, request: &Request) -> Result<Response, Problem> {
        let account: AccountId = request.path("id")?;
        let (asked, reading) =
            (Asked::beside(request, &[REVEAL])?, Reading::of(request, &account, &[STAFF, OPERATOR])?);
        let found = self.single().owned::<account::View>(&asked, &account, |_| reading.is_some()).await?;
        let (Some((version, document)), Some(reading)) = (found, reading) else {
            return Err(Problem::not_found("there is no such account"));
        };
        let key = self.begin(request, &account, &reading).await?;
        let body = Account::opened(&account, version, &document.account, reading.sight(key.as_ref()))?;
        Ok(Response::json(StatusCode::OK, &body)?.etag(version))
    }

    /// The caller's own cart.
    pub(crate) async fn cart(&self, request: &Request) -> Result<Response, Problem> {
        let caller: AccountId = request.caller_id()?;
        let cart: CartId = request.path("id")?;
        let own = |state: &shop_domain::cart::State| state.owner() == Some(&caller);
        let found = self.single().owned::<cart::View>(&Asked::of(request)?, &cart, own).await?;
        let (version, state) = found.ok_or_else(|| Problem::not_found("there is no such cart"))?;
        Ok(Response::json(StatusCode::OK, &Cart::of(&cart, version, &state, self.tax_rate))?.etag(version))
    }

    /// The caller's own order. Between checkout and placement the order does not exist yet, and its owner is asked to
    /// try again later.
    pub(crate) async fn order(&self, request: &Request) -> Result<Response, Problem> {
        let caller: AccountId = request.caller_id()?;
        let order: OrderId = request.path("id")?;
        let none = || Problem::not_found("there is no such order");
        let (asked, own) = (Asked::of(request)?, |document: &Document| document.state.account() == Some(&caller));
        let found = self.single().owned::<order::View>(&asked, &order, own).await?;
        match (found, asked) {
            (Some((version, document)), asked) => {
                let shipments = match asked {
                    Asked::Now(_) => self.shipments_of(&document).await?,
                    Asked::Then(_) => vec![],
                };
                let key = self.key_of_reason(&document.state).await?;
                let shown = Order::of_view(version, &document, Sight::Opened(key.as_ref()))?;
                let shown = shown.map(|order| Order { shipments, ..order });
                Ok(Response::json(StatusCode::OK, &shown)?.etag(version))
            }
            (None, Asked::Then(_)) => Err(none()),
            (None, Asked::Now(_)) => match self.folded::<shop_domain::cart::Cart>(&order.cart()).await? {
                shop_domain::cart::State::CheckedOut { owner, .. } if owner == caller => {
                    Err(Problem::not_yet("the cart is checked out; its order is being placed"))
                }
                shop_domain::cart::State::Unopened
                | shop_domain::cart::State::Open { .. }
                | shop_domain::cart::State::CheckedOut { .. } => Err(none()),
            },
        }
    }

    /// The shipments of an order. Before its confirmation an order has none, so the many requests until then cost no
    /// second read.
    pub(crate) async fn shipments_of(&self, order: &Document) -> Result<Vec<ShipmentId>, Problem> {
        match order.timeline.last().map(|step| step.status) {
            None | Some(StatusName::Purchased | StatusName::Pending | StatusName::Failed) => Ok(vec![]),
            Some(
                StatusName::Confirmed
                | StatusName::Shipped
                | StatusName::Delivered
                | StatusName::Cancelled
                | StatusName::Unpaid
                | StatusName::Overdue,
            ) => self.shipments(&order.id).await,
        }
    }

    /// The caller's own shipment.
    pub(crate) async fn shipment(&self, request: &Request) -> Result<Response, Problem> {
        let caller: AccountId = request.caller_id()?;
        let shipment: ShipmentId = request.path("id")?;
        let own = |document: &shipment::Document| document.account() == Some(&caller);
        let found = self.single().owned::<shipment::View>(&Asked::of(request)?, &shipment, own).await?;
        let (version, document) = found.ok_or_else(|| Problem::not_found("there is no such shipment"))?;
        Ok(Response::json(StatusCode::OK, &Shipment::of(&shipment, version, &document.state))?.etag(version))
    }

    /// The caller's own invoice.
    pub(crate) async fn invoice(&self, request: &Request) -> Result<Response, Problem> {
        let caller: AccountId = request.caller_id()?;
        let order: OrderId = request.path("id")?;
        let own = |document: &invoice::Document| document.account() == Some(&caller);
        let found = self.single().owned::<invoice::View>(&Asked::of(request)?, &order, own).await?;
        let (version, document) = found.ok_or_else(|| Problem::not_found("there is no such invoice"))?;
        Ok(Response::json(StatusCode::OK, &Invoice::of_view(version, &document))?.etag(version))
    }
}
