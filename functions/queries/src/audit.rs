//! The events of a resource for the callers who may see it, oldest or newest first, one page at a time.
//!
//! The resource's stream, read strongly, decides who owns it: its newest events are part of its history.

use crate::reading::{REVEAL, Reading};
use crate::{OPERATOR, Queries, STAFF};
use foldlog::past::{backward, onward};
use foldlog::{Commit, StreamName, Version};
use foldlog_functions::KeyPorts;
use foldlog_lambda::http::Page;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::responses::{AuditEvent, EventOrder, Observer, Page as Answer, Sight};
use shop_domain::values::{AccountId, CartId, OrderId, ShipmentId, Sku, StockId, WarehouseId};
use shop_domain::{account, cart, order, product, shipment, stock};

/// The parameters of every list of events.
const QUERY: [&str; 3] = ["order", "cursor", "limit"];

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
        self.audit_of_own(request, state.owner() == Some(&caller), &trail, Sight::Opened(None)).await
    }

    /// `GET /orders/{id}/events`: of the caller's own order.
    pub(crate) async fn events_of_order(&self, request: &Request) -> Result<Response, Problem> {
        let (caller, order): (AccountId, OrderId) = (request.caller_id()?, request.path("id")?);
        let path = format!("/orders/{order}/events");
        let trail = self.trail(request, StreamName::of::<order::Order>(&order), &path).await?;
        let own = self.folded::<order::Order>(&order).await?.account() == Some(&caller);
        let key = if own { self.key(&caller).await? } else { None };
        self.audit_of_own(request, own, &trail, Sight::Opened(key.as_ref())).await
    }

    /// `GET /accounts/{id}/events`: of the caller's own account; the staff and operators see every account.
    pub(crate) async fn events_of_account(&self, request: &Request) -> Result<Response, Problem> {
        let account: AccountId = request.path("id")?;
        let (stream, path) = (StreamName::of::<account::Account>(&account), format!("/accounts/{account}/events"));
        let trail = self.trail_by(request, stream, &path, &[&QUERY[..], &[REVEAL]].concat()).await?;
        let reading = Reading::of(request, &account, &[STAFF, OPERATOR])?.ok_or_else(nothing)?;
        let commits = self.commits(&trail).await?;
        let key = self.begin(request, &account, &reading).await?;
        let caller = request.caller()?;
        let id = caller.id();
        let observer = match reading {
            Reading::Own => Observer::Owner { id: &id, subject: caller.subject() },
            Reading::Sealed | Reading::Revealed(_) => Observer::Staff,
        };
        self.shown(&trail, &commits, observer, reading.sight(key.as_ref())).await
    }

    /// `GET /products/{sku}/events`
    pub(crate) async fn events_of_product(&self, request: &Request) -> Result<Response, Problem> {
        let sku: Sku = request.path("sku")?;
        let stream = StreamName::of::<product::Product>(&sku);
        self.audit(request, stream, &format!("/products/{sku}/events")).await
    }

    /// `GET /stock/{warehouse}/{sku}/events`
    pub(crate) async fn events_of_stock(&self, request: &Request) -> Result<Response, Problem> {
        let (warehouse, sku): (WarehouseId, Sku) = (request.path("warehouse")?, request.path("sku")?);
        let stream = StreamName::of::<stock::Stock>(&StockId { warehouse: warehouse.clone(), sku: sku.clone() });
        self.audit(request, stream, &format!("/stock/{warehouse}/{sku}/events")).await
    }

    /// `GET /shipments/{id}/events`
    pub(crate) async fn events_of_shipment(&self, request: &Request) -> Result<Response, Problem> {
        let shipment: ShipmentId = request.path("id")?;
        let stream = StreamName::of::<shipment::Shipment>(&shipment);
        self.audit(request, stream, &format!("/shipments/{shipment}/events")).await
    }

    /// What a request asks of the trail of a stream, for the resource at a path. It is parsed before anything is read.
    async fn trail(&self, request: &Request, stream: StreamName, path: &str) -> Result<Trail, Problem> {
        self.trail_by(request, stream, path, &QUERY).await
    }

    /// The same, of a request that may have these parameters.
    async fn trail_by(
        &self,
        request: &Request,
        stream: StreamName,
        path: &str,
        parameters: &[&str],
    ) -> Result<Trail, Problem> {
        request.only_query(parameters)?;
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
        sight: Sight<'_>,
    ) -> Result<Response, Problem> {
        if !own {
            return Err(nothing());
        }
        let (caller, commits) = (request.caller()?, self.commits(trail).await?);
        let observer = Observer::Owner { id: &caller.id(), subject: caller.subject() };
        self.shown(trail, &commits, observer, sight).await
    }

    /// A page of the events of a stream that belongs to no account, for the staff.
    async fn audit(&self, request: &Request, stream: StreamName, path: &str) -> Result<Response, Problem> {
        let trail = self.trail(request, stream, path).await?;
        self.shown(&trail, &self.commits(&trail).await?, Observer::Staff, Sight::Opened(None)).await
    }

    /// The commits of a page, and perhaps one more: it shows whether another page follows.
    async fn commits(&self, Trail { stream, order, page, from }: &Trail) -> Result<Vec<Commit>, Problem> {
        let commits = match order {
            EventOrder::Asc => onward(&self.log, stream, from.unwrap_or(Version::NONE), page.limit + 1).await?,
            EventOrder::Desc => backward(&self.log, stream, *from, page.limit + 1).await?,
        };
        if commits.is_empty() && from.is_none() {
            return Err(nothing());
        }
        Ok(commits)
    }

    async fn shown(
        &self,
        Trail { order, page, from, .. }: &Trail,
        commits: &[Commit],
        observer: Observer<'_>,
        sight: Sight<'_>,
    ) -> Result<Response, Problem> {
        let mut items = Vec::new();
        for commit in commits {
            let events = AuditEvent::of(commit, observer, sight)?;
            match order {
                EventOrder::Asc => items.extend(events.into_iter().filter(|event| Some(event.version) > *from)),
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
