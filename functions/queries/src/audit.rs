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

/// A page of the events of a stream, as it was found.
struct Found {
    page: Page,
    order: EventOrder,
    from: Option<Version>,
    commits: Vec<Commit>,
}

impl<P: KeyPorts> Queries<P> {
    /// `GET /carts/{id}/events`: of the caller's own cart.
    pub(crate) async fn events_of_cart(&self, request: &Request) -> Result<Response, Problem> {
        let (caller, cart): (AccountId, CartId) = (request.caller_id()?, request.path("id")?);
        let state = self.folded::<cart::Cart>(&cart).await?;
        let stream = StreamName::of::<cart::Cart>(&cart);
        let path = format!("/carts/{cart}/events");
        self.audit_of_own(request, state.owner() == Some(&caller), (&stream, &path), Sight::Opened(None)).await
    }

    /// `GET /orders/{id}/events`: of the caller's own order.
    pub(crate) async fn events_of_order(&self, request: &Request) -> Result<Response, Problem> {
        let (caller, order): (AccountId, OrderId) = (request.caller_id()?, request.path("id")?);
        let own = self.folded::<order::Order>(&order).await?.account() == Some(&caller);
        let key = if own { self.key(&caller).await? } else { None };
        let stream = StreamName::of::<order::Order>(&order);
        let sight = Sight::Opened(key.as_ref());
        self.audit_of_own(request, own, (&stream, &format!("/orders/{order}/events")), sight).await
    }

    /// `GET /accounts/{id}/events`: of the caller's own account; the staff and operators see every account.
    pub(crate) async fn events_of_account(&self, request: &Request) -> Result<Response, Problem> {
        let account: AccountId = request.path("id")?;
        let reading = Reading::of(request, &account, &[STAFF, OPERATOR])?.ok_or_else(nothing)?;
        request.only_query(&[&QUERY[..], &[REVEAL]].concat())?;
        let stream = StreamName::of::<account::Account>(&account);
        let found = self.events(request, (&stream, &format!("/accounts/{account}/events"))).await?;
        let key = self.begin(request, &account, &reading).await?;
        let caller = request.caller()?;
        let id = caller.id();
        let observer = match reading {
            Reading::Own => Observer::Owner { id: &id, subject: caller.subject() },
            Reading::Sealed | Reading::Revealed(_) => Observer::Staff,
        };
        found.answer(observer, reading.sight(key.as_ref()))
    }

    /// `GET /products/{sku}/events`
    pub(crate) async fn events_of_product(&self, request: &Request) -> Result<Response, Problem> {
        let sku: Sku = request.path("sku")?;
        let stream = StreamName::of::<product::Product>(&sku);
        self.audit(request, (&stream, &format!("/products/{sku}/events"))).await
    }

    /// `GET /stock/{warehouse}/{sku}/events`
    pub(crate) async fn events_of_stock(&self, request: &Request) -> Result<Response, Problem> {
        let (warehouse, sku): (WarehouseId, Sku) = (request.path("warehouse")?, request.path("sku")?);
        let stream = StreamName::of::<stock::Stock>(&StockId { warehouse: warehouse.clone(), sku: sku.clone() });
        self.audit(request, (&stream, &format!("/stock/{warehouse}/{sku}/events"))).await
    }

    /// `GET /shipments/{id}/events`
    pub(crate) async fn events_of_shipment(&self, request: &Request) -> Result<Response, Problem> {
        let shipment: ShipmentId = request.path("id")?;
        let stream = StreamName::of::<shipment::Shipment>(&shipment);
        self.audit(request, (&stream, &format!("/shipments/{shipment}/events"))).await
    }

    async fn audit_of_own(
        &self,
        request: &Request,
        own: bool,
        of: (&StreamName, &str),
        sight: Sight<'_>,
    ) -> Result<Response, Problem> {
        if !own {
            return Err(nothing());
        }
        request.only_query(&QUERY)?;
        let (caller, found) = (request.caller()?, self.events(request, of).await?);
        found.answer(Observer::Owner { id: &caller.id(), subject: caller.subject() }, sight)
    }

    /// A page of the events of a stream that is nobody's, for the staff.
    async fn audit(&self, request: &Request, of: (&StreamName, &str)) -> Result<Response, Problem> {
        request.only_query(&QUERY)?;
        self.events(request, of).await?.answer(Observer::Staff, Sight::Opened(None))
    }

    /// A page of the events of a stream, for the resource at a path.
    async fn events(&self, request: &Request, (stream, path): (&StreamName, &str)) -> Result<Found, Problem> {
        let order = request.query::<EventOrder>("order")?.unwrap_or_default();
        let page = Page::of(request, path, &request.caller()?.id())?;
        let from = page.from.as_deref().map(str::parse::<Version>).transpose();
        let from = from.map_err(|error| Problem::internal(&error))?;
        // One extra commit shows whether another page follows.
        let commits = match order {
            EventOrder::Asc => onward(&self.log, stream, from.unwrap_or(Version::NONE), page.limit + 1).await?,
            EventOrder::Desc => backward(&self.log, stream, from, page.limit + 1).await?,
        };
        if commits.is_empty() && from.is_none() {
            return Err(nothing());
        }
        Ok(Found { page, order, from, commits })
    }
}

impl Found {
    fn answer(self, observer: Observer<'_>, sight: Sight<'_>) -> Result<Response, Problem> {
        let Self { page, order, from, commits } = self;
        let mut items = Vec::new();
        for commit in &commits {
            let events = AuditEvent::of(commit, observer, sight)?;
            match order {
                EventOrder::Asc => items.extend(events.into_iter().filter(|event| Some(event.version) > from)),
                EventOrder::Desc => {
                    let earlier = |event: &AuditEvent| from.is_none_or(|from| event.version < from);
                    items.extend(events.into_iter().rev().filter(earlier));
                }
            }
        }
        let (items, next) = page.cut(items, |event| event.version.to_string())?;
        Response::json(StatusCode::OK, &Answer { items, next })
    }
}

fn nothing() -> Problem {
    Problem::not_found("for whoever asks, there is no such thing")
}
