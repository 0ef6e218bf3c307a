//! Lists: each from an index, by key conditions alone. An index that is spread over shards is merged here.

use crate::reading::document;
use crate::{Queries, caller};
use api::responses::{Order, Page as Answer, Product, Stock, StockOfProduct};
use domain::values::{Category, Sku};
use domain::views::{catalogue, order, stock};
use eventsourcing::views::Generation;
use eventsourcing::{Direction, Lookup, Lookups, Projection, Row};
use futures::future::try_join_all;
use http::StatusCode;
use lambda::http::Page;
use lambda::{Problem, Request, Response};

/// The most warehouses that hold one product.
const MOST_WAREHOUSES: usize = 1_000;

impl<L, V: Lookups, R, H> Queries<L, V, R, H> {
    /// `GET /catalogue?category=&cursor=&limit=`: listed products by sku.
    pub(crate) async fn catalogue(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["category", "cursor", "limit"])?;
        let category: Option<Category> = request.query("category")?;
        let page = Page::of(request, "/catalogue", "")?;
        let shards = (0..catalogue::SHARDS).map(async |shard| {
            let (index, partition) = match &category {
                None => (catalogue::LISTED, shard.to_string()),
                Some(category) => (catalogue::CATEGORY, catalogue::category_partition(category, shard)),
            };
            let lookup = Lookup {
                view: catalogue::View::NAME,
                generation: Generation::FIRST,
                index,
                partition: (index, &partition),
                sort: catalogue::SKU,
                from: page.from.as_deref(),
                until: None,
                direction: Direction::Ascending,
                limit: page.limit + 1,
            };
            self.views.query(&lookup).await
        });
        let mut products = Vec::new();
        for (_, row) in try_join_all(shards).await?.into_iter().flatten() {
            let document = document::<catalogue::Document>(&row)?;
            products.extend(document.and_then(|document| Product::of(&document.sku, row.version, &document.state)));
        }
        products.sort_by(|one, other| one.sku.cmp(&other.sku));
        list(&page, products, |product| product.sku.to_string())
    }

    /// `GET /orders?cursor=&limit=`: the caller's own, newest first.
    pub(crate) async fn orders(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["cursor", "limit"])?;
        let caller = caller(request)?;
        let page = Page::of(request, "/orders", caller.as_str())?;
        let lookup = Lookup {
            view: order::View::NAME,
            generation: Generation::FIRST,
            index: order::ACCOUNT,
            partition: (order::ACCOUNT, caller.as_str()),
            sort: order::PLACED,
            from: page.from.as_deref(),
            until: None,
            direction: Direction::Descending,
            limit: page.limit + 1,
        };
        let mut orders = Vec::new();
        for (_, row) in self.views.query(&lookup).await? {
            let document = document::<order::Document>(&row)?;
            orders.extend(document.and_then(|document| Order::of_view(row.version, &document)));
        }
        list(&page, orders, |order| format!("{}#{}", order.placed_at.as_deref().unwrap_or_default(), order.id))
    }

    /// `GET /stock/{sku}`: a product in every warehouse that has or had it.
    pub(crate) async fn stock(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&[])?;
        let sku: Sku = request.path("sku")?;
        let lookup = Lookup {
            view: stock::View::NAME,
            generation: Generation::FIRST,
            index: stock::SKU,
            partition: (stock::SKU, sku.as_str()),
            sort: stock::WAREHOUSE,
            from: None,
            until: None,
            direction: Direction::Ascending,
            limit: MOST_WAREHOUSES,
        };
        let rows = self.views.query(&lookup).await?;
        let stocks = rows.iter().map(|(_, row)| of_row(row)).collect::<Result<Vec<_>, _>>()?;
        let stocks: Vec<Stock> = stocks.into_iter().flatten().collect();
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
}

fn of_row(row: &Row) -> Result<Option<Stock>, Problem> {
    let document = document::<stock::Document>(row)?;
    Ok(document.map(|document| Stock::of(&document.warehouse, &document.sku, row.version, &document.state)))
}

/// A page of `found`, which has one item more than fits where another page follows.
fn list<T: serde::Serialize>(page: &Page, mut found: Vec<T>, sort: impl Fn(&T) -> String) -> Result<Response, Problem> {
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    let next = found.last().filter(|_| more).map(|last| page.next(&sort(last))).transpose()?;
    Response::json(StatusCode::OK, &Answer { items: found, next })
}
