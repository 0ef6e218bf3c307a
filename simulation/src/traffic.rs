//! Who uses the shop: staff who fill it, and customers who buy, change their minds, and ask again.

use crate::errands::{Answer, Errand, Told};
use crate::faults::Mishap;
use crate::gateway::{Got, Sent, send};
use crate::judge::{Invariant, Violation};
use crate::world::World;
use api::responses::Cart;
use domain::cart;
use domain::values::{CartId, OrderId, Sku, WarehouseId};
use eventsourcing::decider::fold;
use eventsourcing::{Decider, StreamName, Version};
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
/// How often a client tries before it gives up.
const TRIES: u32 = 6;

/// What clients share.
pub(crate) struct Traffic {
    pub(crate) world: Arc<World>,
    told: Mutex<Vec<Told>>,
    wrong: Mutex<Option<Violation>>,
    keys: AtomicU64,
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
            active: AtomicUsize::new(1 + CUSTOMERS),
        })
    }

    /// Whether all have gone home.
    pub(crate) fn is_over(&self) -> bool {
        self.active.load(Ordering::Relaxed) == 0
    }

    /// What everybody was told.
    pub(crate) fn told(&self) -> Vec<Told> {
        crate::world::lock(&self.told).clone()
    }

    /// The first thing that somebody read that was not so.
    pub(crate) fn wrong(&self) -> Option<Violation> {
        crate::world::lock(&self.wrong).clone()
    }

    /// Fills the shop, lets customers in, and goes on working beside them.
    pub(crate) async fn staff(self: Arc<Self>) {
        let staff = Client { traffic: self.clone(), subject: "staff:sam".to_owned() };
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

    fn any_errand_of_staff(&self) -> Errand {
        self.world.dice(|dice| {
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
        let carts = self.world().dice(|dice| dice.usize(CARTS));
        for _ in 0..carts {
            self.think().await;
            self.buy().await;
        }
        self.traffic.active.fetch_sub(1, Ordering::Relaxed);
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
        if self.world().dice(|dice| dice.u8(..4)) == 0
            && let Ok(order) = cart.as_str().parse::<OrderId>()
        {
            self.think().await;
            let _ = self.ask(Errand::CancelOrder { order }).await;
        }
    }

    fn any_change(&self, cart: &CartId) -> Errand {
        self.world().dice(|dice| {
            let cart = cart.clone();
            let sku = dice.choice(skus()).unwrap_or_else(|| unreachable!("there are products"));
            match dice.u8(..12) {
                0..8 => Errand::AddItem { cart, sku, quantity: dice.u32(1..=3) },
                8..10 => Errand::ChangeQuantity { cart, sku, quantity: dice.u32(1..=3) },
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
        crate::world::lock(&self.traffic.told).push(told);
        (answer, last)
    }

    /// Reads the cart, at least as new as it was left: it has to be what it was at the version that is shown.
    async fn look(&self, id: &CartId, version: Version) {
        let path = format!("/carts/{id}?min_version={version}");
        let sent = Sent { subject: self.subject.clone(), method: Method::GET, path, headers: vec![], body: json!({}) };
        let Some(got) = send(self.world(), &sent).await.filter(|got| got.status < 500) else { return };
        let wrong = |detail: String| {
            let found = Violation::new(Invariant::TrueReads, format!("{id} from version {version} on: {detail}"));
            crate::world::lock(&self.traffic.wrong).get_or_insert(found);
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
