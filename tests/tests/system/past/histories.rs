//! Histories made by chance, and what their first events amount to by the domain's own words.

use foldlog::read::projection::EventOf;
use foldlog::{Actor, Decider, OwnerKey, Projection, Recorded, StreamName, Timestamp, Version};
use serde_json::{Value, json};
use shop_api::responses::{Account, Cart, Invoice, Order, Product, Shipment, Sight};
use shop_domain::views;
use tests::Client;

/// A stream's events, as operators see them.
pub(super) struct History {
    stream: StreamName,
    pub(super) events: Vec<Value>,
}

impl History {
    pub(super) async fn of(operator: &Client, stream: &str) -> Self {
        let page = operator.get(&format!("/ops/streams/{stream}?limit=1000")).await.expect(200).body;
        assert_eq!(page["next"], Value::Null);
        Self { stream: stream.parse().unwrap(), events: page["items"].as_array().unwrap().clone() }
    }

    fn committed_at(&self, place: usize) -> i64 {
        self.events[place]["at"].as_str().unwrap().parse::<Timestamp>().unwrap().0
    }

    /// How many moments something happened at: at least as many commits there are.
    pub(super) fn commits(&self) -> usize {
        let mut moments: Vec<_> = (0..self.events.len()).map(|place| self.committed_at(place)).collect();
        moments.dedup();
        moments.len()
    }

    /// Moments, and how many events had happened by then: just before, at, and between those of the commits.
    pub(super) fn moments(&self) -> Vec<(i64, usize)> {
        let happened: Vec<_> = (0..self.events.len()).map(|place| self.committed_at(place)).collect();
        let between = happened.windows(2).map(|pair| i64::midpoint(pair[0], pair[1]));
        let around = happened.iter().flat_map(|moment| [moment - 1, *moment]).chain(between);
        let mut moments: Vec<_> = around.chain([happened[happened.len() - 1] + 3_600_000]).collect();
        moments.sort_unstable();
        moments.dedup();
        let by = |moment: i64| happened.iter().filter(|happened| **happened <= moment).count();
        moments.into_iter().map(|moment| (moment, by(moment))).collect()
    }

    fn typed<E: foldlog::Event>(&self) -> impl Iterator<Item = E> + '_ {
        let event = |event: &Value| json!({ "type": event["type"], "data": event["data"] });
        self.events.iter().map(move |stored| serde_json::from_value(event(stored)).unwrap())
    }

    fn states_of<D: Decider>(&self) -> Vec<Value> {
        let mut states = vec![D::State::default()];
        for event in self.typed::<D::Event>() {
            let last = states[states.len() - 1].clone();
            states.push(D::evolve(last, &event));
        }
        states.iter().map(|state| serde_json::to_value(state).unwrap()).collect()
    }

    /// The state before the first event, and after each.
    pub(super) fn states(&self) -> Vec<Value> {
        match self.stream.category() {
            "account" => self.states_of::<shop_domain::account::Account>(),
            "cart" => self.states_of::<shop_domain::cart::Cart>(),
            "fulfilment" => self.states_of::<shop_domain::fulfilment::Fulfilment>(),
            "invoice" => self.states_of::<shop_domain::invoice::Invoice>(),
            "order" => self.states_of::<shop_domain::order::Order>(),
            "payment" => self.states_of::<shop_domain::payment::Payment>(),
            "product" => self.states_of::<shop_domain::product::Product>(),
            "stock" => self.states_of::<shop_domain::stock::Stock>(),
            category => panic!("no test has a stream of {category}"),
        }
    }

    /// What a projection makes of the events up to each, as it is answered; null where nothing is shown.
    fn documents<P: Projection>(&self, body: impl Fn(Version, &P::Document) -> Option<Value>) -> Vec<Value> {
        let (mut document, mut bodies) = (None, vec![]);
        for (version, event) in (1..).map(Version).zip(self.typed::<EventOf<P>>()) {
            let committed_at = Timestamp(self.committed_at(bodies.len()));
            let recorded =
                Recorded { event, stream: &self.stream, version, committed_at, actor: &Actor("anybody".to_owned()) };
            document = P::apply(document, &recorded);
            bodies.push(document.as_ref().and_then(|document| body(version, document)).unwrap_or(Value::Null));
        }
        bodies
    }

    pub(super) fn carts(&self) -> Vec<Value> {
        let id = self.stream.id().parse().unwrap();
        // The tax of the template.
        let tax_rate = "1900".parse().unwrap();
        self.documents::<views::cart::View>(|version, state| Some(json!(Cart::of(&id, version, state, tax_rate))))
    }

    pub(super) fn products(&self) -> Vec<Value> {
        let sku = self.stream.id().parse().unwrap();
        self.documents::<views::catalogue::View>(|version, document| {
            document.listed().map(|_| json!(Product::of(&sku, version, &document.state)))
        })
    }

    pub(super) fn accounts(&self, sight: Sight<'_>) -> Vec<Value> {
        let id = self.stream.id().parse().unwrap();
        self.documents::<views::account::View>(|version, document| {
            Some(json!(Account::opened(&id, version, &document.account, sight).unwrap()))
        })
    }

    pub(super) fn orders(&self, key: Option<&OwnerKey>) -> Vec<Value> {
        let order = |version, document: &_| Some(json!(Order::of_view(version, document, Sight::Opened(key)).unwrap()));
        self.documents::<views::order::View>(order)
    }

    pub(super) fn invoices(&self) -> Vec<Value> {
        self.documents::<views::invoice::View>(|version, document| Some(json!(Invoice::of_view(version, document))))
    }

    pub(super) fn shipments(&self, id: &str) -> Vec<Value> {
        let id = id.parse().unwrap();
        self.documents::<views::shipment::View>(|version, document| {
            Some(json!(Shipment::of(&id, version, &document.state)))
        })
    }
}

