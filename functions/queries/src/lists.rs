//! Lists: an index serves each one by key conditions alone. If an index is spread over shards, the list merges them.

use crate::{FRESH_S, Queries, STAFF};
use foldlog::{Direction, Index, Version};
use foldlog_functions::KeyPorts;
use foldlog_lambda::http::Page;
use foldlog_lambda::{Problem, Request, Response};
use futures::future::try_join_all;
use http::StatusCode;
use shop_api::CUSTOMER;
use shop_api::responses::{ListedProduct, Order, Page as Answer, Product, Sight};
use shop_domain::values::{AccountId, Category};
use shop_domain::views::order::StatusName;
use shop_domain::views::{catalogue, order};

impl<P: KeyPorts> Queries<P> {
    /// `GET /catalogue?category=&cursor=&limit=`: listed products by sku.
    pub(crate) async fn catalogue(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["category", "cursor", "limit"])?;
        let category: Option<Category> = request.query("category")?;
        let page = Page::of(request, "/catalogue", &self.keys).await?;
        let shards = (0..catalogue::SHARDS).map(|shard| match &category {
            None => shard.to_string(),
            Some(category) => catalogue::category_partition(category, shard),
        });
        let index = if category.is_none() { catalogue::BY_LISTING } else { catalogue::BY_CATEGORY };
        let found = self.page_of::<catalogue::View>(&page, (index, shards), Direction::Ascending);
        let products = found.await?.into_iter();
        let mut products: Vec<Product> =
            products.filter_map(|(version, document)| Product::of(&document.sku, version, &document.state)).collect();
        products.sort_by(|one, other| one.sku.cmp(&other.sku));
        let (items, next) = page.cut(products, |product| product.sku.to_string(), &self.keys).await?;
        let offered = items.into_iter().map(async |product| {
            let availability = Some(self.available(&product.sku).await?);
            Ok::<_, Problem>(ListedProduct { product, availability })
        });
        Ok(Response::json(StatusCode::OK, &Answer { items: try_join_all(offered).await?, next })?.public(FRESH_S))
    }

    /// `GET /orders?status=&cursor=&limit=`, newest first: the caller's own orders, or for the staff all orders of a
    /// status. A list of the staff does not show the reasons that people gave.
    pub(crate) async fn orders(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["status", "cursor", "limit"])?;
        let account: AccountId = request.caller_id()?;
        let (index, partitions) = which(request, &account)?;
        let page = Page::of(request, "/orders", &self.keys).await?;
        let found = self.page_of::<order::View>(&page, (index, partitions), Direction::Descending);
        let found = found.await?;
        let has_own_reason = found.iter().any(|(_, document)| document.state.sealed_for() == Some(&account));
        let key = if has_own_reason { self.key(&account).await? } else { None };
        let shown = |(version, document): (Version, order::Document)| {
            let is_own = document.state.account() == Some(&account);
            let sight = if is_own { Sight::Opened(key.as_ref()) } else { Sight::Sealed };
            Order::of_view(version, &document, sight).transpose()
        };
        let mut orders: Vec<Order> = found.into_iter().filter_map(shown).collect::<Result<_, _>>()?;
        orders.sort_by_key(|order| std::cmp::Reverse(placed(order)));
        let (items, next) = page.cut(orders, placed, &self.keys).await?;
        Response::json(StatusCode::OK, &Answer { items, next })
    }
}

/// The index and the partitions that hold the orders which the caller may list.
fn which(request: &Request, account: &AccountId) -> Result<(Index, Vec<String>), Problem> {
    let (staff, customer) = (request.caller()?.has_scope(STAFF), request.caller()?.has_scope(CUSTOMER));
    match request.query::<StatusName>("status")? {
        Some(status) if staff => {
            let shards = (0..order::SHARDS).map(|shard| order::status_partition(status, shard));
            Ok((order::BY_STATUS, shards.collect()))
        }
        Some(_) => Err(Problem::forbidden("only the staff lists orders by status; leave it out for your own")),
        None if staff && !customer => Err(Problem::invalid_parameter("status", "is needed: which orders to list")),
        None => Ok((order::BY_ACCOUNT, vec![account.to_string()])),
    }
}

/// The sort key of an order in the index.
fn placed(order: &Order) -> String {
    format!("{}#{}", order.placed_at.as_deref().unwrap_or_default(), order.id)
}
