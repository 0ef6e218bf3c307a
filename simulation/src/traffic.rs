//! Who uses the shop: staff who fill it, and customers who buy, change their minds, and ask again.

use crate::errands::{Answer, Errand, Told};
use crate::faults::Mishap;
use crate::gateway::{Got, Sent, send};
use crate::judge::{Invariant, Violation};
use crate::wire::ISSUER;
use crate::world::{World, lock};
use api::responses::Cart;
use domain::cart;
use domain::values::{AccountId, CardToken, CartId, OrderId, ShipmentId, Sku, WarehouseId};
use eventsourcing::decider::fold;
use eventsourcing::identity::subject_id;
use eventsourcing::{Decider, StreamName, Version};
use fastrand::Rng;
use futures::future::join;
use http::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// So many products there are, warehouses, and customers.
const PRODUCTS: usize = 4;
const WAREHOUSES: [&str; 3] = ["berlin", "bonn", "kiel"];
const CUSTOMERS: usize = 6;
/// So many carts each customer fills.
const CARTS: std::ops::RangeInclusive<usize> = 2..=3;
/// So many things staff do at least, and so long the log is at least before they stop.
const STAFF_ERRANDS: usize = 16;
const COMMITS: usize = 200;
/// What customers pay with.
const TOKENS: [&str; 8] = [
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_timeout_then_charged",
    "tok_unavailable",
    "tok_declined",
    "tok_expires",
];
/// How often a client tries before it gives up.
const TRIES: u32 = 6;

/// What clients share.
pub(crate) struct Traffic {
    pub(crate) world: Arc<World>,
    told: Mutex<Vec<Told>>,
    wrong: Mutex<Option<Violation>>,
    keys: AtomicU64,
    /// What was ordered, as far as anybody was told, and by whom.
    orders: Mutex<Vec<OrderId>>,
    accounts: Mutex<Vec<AccountId>>,
    /// How many of them are still at it.
    active: AtomicUsize,
}

impl Traffic {
    pub(crate) fn new(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self {
            world: world.clone(),
            told: Mutex::default(),
            wrong: Mutex::default(),
            keys: AtomicU64::default(),
            orders: Mutex::default(),
            accounts: Mutex::default(),
            active: AtomicUsize::new(1 + CUSTOMERS),
        })
    }

    /// Whether all have gone home.
    pub(crate) fn is_over(&self) -> bool {
        self.active.load(Ordering::Relaxed) == 0
    }

    /// What everybody was told.
    pub(crate) fn told(&self) -> Vec<Told> {
        lock(&self.told).clone()
    }

    /// The first thing that somebody read that was not so.
    pub(crate) fn wrong(&self) -> Option<Violation> {
        lock(&self.wrong).clone()
    }

    /// Fills the shop, lets customers in, and goes on working beside them.
    pub(crate) async fn staff(self: Arc<Self>) {
        let staff = self.clone().sam();
        for product in skus() {
            let price = self.world.dice(|dice| dice.i64(0..5_000));
            let _ = staff.ask(Errand::RegisterProduct { sku: product.clone(), price }).await;
            let _ = staff.ask(Errand::ListProduct { sku: product.clone() }).await;
            for warehouse in warehouses() {
                let quantity = self.world.dice(|dice| dice.u32(1..=9));
                let _ = staff.ask(Errand::ReceiveStock { warehouse, sku: product.clone(), quantity }).await;
            }
        }
        for number in 0..CUSTOMERS {
            let customer = Client { traffic: self.clone(), subject: format!("customer:{number}") };
            self.world.spawner.spawn(crate::executor::Owner::World, Box::pin(customer.shop()));
        }
        let mut errands = 0;
        while errands < STAFF_ERRANDS || self.world.stores.log.len() < COMMITS {
            staff.think().await;
            let errand = self.any_errand_of_staff();
            let _ = staff.ask(errand).await;
            errands += 1;
        }
        self.active.fetch_sub(1, Ordering::Relaxed);
    }

    /// A member of the staff.
    fn sam(self: Arc<Self>) -> Client {
        Client { traffic: self, subject: "staff:sam".to_owned() }
    }

    fn any_errand_of_staff(&self) -> Errand {
        let (orders, accounts) = (lock(&self.orders).clone(), lock(&self.accounts).clone());
        self.world.dice(|dice| {
            if let Some(order) = dice.choice(orders)
                && dice.u8(..2) == 0
            {
                return if dice.bool() { Errand::ShipOrder { order } } else { any_delivery(order, dice) };
            }
            if let Some(account) = dice.choice(accounts)
                && dice.u8(..8) == 0
            {
                let suspend = Errand::SuspendAccount { account: account.clone() };
                return if dice.u8(..3) == 0 { suspend } else { Errand::ActivateAccount { account } };
            }
            let sku = dice.choice(skus()).unwrap_or_else(|| unreachable!("there are products"));
            let warehouse = dice.choice(warehouses()).unwrap_or_else(|| unreachable!("there are warehouses"));
            match dice.u8(..10) {
                0..4 => Errand::ReceiveStock { warehouse, sku, quantity: dice.u32(1..=5) },
                4..6 => Errand::AdjustStock { warehouse, sku, on_hand: dice.u64(..12) },
                6..8 => Errand::RepriceProduct { sku, price: dice.i64(0..5_000) },
                8 => Errand::DelistProduct { sku },
                _ => Errand::ListProduct { sku },
            }
        })
    }
}

