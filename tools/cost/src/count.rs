//! Counts the usage of an order: a whole story on a counting host, with the most expensive variant of each step.
//!
//! Every invocation is in an environment of its own, every record and message comes alone (see [`Options::counted`]),
//! and the payment provider reports its changes after everything else has settled. So each run counts the same, to the
//! unit.

use crate::failure::Failure;
use crate::figures::{Figures, Open};
use crate::inventory::{Inventory, Route};
use crate::left_out::{leave_out, leave_out_months};
use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::GlobalSecondaryIndexDescription as Index;
use foldlog::Clock;
use foldlog_lambda::SystemHost;
use foldlog_local::{Host, Options, Usage};
use indicatif::ProgressBar;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use shop_client::sample::catalogue::{PRODUCTS, WAREHOUSES};
use shop_client::sample::keeping::{offer, receive};
use shop_client::sample::orders::Delivery;
use shop_client::sample::shopping::{check_out, fill_cart, sign_up};
use shop_client::{Client, Identity, Role, Session};
use shop_composition::{Provider, options};
use shop_payments::webhook::{SIGNATURE, TIMESTAMP, Webhook, sign};
use std::collections::BTreeMap;
use std::time::Duration;

/// The number of steps of the progress bar.
pub(crate) const STEPS: usize = 10;
/// The deliveries before the order. They bring its stock as far behind its last snapshot as a stream comes, so that the
/// reservation reads most, and one of the two commits on it carries the next snapshot.
const DELIVERIES: u64 = 38;
/// The products on the longest page of the catalogue.
const PAGE: usize = 100;
const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
const CUSTOMER: &str = "alice";

/// A shop whose functions' usage is counted.
struct Counted {
    host: Host,
    provider: Provider,
    customer: Session,
    staff: Session,
    told: usize,
    before: Usage,
}

#[derive(Deserialize)]
struct Order {
    shipments: Vec<String>,
}

/// Runs the story, and counts.
pub(crate) async fn count(bar: &ProgressBar) -> Result<Figures, Failure> {
    let mut shop = Counted::open().await?;
    bar.inc(1);
    shop.prepare().await?;
    shop.used().await;
    bar.inc(1);
    let minute = shop.later(MINUTE).await;
    let bytes = shop.bytes().await?;

    let order = shop.order("first").await?;
    let ordering = shop.used().await;
    bar.inc(1);
    let shipments = shop.shipments(&order).await?;
    let look = shop.used().await;
    bar.inc(1);
    let asked_confirmed = shop.later(MINUTE).await.since(&minute);
    shop.ship(&order).await?;
    let shipping = shop.used().await;
    bar.inc(1);
    let asked_shipped = shop.later(MINUTE).await.since(&minute);
    shop.deliver(&shipments).await?;
    let delivering = shop.used().await;
    bar.inc(1);
    let more = shop.bytes().await?;

    // The second daily run reads one order more than the first.
    let one = shop.next_day().await;
    bar.inc(1);
    shop.whole_order("second").await?;
    shop.used().await;
    bar.inc(1);
    let two = shop.next_day().await;
    bar.inc(1);
    fill_cart(&shop.customer, "third", &[(PRODUCTS[0].sku, 1)]).await?;
    let filled = shop.used().await;
    let open = shop.open_routes().await?;
    bar.inc(1);
    shop.host.stop().await;
    shop.provider.stop().await;
    let reconciled = two.since(&one);
    let bytes = more.into_iter().map(|(table, more)| {
        let before = bytes.get(&table).copied().unwrap_or_default();
        (table, more.saturating_sub(before))
    });
    Ok(Figures {
        ordering,
        shipping,
        delivering,
        asked_confirmed,
        asked_shipped,
        look,
        filled,
        open,
        // Without the cost of the run itself, which a shop without the order has, too.
        first_reconciled: Usage { invocations: BTreeMap::new(), ..one.clone().since(&minute).since(&reconciled) },
        day: one,
        minute,
        reconciled,
        bytes: bytes.filter(|(_, bytes)| *bytes > 0).collect(),
    })
}

impl Counted {
    /// An empty shop, whose provider sends no webhooks.
    async fn open() -> Result<Self, Failure> {
        let provider = Provider::start(None).await?;
        let (environment, secrets) = (provider.environment(), provider.secrets().by_arn());
        let options = Options { counted: true, environment, secrets, ..options([]) };
        let host = Host::start(options).await?;
        let base = host.url().parse().map_err(|error| Failure::Machine(format!("{}: {error}", host.url())))?;
        let client = Client::at(base, None)?;
        let customer = client.session(&Identity::customer(CUSTOMER)).await?;
        let staff = client.session(&Identity::of(Role::Staff)).await?;
        Ok(Self { host, provider, customer, staff, told: 0, before: Usage::default() })
    }

    /// Creates a customer, a product, and deliveries of it.
    async fn prepare(&self) -> Result<(), Failure> {
        sign_up(&self.customer, &self.staff, CUSTOMER, "tok_ok").await?;
        let product = &PRODUCTS[0];
        offer(&self.staff, product).await?;
        for number in 0..DELIVERIES {
            let (warehouse, sku) = (WAREHOUSES[0], product.sku);
            let delivery = Delivery { number, warehouse, sku, quantity: 10 };
            receive(&self.staff, "count", &delivery).await?;
        }
        Ok(())
    }

    /// Checks out a cart of one line. Its order is confirmed, with invoice and shipment, once everything has settled.
    async fn order(&mut self, key: &str) -> Result<String, Failure> {
        let cart = fill_cart(&self.customer, key, &[(PRODUCTS[0].sku, 2)]).await?;
        self.host.settled().await;
        check_out(&self.customer, key, &cart, None).await?;
        self.notices().await?;
        Ok(cart)
    }

