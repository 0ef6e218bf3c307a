//! Everything that the shop holds about a customer, as one document.
//!
//! A customer may have any number of orders, so the document has a page of them, with a link to the next one. One request
//! reads five things of each order. A cart that was not checked out is found by its id alone, and names nothing but
//! products: it is not in the document.

use crate::reading::{REVEAL, Reading};
use crate::{OPERATOR, Queries};
use foldlog::write::loaded::replay;
use foldlog::{Consistency, Direction, EventLog, Projection, ReadOptions, StreamName, Version};
use foldlog_functions::KeyPorts;
use foldlog_functions::reading::Asked;
use foldlog_lambda::http::Page;
use foldlog_lambda::{Problem, Request, Response};
use futures::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use shop_api::responses::{Account, Cart, EXPORT_SCHEMA, Export, ExportedOrder, Invoice, Order, Payment, Sight};
use shop_domain::values::{AccountId, Attempt, OrderId, PaymentId};
use shop_domain::views::{account, cart, invoice, order};

/// The number of orders that are read concurrently.
const CONCURRENCY: usize = 8;
/// The maximum number of payments that are shown of an order: the attempts to charge a card.
const MOST_ATTEMPTS: usize = 20;

impl<P: KeyPorts> Queries<P> {
    /// `GET /accounts/{id}/export`: of the caller's own account; operators see every account.
    pub(crate) async fn export(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["cursor", "limit", REVEAL])?;
        let account: AccountId = request.path("id")?;
        let page = Page::of(request, &format!("/accounts/{account}/export"), &self.keys).await?;
        let reading = Reading::of(request, &account, &[OPERATOR])?;
        let now = Asked::Now(Version::NONE);
        let found = self.single().owned::<account::View>(&now, &account, |_| reading.is_some()).await?;
        let (Some((version, document)), Some(reading)) = (found, reading) else {
            return Err(Problem::not_found("there is no such account"));
        };
        let key = self.begin(request, &account, &reading).await?;
        let sight = reading.sight(key.as_ref());
        let placed_by = (order::BY_ACCOUNT, [account.to_string()]);
        let found = self.page_of::<order::View>(&page, placed_by, Direction::Descending).await?;
        let (found, next) = page.cut(found, |(_, document)| placed(document), &self.keys).await?;
        let each: Vec<_> = found.into_iter().map(|(version, order)| self.exported(version, order, sight)).collect();
        let orders: Vec<Option<ExportedOrder>> = stream::iter(each).buffered(CONCURRENCY).try_collect().await?;
        let account = Account::opened(&account, version, &document.account, sight)?;
        let orders = orders.into_iter().flatten().collect();
        Response::json(StatusCode::OK, &Export { schema: EXPORT_SCHEMA, account, orders, next })
    }

    async fn exported(
        &self,
        version: Version,
        document: order::Document,
        sight: Sight<'_>,
    ) -> Result<Option<ExportedOrder>, Problem> {
        let Some(order) = Order::of_view(version, &document, sight)? else { return Ok(None) };
        let order = Order { shipments: self.shipments_of(&document).await?, ..order };
        let (now, single) = (Asked::Now(Version::NONE), self.single());
        let id = document.id.cart();
        let cart = single.owned::<cart::View>(&now, &id, |_| true).await?;
        let cart = cart.and_then(|(version, state)| Cart::of(&id, version, &state, self.tax_rate));
        let invoice = single.owned::<invoice::View>(&now, &document.id, |_| true).await?;
        let invoice = invoice.and_then(|(version, document)| Invoice::of_view(version, &document));
        Ok(Some(ExportedOrder { order, cart, payments: self.payments(&document.id).await?, invoice }))
    }

    /// The payments of an order: an attempt follows the one before.
    async fn payments(&self, order: &OrderId) -> Result<Vec<Payment>, Problem> {
        use shop_domain::payment::Payment as Stream;
        let mut payments = vec![];
        while payments.len() < MOST_ATTEMPTS {
            let id = PaymentId { order: order.clone(), attempt: Attempt::after(payments.len()) };
            let options = ReadOptions::of::<Stream>(Consistency::Strong);
            let history = self.log.load(&StreamName::of::<Stream>(&id), options).await?;
            let Some(payment) = Payment::of(&id, history.head().version(), &replay::<Stream>(&history)?) else { break };
            payments.push(payment);
        }
        Ok(payments)
    }
}

/// The sort key of an order in the index.
fn placed(document: &order::Document) -> String {
    let mut index = order::View::index(document).into_iter();
    index.find_map(|(name, value)| (name == order::PLACED).then_some(value)).unwrap_or_default()
}
