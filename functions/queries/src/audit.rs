//! The events of a resource for the callers who may see it, oldest or newest first, one page at a time.
//!
//! The resource's stream, read strongly, decides who owns it: its newest events are part of its history.

use crate::{Queries, STAFF};
use foldlog::past::{backward, onward};
use foldlog::{OwnerKey, StreamName, Version};
use foldlog_functions::KeyPorts;
use foldlog_lambda::http::Page;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::responses::{AuditEvent, EventOrder, Observer, Page as Answer};
use shop_domain::values::{AccountId, CartId, OrderId, ShipmentId, Sku, StockId, WarehouseId};
use shop_domain::{account, cart, order, product, shipment, stock};

/// What a request asks of the trail of a stream.
struct Trail {
    stream: StreamName,
    order: EventOrder,
    page: Page,
    /// The version at which the page before ended.
    from: Option<Version>,
}

impl<P: KeyPorts> Queries<P> {
    /// `GET /carts/{id}/events`: of the caller's own cart.
    pub(crate) async fn events_of_cart(&self, request: &Request) -> Result<Response, Problem> {
        let (caller, cart): (AccountId, CartId) = (request.caller_id()?, request.path("id")?);
        let trail = self.trail(request, StreamName::of::<cart::Cart>(&cart), &format!("/carts/{cart}/events")).await?;
        let state = self.folded::<cart::Cart>(&cart).await?;
        self.audit_of_own(request, state.owner() == Some(&caller), &trail, None).await
    }

    /// `GET /orders/{id}/events`: of the caller's own order.
    pub(crate) async fn events_of_order(&self, request: &Request) -> Result<Response, Problem> {
        let (caller, order): (AccountId, OrderId) = (request.caller_id()?, request.path("id")?);
        let path = format!("/orders/{order}/events");
        let trail = self.trail(request, StreamName::of::<order::Order>(&order), &path).await?;
        let own = self.folded::<order::Order>(&order).await?.account() == Some(&caller);
        let key = if own { self.key(&caller).await? } else { None };
        self.audit_of_own(request, own, &trail, key.as_ref()).await
    }

    /// `GET /accounts/{id}/events`: of the caller's own account; the staff see every account.
    pub(crate) async fn events_of_account(&self, request: &Request) -> Result<Response, Problem> {
        let account: AccountId = request.path("id")?;
        let path = format!("/accounts/{account}/events");
        let trail = self.trail(request, StreamName::of::<account::Account>(&account), &path).await?;
        let (own, is_staff) = (request.caller_id::<AccountId>()? == account, request.caller()?.has_scope(STAFF));
        let key = if own || is_staff { self.key(&account).await? } else { None };
        if is_staff {
            return self.audit(&trail, Observer::Staff, key.as_ref()).await;
        }
        self.audit_of_own(request, own, &trail, key.as_ref()).await
    }

    /// `GET /products/{sku}/events`
    pub(crate) async fn events_of_product(&self, request: &Request) -> Result<Response, Problem> {
        let sku: Sku = request.path("sku")?;
        let stream = StreamName::of::<product::Product>(&sku);
        self.audit(&self.trail(request, stream, &format!("/products/{sku}/events")).await?, Observer::Staff, None).await
    }

    /// `GET /stock/{warehouse}/{sku}/events`
    pub(crate) async fn events_of_stock(&self, request: &Request) -> Result<Response, Problem> {
        let (warehouse, sku): (WarehouseId, Sku) = (request.path("warehouse")?, request.path("sku")?);
        let stream = StreamName::of::<stock::Stock>(&StockId { warehouse: warehouse.clone(), sku: sku.clone() });
        let trail = self.trail(request, stream, &format!("/stock/{warehouse}/{sku}/events")).await?;
        self.audit(&trail, Observer::Staff, None).await
    }

    /// `GET /shipments/{id}/events`
    pub(crate) async fn events_of_shipment(&self, request: &Request) -> Result<Response, Problem> {
        let shipment: ShipmentId = request.path("id")?;
        let stream = StreamName::of::<shipment::Shipment>(&shipment);
        let trail = self.trail(request, stream, &format!("/shipments/{shipment}/events")).await?;
        self.audit(&trail, Observer::Staff, None).await
    }

    /// What a request asks of the trail of a stream, for the resource at a path. It is parsed before anything is read.
    async fn trail(&self, request: &Request, stream: StreamName, path: &str) -> Result<Trail, Problem> {
        request.only_query(&["order", "cursor", "limit"])?;
        let order = request.query::<EventOrder>("order")?.unwrap_or_default();
        let page = Page::of(request, path, &self.keys).await?;
        let from = page.from.as_deref().map(str::parse::<Version>).transpose();
        Ok(Trail { stream, order, page, from: from.map_err(|error| Problem::internal(&error))? })
    }

    async fn audit_of_own(
        &self,
        request: &Request,
        own: bool,
        trail: &Trail,
        key: Option<&OwnerKey>,
    ) -> Result<Response, Problem> {
        if !own {
            return Err(nothing());
        }
        let caller = request.caller()?;
        self.audit(trail, Observer::Owner { id: &caller.id(), subject: caller.subject() }, key).await
    }

    /// A page of the events of a stream.
    async fn audit(
        &self,
        Trail { stream, order, page, from }: &Trail,
        onlooker: Observer<'_>,
        key: Option<&OwnerKey>,
    ) -> Result<Response, Problem> {
        let from = *from;
        // One extra commit shows whether another page follows.
        let commits = match order {
            EventOrder::Asc => onward(&self.log, stream, from.unwrap_or(Version::NONE), page.limit + 1).await?,
            EventOrder::Desc => backward(&self.log, stream, from, page.limit + 1).await?,
        };
        if commits.is_empty() && from.is_none() {
            return Err(nothing());
        }
        let mut items = Vec::new();
        for commit in &commits {
            let events = AuditEvent::of(commit, onlooker, key)?;
            match order {
                EventOrder::Asc => items.extend(events.into_iter().filter(|event| Some(event.version) > from)),
                EventOrder::Desc => {
                    let earlier = |event: &AuditEvent| from.is_none_or(|from| event.version < from);
                    items.extend(events.into_iter().rev().filter(earlier));
                }
            }
        }
        let (items, next) = page.cut(items, |event| event.version.to_string(), &self.keys).await?;
        Response::json(StatusCode::OK, &Answer { items, next })
    }
}

fn nothing() -> Problem {
    Problem::not_found("for whoever asks, there is no such thing")
}