/// That a shipment of an order arrived, from wherever.
fn any_delivery(order: OrderId, dice: &mut Rng) -> Errand {
    let warehouse = dice.choice(warehouses()).unwrap_or_else(|| unreachable!("there are warehouses"));
    Errand::DeliverShipment { shipment: ShipmentId::of(&order, &warehouse) }
}

fn skus() -> Vec<Sku> {
    (0..PRODUCTS).filter_map(|number| format!("sku-{number}").parse().ok()).collect()
}

fn warehouses() -> Vec<WarehouseId> {
    WAREHOUSES.iter().filter_map(|name| name.parse().ok()).collect()
}

/// Somebody who uses the shop.
struct Client {
    traffic: Arc<Traffic>,
    subject: String,
}

impl Client {
    fn world(&self) -> &Arc<World> {
        &self.traffic.world
    }

    async fn think(&self) {
        let ms = self.world().dice(|dice| dice.u64(..45_000));
        self.world().sleep(Duration::from_millis(ms)).await;
    }

    /// A customer's visit.
    async fn shop(self) {
        if self.world().dice(|dice| dice.u8(..12)) > 0 {
            self.sign_up().await;
        }
        let carts = self.world().dice(|dice| dice.usize(CARTS));
        for _ in 0..carts {
            self.think().await;
            self.buy().await;
        }
        self.traffic.active.fetch_sub(1, Ordering::Relaxed);
    }

    /// An account that may buy, with something to pay with; who does not wait for that may buy too early.
    async fn sign_up(&self) {
        let Ok(account) = subject_id(ISSUER, &self.subject).parse::<AccountId>() else { return };
        let _ = self.ask(Errand::OpenAccount {}).await;
        let card = self.world().dice(|dice| dice.choice(TOKENS)).and_then(|token| token.parse::<CardToken>().ok());
        if let Some(token) = card {
            let _ = self.ask(Errand::AddCard { account: account.clone(), token: token.clone() }).await;
            if self.world().dice(|dice| dice.u8(..20)) == 0 {
                let _ = self.ask(Errand::RemoveCard { account: account.clone(), token }).await;
            }
        }
        let staff = self.traffic.clone().sam();
        let _ = staff.ask(Errand::ConfirmAccount { account: account.clone() }).await;
        let _ = staff.ask(Errand::ActivateAccount { account: account.clone() }).await;
        lock(&self.traffic.accounts).push(account);
    }

    /// One cart, from its opening to an order, mostly.
    async fn buy(&self) {
        let (answer, opened) = self.ask(Errand::OpenCart {}).await;
        let id = opened.and_then(|got| got.body.get("id")?.as_str()?.parse::<CartId>().ok());
        let (Answer::Done { .. }, Some(cart)) = (answer, id) else { return };
        let changes = self.world().dice(|dice| dice.usize(1..=4));
        for _ in 0..changes {
            let (answer, _) = self.ask(self.any_change(&cart)).await;
            if let Answer::Done { version } = answer {
                self.look(&cart, version).await;
            }
        }
        let (answer, _) = self.ask(Errand::CheckOut { cart: cart.clone() }).await;
        if let Answer::Done { version } = answer {
            self.look(&cart, version).await;
        }
        let order = OrderId::from(cart);
        lock(&self.traffic.orders).push(order.clone());
        match self.world().dice(|dice| dice.u8(..8)) {
            0..2 => {
                self.think().await;
                let _ = self.ask(Errand::CancelOrder { order }).await;
            }
            2..6 => self.have_sent(order).await,
            _ => {}
        }
    }