/// A moment as a parameter of a query, in this offset or that.
pub(super) fn at(moment: i64, nth: usize) -> String {
    let offset = jiff::tz::Offset::constant([0, 2, -5][nth % 3]);
    let moment = jiff::Timestamp::from_millisecond(moment).unwrap();
    moment.display_with_offset(offset).to_string().replace('+', "%2B")
}

pub(super) async fn random_cart(customer: &Client, random: &mut fastrand::Rng, commands: usize) -> String {
    let id = customer.post("/carts", json!({})).await.expect(201).text("id").to_owned();
    for _ in 0..commands {
        let sku = ["mug", "pot", "tea"][random.usize(..3)];
        let item = format!("/carts/{id}/items/{sku}");
        let quantity = json!({ "quantity": random.u32(1..9) });
        let answer = match random.u8(..10) {
            0..5 => {
                let added = json!({ "sku": sku, "quantity": random.u32(1..9) });
                customer.post(&format!("/carts/{id}/items"), added).await
            }
            5..7 => customer.send(reqwest::Method::PATCH, &item, Some(quantity.to_string()), &[]).await,
            7..9 => customer.send(reqwest::Method::DELETE, &item, None, &[]).await,
            _ => customer.send(reqwest::Method::DELETE, &format!("/carts/{id}/items"), None, &[]).await,
        };
        assert!(!answer.status.is_server_error(), "{}", answer.body);
    }
    id
}

pub(super) async fn random_product(staff: &Client, sku: &str, random: &mut fastrand::Rng, commands: usize) {
    for _ in 0..commands {
        let amount = random.u32(1..5_000);
        let (command, body) = match random.u8(..5) {
            0 => ("price", json!({ "price": { "amount": amount, "currency": "EUR" } })),
            1 => ("list", json!({})),
            2 => ("delist", json!({})),
            3 => ("description", json!({ "description": format!("Holds {amount} leaves.") })),
            _ => ("category", json!({ "category": if random.bool() { "kitchen" } else { "garden" } })),
        };
        let _ = staff.post(&format!("/products/{sku}/{command}"), body).await.expect(200);
    }
}

pub(super) async fn random_stock(
    staff: &Client,
    warehouse: &str,
    sku: &str,
    random: &mut fastrand::Rng,
    commands: usize,
) {
    for _ in 0..commands {
        let quantity = random.u32(1..99);
        let (command, body) = if random.bool() {
            ("receive", json!({ "quantity": quantity }))
        } else {
            ("adjust", json!({ "on_hand": quantity, "reason": "counted" }))
        };
        let _ = staff.post(&format!("/stock/{warehouse}/{sku}/{command}"), body).await.expect(200);
    }
}

/// Fills the caller's account, and returns its id.
pub(super) async fn random_account(customer: &Client, random: &mut fastrand::Rng, commands: usize) -> String {
    let profile = json!({ "name": "alice", "email": "alice@example.org" });
    let account = customer.post("/accounts", profile).await.header("location").unwrap().to_owned();
    for nth in 0..commands {
        let known = customer.get(&account).await.body;
        let answer = match random.u8(..4) {
            0 => {
                let card = json!({ "token": format!("tok_{nth}"), "brand": "Visa", "last4": "4242" });
                customer.post(&format!("{account}/cards"), card).await
            }
            1 => {
                let kind = ["shipping", "billing"][random.usize(..2)];
                let address = json!({
                    "kind": kind, "lines": [format!("Hafenstraße {nth}")], "city": "Berlin", "postcode": "10115",
                    "country": "DE",
                });
                customer.post(&format!("{account}/addresses"), address).await
            }
            which => {
                let kind = if which == 2 { "cards" } else { "addresses" };
                let all = known[kind].as_array().unwrap();
                let Some(one) = random.choice(all) else { continue };
                let path = format!("{account}/{kind}/{}", one["id"].as_str().unwrap());
                if random.bool() {
                    customer.send(reqwest::Method::DELETE, &path, None, &[]).await
                } else {
                    customer.post(&format!("{path}/default"), json!({})).await
                }
            }
        };
        assert!(!answer.status.is_server_error(), "{}", answer.body);
    }
    account.rsplit('/').next().unwrap().to_owned()
}