    async fn ship(&mut self, order: &str) -> Result<(), Failure> {
        self.staff.command(&["orders", order, "ship"], &format!("ship-{order}"), &json!({})).await?;
        self.notices().await
    }

    /// The customer looks at an order.
    async fn shipments(&self, order: &str) -> Result<Vec<String>, Failure> {
        let order: Order = self.customer.get(&["orders", order]).send().await?.accepted()?.json()?;
        Ok(order.shipments)
    }

    async fn deliver(&mut self, shipments: &[String]) -> Result<(), Failure> {
        for shipment in shipments {
            self.staff.command(&["shipments", shipment, "deliver"], &format!("deliver-{shipment}"), &json!({})).await?;
        }
        self.notices().await
    }

    async fn whole_order(&mut self, key: &str) -> Result<(), Failure> {
        let order = self.order(key).await?;
        let shipments = self.shipments(&order).await?;
        self.ship(&order).await?;
        self.deliver(&shipments).await
    }

    /// Once everything has settled, the provider reports its changes.
    async fn notices(&mut self) -> Result<(), Failure> {
        self.host.settled().await;
        let address = format!("{}/webhooks/payments", self.host.url());
        for (reference, payment) in self.provider.sandbox().changes(self.told) {
            self.told += 1;
            let notice = Webhook::new(reference, payment);
            let body = serde_json::to_string(&notice).map_err(std::io::Error::other)?;
            let now = SystemHost.now();
            let request = reqwest::Client::new()
                .post(&address)
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .header(TIMESTAMP, now.0)
                .header(SIGNATURE, sign(&self.provider.secrets().webhook()?, now, body.as_bytes()))
                .body(body);
            let answer = request.send().await.map_err(|error| Failure::Machine(error.to_string()))?;
            if answer.status() != StatusCode::OK && answer.status() != StatusCode::NO_CONTENT {
                return Err(Failure::Machine(format!("{}: a notice was answered {}", notice.id, answer.status())));
            }
            self.host.settled().await;
        }
        Ok(())
    }

    /// The dearest request on each route that needs no token: the catalogue has a full page, and the webhook is a forged
    /// one.
    async fn open_routes(&mut self) -> Result<BTreeMap<String, Open>, Failure> {
        for number in 0..PAGE {
            let sku = format!("counted-{number}");
            let mut body = PRODUCTS[0].registration();
            body["sku"] = sku.clone().into();
            self.staff.command(&["products"], &sku, &body).await?;
            self.staff.command(&["products", &sku, "list"], &sku, &json!({})).await?;
        }
        // The first page with a next one makes the key of cursors.
        let first = reqwest::get(format!("{}/catalogue?limit=1", self.host.url())).await;
        first.and_then(reqwest::Response::error_for_status).map_err(|error| Failure::Machine(error.to_string()))?;
        self.used().await;
        let mut open = BTreeMap::new();
        for Route { key, .. } in Inventory::read()?.routes.into_iter().filter(|route| route.scopes.is_empty()) {
            let (method, path) = key.split_once(' ').unwrap_or_default();
            let query = if path == "/catalogue" { format!("?limit={PAGE}") } else { String::new() };
            let path = path.replace("{sku}", PRODUCTS[0].sku) + &query;
            let method = method.parse().map_err(|_| Failure::Machine(format!("{method} is no method")))?;
            let request = reqwest::Client::new().request(method, format!("{}{path}", self.host.url()));
            let answer = request.send().await.map_err(|error| Failure::Machine(error.to_string()))?;
            if answer.status().is_server_error() {
                return Err(Failure::Machine(format!("{key} was answered {}", answer.status())));
            }
            let body = answer.bytes().await.map_err(|error| Failure::Machine(error.to_string()))?;
            open.insert(key, Open { usage: self.used().await, answer_bytes: body.len() as u64 });
        }
        Ok(open)
    }

    /// The usage since the last call, once everything has settled.
    async fn used(&mut self) -> Usage {
        self.host.settled().await;
        let mut now = self.host.usage();
        leave_out(&mut now);
        let since = now.clone().since(&self.before);
        self.before = now;
        since
    }

    /// The usage while the clock of the schedules advances by this time.
    async fn later(&mut self, by: Duration) -> Usage {
        self.host.advance_clock(by).await;
        self.used().await
    }

    /// The usage while the clock of the schedules advances by a day, as in the middle of a month.
    async fn next_day(&mut self) -> Usage {
        let mut used = self.later(DAY).await;
        leave_out_months(&mut used, reconcile::audited(SystemHost.now()).len());
        used
    }

    /// The number of bytes in each table, by its logical id, indexes included.
    async fn bytes(&self) -> Result<BTreeMap<String, u64>, Failure> {
        let database = Database::new(&self.host.aws_config());
        let failed = |error: &dyn std::error::Error| Failure::Tables(DisplayErrorContext(error).to_string());
        let listed = database.list_tables().send().await.map_err(|error| failed(&error))?;
        let mut bytes = BTreeMap::new();
        for name in listed.table_names() {
            let described = database.describe_table().table_name(name).send().await.map_err(|error| failed(&error))?;
            let Some(table) = described.table() else { continue };
            let indexes = table.global_secondary_indexes().iter().filter_map(Index::index_size_bytes);
            let all: i64 = indexes.chain(table.table_size_bytes()).sum();
            let logical = name.split_once('-').map_or(name.as_str(), |(_, logical)| logical);
            bytes.insert(logical.to_owned(), u64::try_from(all).unwrap_or_default());
        }
        Ok(bytes)
    }
}
