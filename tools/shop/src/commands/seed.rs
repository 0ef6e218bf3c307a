//! `shop seed`: customers and orders from one seed.

use crate::failure::Failure;
use crate::global::Global;
use crate::terminal::bar;
use futures::stream::{self, StreamExt, TryStreamExt};
use indicatif::ProgressBar;
use serde::Serialize;
use shop_client::sample::catalogue::PRODUCTS;
use shop_client::sample::keeping;
use shop_client::sample::orders::{CUSTOMERS, Order, deliveries, orders};
use shop_client::sample::shopping::{self, Cards};
use shop_client::{ClientError, Identity, Role, Session};
use shopping::{End, OrderAction};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The card token of the accounts.
const CARD: &str = "tok_ok";
/// The number of customers that shop concurrently, and of orders that are watched concurrently.
const AT_A_TIME: usize = 8;
const WATCHED: usize = 32;

/// Fill the shop with products, stock and orders, from one number
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It creates products, stock in two warehouses, and the carts of eight customers, and checks out 8
carts at a time. Lamp and knife are scarce and some cards are declined, so some orders fail. Some
customers cancel. Most confirmed orders are shipped and delivered, and some goods come back.

The same seed makes the same shop. If you run it again, it changes nothing; with more orders, it
continues where it stopped.

Examples:
  shop seed --orders 100 --seed 1
  shop seed --orders 1000 --seed 2 --json")]
pub(crate) struct Seed {
    /// The number of carts to check out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    orders: u64,
    /// The seed of all random choices
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// The result.
#[derive(Debug, Serialize)]
struct Summary {
    orders: u64,
    seed: u64,
    confirmed: usize,
    failed: usize,
    cancelled: usize,
    shipped: usize,
    delivered: usize,
    returned: usize,
    duration_ms: u128,
}

impl Seed {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let started = Instant::now();
        let client = global.client()?;
        let staff = client.session(&Identity::of(Role::Staff)).await?;
        let mut customers = BTreeMap::new();
        for name in CUSTOMERS {
            customers.insert(name, client.session(&Identity::customer(name)).await?);
        }
        let accounts = customers.iter().map(async |(name, customer)| {
            let cards = shopping::sign_up(customer, &staff, name, CARD).await?;
            Ok::<_, ClientError>((*name, (customer, cards)))
        });
        let signed_up = at_a_time(AT_A_TIME, bar("accounts", customers.len()), accounts).await?;
        let customers: Customers<'_> = signed_up.into_iter().collect();
        self.stock(&staff).await?;
        let placed = self.shop(&customers).await?;
        let ends = watch(&placed, &staff).await?;
        let count = |wanted: End| ends.iter().filter(|end| **end == wanted).count();
        let summary = Summary {
            orders: self.orders,
            seed: self.seed,
            confirmed: count(End::Confirmed),
            failed: count(End::Failed),
            cancelled: count(End::Cancelled),
            shipped: count(End::Shipped),
            delivered: count(End::Delivered),
            returned: count(End::Returned),
            duration_ms: started.elapsed().as_millis(),
        };
        global.print(&summary, || summary.to_string())
    }

    /// Registers products and receives their stock, until the views show it.
    async fn stock(&self, staff: &Session) -> Result<(), ClientError> {
        let offers = PRODUCTS.iter().map(|product| keeping::offer(staff, product));
        at_a_time(AT_A_TIME, bar("products", PRODUCTS.len()), offers).await?;
        let deliveries: Vec<_> = deliveries(self.seed, self.orders).collect();
        let occasion = format!("seed-{}", self.seed);
        let receipts = deliveries.iter().map(|delivery| keeping::receive(staff, &occasion, delivery));
        let stocks = at_a_time(AT_A_TIME, bar("deliveries", deliveries.len()), receipts).await?;
        let shown = stocks.iter().map(|stock| keeping::visible(staff, stock));
        at_a_time(AT_A_TIME, bar("stock shown", stocks.len()), shown).await.map(drop)
    }

    /// Fills and checks out carts, and returns their orders.
    async fn shop<'a>(&self, customers: &'a Customers<'a>) -> Result<Vec<Placed<'a>>, ClientError> {
        let carts = orders(self.seed, self.orders).filter_map(|order| Some((customers.get(order.customer)?, order)));
        let checkouts = carts.map(|((customer, cards), order)| self.check_out(customer, cards, order));
        at_a_time(AT_A_TIME, bar("checkouts", usize::try_from(self.orders).unwrap_or(usize::MAX)), checkouts).await
    }

    async fn check_out<'a>(
        &self,
        customer: &'a Session,
        cards: &Cards,
        order: Order,
    ) -> Result<Placed<'a>, ClientError> {
        let key = format!("sample-seed-{}-order-{}", self.seed, order.number);
        let cart = shopping::fill_cart(customer, &key, &order.lines).await?;
        let with = order.card.and_then(|token| cards.get(token)).map(String::as_str);
        shopping::check_out(customer, &key, &cart, with).await?;
        Ok(Placed { customer, order: cart, action: order.action })
    }
}

/// The customers by name, each with the cards beside the default one.
type Customers<'a> = BTreeMap<&'a str, (&'a Session, Cards)>;

/// An order, its customer, and what to do with it.
struct Placed<'a> {
    customer: &'a Session,
    order: String,
    action: OrderAction,
}

/// Brings every confirmed order to its intended end.
async fn watch(placed: &[Placed<'_>], staff: &Session) -> Result<Vec<End>, ClientError> {
    let moved = Cell::new(Instant::now());
    let moved = &moved;
    let waits = placed.iter().map(async |Placed { customer, order, action }| {
        match shopping::ended(customer, order, moved).await? {
            End::Confirmed => shopping::carry_out(*action, order, customer, staff, moved).await,
            // A repeated return changes nothing.
            End::Delivered => shopping::take_back(*action, order, staff).await,
            end @ (End::Failed | End::Cancelled | End::Shipped | End::Returned) => Ok(end),
        }
    });
    at_a_time(WATCHED, bar("orders settled", placed.len()), waits).await
}

/// Runs many tasks, a fixed number at a time, with a progress bar.
async fn at_a_time<T>(
    most: usize,
    bar: ProgressBar,
    tasks: impl Iterator<Item = impl Future<Output = Result<T, ClientError>>>,
) -> Result<Vec<T>, ClientError> {
    let done = stream::iter(tasks).buffer_unordered(most).inspect_ok(|_| bar.inc(1)).try_collect().await;
    bar.finish_and_clear();
    done
}

impl std::fmt::Display for Summary {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { orders, seed, confirmed, failed, cancelled, shipped, delivered, returned, duration_ms } = self;
        let duration = Duration::from_millis(u64::try_from(*duration_ms).unwrap_or(u64::MAX));
        write!(
            formatter,
            "{orders} orders of seed {seed}: {delivered} delivered, {returned} delivered and returned, "
        )?;
        write!(formatter, "{shipped} shipped, ")?;
        write!(formatter, "{confirmed} confirmed, {cancelled} cancelled, {failed} failed")?;
        write!(formatter, ", in {duration:.1?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_tells_what_became_of_the_orders() {
        let summary = Summary {
            orders: 100,
            seed: 7,
            confirmed: 18,
            failed: 12,
            cancelled: 10,
            shipped: 20,
            delivered: 35,
            returned: 5,
            duration_ms: 4_200,
        };
        let told = "35 delivered, 5 delivered and returned, 20 shipped, 18 confirmed, 10 cancelled, 12 failed, in 4.2s";
        assert_eq!(summary.to_string(), format!("100 orders of seed 7: {told}"));
    }
}
