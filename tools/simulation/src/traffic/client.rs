//! A client of the shop: it repeats a request until there is an answer, and records the answer.

use super::shared::Traffic;
use crate::actions::{Answer, ClientAction, ClientRecord, TAX};
use crate::faults::Mishap;
use crate::gateway::{Got, Sent, send};
use crate::judge::{Invariant, Violation};
use crate::world::{World, lock};
use foldlog::write::decider::fold;
use foldlog::{Decider, StreamName, Version};
use futures::future::join;
use http::Method;
use serde_json::{Value, json};
use shop_api::responses::Cart;
use shop_domain::values::{CartId, Line, OrderId, ShipmentId, Sku, WarehouseId};
use shop_domain::{cart, fulfilment, order, shipment};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The maximum number of attempts of a client.
const TRIES: u32 = 6;
/// Later than any version.
const LAST: Version = Version(u64::MAX);

/// A user of the shop.
pub(super) struct Client {
    pub(super) traffic: Arc<Traffic>,
    pub(super) subject: String,
}

impl Client {
    pub(super) fn world(&self) -> &Arc<World> {
        &self.traffic.world
    }

    /// Returns true with a chance of one in `times`.
    pub(super) fn once_in(&self, times: u8) -> bool {
        self.world().dice(|dice| dice.u8(..times)) == 0
    }

    pub(super) async fn think(&self) {
        let ms = self.world().dice(|dice| dice.u64(..45_000));
        self.world().sleep(Duration::from_millis(ms)).await;
    }

    /// Sends a request under one key until there is an answer; sometimes twice at once.
    pub(super) async fn ask(&self, action: ClientAction) -> (Answer, Option<Got>) {
        let key = format!("k{}", self.traffic.keys.fetch_add(1, Ordering::Relaxed));
        let twice = self.world().occurs(Mishap::SentTwice);
        let first = self.insist(&action, &key);
        if !twice {
            return first.await;
        }
        let (first, _) = join(first, self.insist(&action, &key)).await;
        first
    }

    async fn insist(&self, action: &ClientAction, key: &str) -> (Answer, Option<Got>) {
        let (method, path, body) = action.request();
        let headers = vec![("idempotency-key", key.to_owned()), ("x-correlation-id", key.to_owned())];
        let sent = Sent { subject: self.subject.clone(), method, path, headers, body };
        let mut record = ClientRecord {
            subject: self.subject.clone(),
            key: key.to_owned(),
            action: action.clone(),
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
                format!("{} {key} {action:?}: {answer:?} {:?}", self.subject, last.as_ref().map(|got| got.status))
            });
            (record.window, record.answer) = (Some((began, self.world().stores.log.len())), answer);
            if record.answer != Answer::Unknown {
                break;
            }
            record.open_tries += 1;
            self.think().await;
        }
        let answer = record.answer.clone();
        lock(&self.traffic.records).push(record);
        (answer, last)
    }

    /// Reads the cart with a minimum version. The answer must be the cart at the version that it shows.
    pub(super) async fn look(&self, id: &CartId, version: Version) {
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
        let state = self.state::<cart::Cart>(id.as_str(), version)?;
        let tax_rate = TAX.parse().ok()?;
        serde_json::to_value(Cart::of(id, version, &state, tax_rate)?).ok()
    }

    /// The status of an order; none if it does not exist.
    pub(super) fn order(&self, id: &OrderId) -> Option<order::Status> {
        match self.state::<order::Order>(id.as_str(), LAST)? {
            order::State::Unplaced => None,
            order::State::Placed { status, .. } => Some(status),
        }
    }

    /// The products of an order, and their quantities.
    pub(super) fn lines(&self, id: &OrderId) -> Vec<(Sku, u32)> {
        let lines = match self.state::<order::Order>(id.as_str(), LAST) {
            Some(order::State::Placed { placement, .. }) => placement.lines,
            Some(order::State::Unplaced) | None => vec![],
        };
        let line = |line: Line| Some((line.sku, u32::try_from(line.quantity.get()).ok()?));
        lines.into_iter().filter_map(line).collect()
    }

    /// What an order owes.
    pub(super) fn debt(&self, id: &OrderId) -> order::Debt {
        match self.state::<order::Order>(id.as_str(), LAST) {
            Some(order::State::Placed { owed, .. }) => owed.debt,
            Some(order::State::Unplaced) | None => order::Debt::None,
        }
    }

    /// Whether goods of an order are being replaced.
    pub(super) fn is_replacing(&self, id: &OrderId) -> bool {
        let state = self.state::<order::Order>(id.as_str(), LAST);
        matches!(state, Some(order::State::Placed { withdrawals, .. }) if withdrawals.is_open())
    }

    /// The warehouses that hold goods for an order, and the products.
    pub(super) fn held(&self, id: &OrderId) -> Vec<(WarehouseId, Sku)> {
        let Some(fulfilment::State::Started(process)) = self.state::<fulfilment::Fulfilment>(id.as_str(), LAST) else {
            return vec![];
        };
        let parts = process.lines.iter().flat_map(|line| line.parts.iter().map(|part| (&part.warehouse, &line.sku)));
        let held = parts.filter(|(warehouse, sku)| process.is_held(warehouse, sku));
        held.map(|(warehouse, sku)| (warehouse.clone(), sku.clone())).collect()
    }

    /// The status of a shipment; none if it does not exist.
    pub(super) fn shipment(&self, id: &ShipmentId) -> Option<shipment::Status> {
        match self.state::<shipment::Shipment>(id.as_str(), LAST)? {
            shipment::State::Uncreated => None,
            shipment::State::Created { status, .. } => Some(status),
        }
    }

    /// The state of a stream at a version, read from the log itself and not through a function.
    fn state<D: Decider>(&self, id: &str, version: Version) -> Option<D::State> {
        let stream = StreamName::new(D::CATEGORY, id).ok()?;
        let mut state = D::State::default();
        for commit in self.world().stores.log.commits(&stream) {
            if commit.version <= version {
                state = fold::<D>(state, &commit.events.decode().ok()?);
            }
        }
        Some(state)
    }
}

/// The meaning of an answer for the action.
fn answer(got: Option<&Got>) -> Answer {
    match got {
        Some(got) if got.status < 300 => got.version.map_or(Answer::Unknown, |version| Answer::Done { version }),
        // A 409 is no refusal: the client lost a race or came too early, and tries again.
        Some(got) if got.status < 500 && got.status != 409 => {
            Answer::Refused { problem: got.problem().unwrap_or_default().to_owned() }
        }
        Some(_) | None => Answer::Unknown,
    }
}