    /// Has the staff ship an order when it may be confirmed, now and then while the customer cancels it.
    async fn have_sent(&self, order: OrderId) {
        for _ in 0..self.world().dice(|dice| dice.usize(1..=4)) {
            self.think().await;
        }
        let staff = self.traffic.clone().sam();
        let shipped = staff.ask(Errand::ShipOrder { order: order.clone() });
        if self.world().dice(|dice| dice.u8(..4)) == 0 {
            let _ = join(shipped, self.ask(Errand::CancelOrder { order: order.clone() })).await;
        } else {
            let _ = shipped.await;
        }
        for warehouse in warehouses() {
            self.think().await;
            let _ = staff.ask(Errand::DeliverShipment { shipment: ShipmentId::of(&order, &warehouse) }).await;
        }
    }

    fn any_change(&self, cart: &CartId) -> Errand {
        self.world().dice(|dice| {
            let cart = cart.clone();
            let sku = dice.choice(skus()).unwrap_or_else(|| unreachable!("there are products"));
            match dice.u8(..12) {
                0..9 => Errand::AddItem { cart, sku, quantity: dice.u32(1..=3) },
                9..10 => Errand::ChangeQuantity { cart, sku, quantity: dice.u32(1..=3) },
                10 => Errand::RemoveItem { cart, sku },
                _ => Errand::ClearCart { cart },
            }
        })
    }

    /// Asks until there is an answer, under one key; now and then twice at once.
    async fn ask(&self, errand: Errand) -> (Answer, Option<Got>) {
        let key = format!("k{}", self.traffic.keys.fetch_add(1, Ordering::Relaxed));
        let twice = self.world().occurs(Mishap::SentTwice, |luck| luck.sent_twice);
        let first = self.insist(&errand, &key);
        if !twice {
            return first.await;
        }
        let (first, _) = join(first, self.insist(&errand, &key)).await;
        first
    }

    async fn insist(&self, errand: &Errand, key: &str) -> (Answer, Option<Got>) {
        let (method, path, body) = errand.request();
        let headers = vec![("idempotency-key", key.to_owned()), ("x-correlation-id", key.to_owned())];
        let sent = Sent { subject: self.subject.clone(), method, path, headers, body };
        let mut told = Told {
            subject: self.subject.clone(),
            key: key.to_owned(),
            errand: errand.clone(),
            answer: Answer::Unknown,
            open_tries: 0,
            window: None,
        };
        let mut last = None;
        for _ in 0..TRIES {
            let began = self.world().stores.log.len();
            last = send(self.world(), &sent).await;
            let answer = answer(last.as_ref());
            self.world().say(|| {
                format!("{} {key} {errand:?}: {answer:?} {:?}", self.subject, last.as_ref().map(|got| got.status))
            });
            (told.window, told.answer) = (Some((began, self.world().stores.log.len())), answer);
            if told.answer != Answer::Unknown {
                break;
            }
            told.open_tries += 1;
            self.think().await;
        }
        let answer = told.answer.clone();
        lock(&self.traffic.told).push(told);
        (answer, last)
    }

    /// Reads the cart, at least as new as it was left: it has to be what it was at the version that is shown.
    async fn look(&self, id: &CartId, version: Version) {
        let path = format!("/carts/{id}?min_version={version}");
        let sent = Sent { subject: self.subject.clone(), method: Method::GET, path, headers: vec![], body: json!({}) };
        let Some(got) = send(self.world(), &sent).await.filter(|got| got.status < 500) else { return };
        let wrong = |detail: String| {
            let found = Violation::new(Invariant::TrueReads, format!("{id} from version {version} on: {detail}"));
            lock(&self.traffic.wrong).get_or_insert(found);
        };
        match got.version.filter(|shown| *shown >= version && got.status == 200) {
            None => wrong(format!("{} at {:?}", got.status, got.version)),
            Some(shown) => match self.cart_at(id, shown) {
                Some(expected) if expected == got.body => {}
                expected => wrong(format!("{} instead of {expected:?}", got.body)),
            },
        }
    }

    /// The cart as it was at a version.
    fn cart_at(&self, id: &CartId, version: Version) -> Option<Value> {
        let stream = StreamName::new(cart::Stream::CATEGORY, id.as_str()).ok()?;
        let mut state = cart::State::default();
        for commit in self.world().stores.log.commits(&stream) {
            if commit.version <= version {
                state = fold::<cart::Stream>(state, &commit.events.decode().ok()?);
            }
        }
        serde_json::to_value(Cart::of(id, version, &state)?).ok()
    }
}

/// What an answer says of what was asked for.
fn answer(got: Option<&Got>) -> Answer {
    match got {
        Some(got) if got.status < 300 => got.version.map_or(Answer::Unknown, |version| Answer::Done { version }),
        // Lost races, and what is not there yet: try again.
        Some(got) if got.status < 500 && got.status != 409 => {
            Answer::Refused { problem: got.problem().unwrap_or_default().to_owned() }
        }
        Some(_) | None => Answer::Unknown,
    }
}
