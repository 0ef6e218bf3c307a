//! The customers of the sample: they sign up, fill a cart, check it out, and wait for the order.

use super::catalogue::WAREHOUSES;
use crate::Session;
use crate::error::ClientError;
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde_json::json;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// The default pause before an order is read again.
const LOOK: Duration = Duration::from_millis(100);
/// The maximum time to wait without any change.
const PATIENCE: Duration = Duration::from_mins(1);

/// The status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum End {
    /// It was confirmed.
    Confirmed,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// It was shipped.
    Shipped,
    /// It was delivered.
    Delivered,
    /// It was delivered, and some of it came back.
    #[serde(skip)]
    Returned,
}

#[derive(Deserialize)]
struct Opened {
    id: String,
}

#[derive(Deserialize)]
struct WithCards {
    cards: Vec<Opened>,
}

#[derive(Deserialize)]
struct Order {
    status: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    shipments: Vec<String>,
}

/// The cards that a customer has beside the default one.
const OTHER_CARDS: [&str; 2] = ["tok_declined", "tok_timeout_then_charged"];

/// The ids of a customer's cards beside the default one, by token.
pub type Cards = BTreeMap<&'static str, String>;

/// Opens a customer's account with an address and cards, and lets the staff activate it. A repetition changes nothing.
pub async fn sign_up(customer: &Session, staff: &Session, name: &str, card: &str) -> Result<Cards, ClientError> {
    let key = |step: &str| format!("sample-account-{name}-{step}");
    let profile = json!({ "name": capitalised(name), "email": format!("{name}@example.org") });
    let Opened { id } = customer.command(&["accounts"], &key("open"), &profile).await?.json()?;
    let address = json!({
        "kind": "shipping", "lines": ["Allee 1"], "city": "Berlin", "postcode": "10115", "country": "DE",
    });
    customer.command(&["accounts", &id, "addresses"], &key("address"), &address).await?;
    let default = json!({ "token": card, "brand": "Visa", "last4": "4242" });
    customer.command(&["accounts", &id, "cards"], &key("card"), &default).await?;
    let mut cards = Cards::new();
    for token in OTHER_CARDS {
        let card = json!({ "token": token, "brand": "Visa", "last4": "0002" });
        let added = customer.command(&["accounts", &id, "cards"], &key(token), &card).await?;
        let WithCards { cards: there } = added.json()?;
        // The newest is the last one.
        cards.extend(there.into_iter().last().map(|card| (token, card.id)));
    }
    for step in ["confirm", "activate"] {
        staff.command(&["accounts", &id, step], &key(step), &json!({})).await?;
    }
    Ok(cards)
}

fn capitalised(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// Opens a cart, adds these lines (SKU, quantity), and returns its id. The same key gives the same cart.
pub async fn fill_cart(customer: &Session, key: &str, lines: &[(&str, u64)]) -> Result<String, ClientError> {
    let Opened { id } = customer.command(&["carts"], &format!("{key}-open"), &json!({})).await?.json()?;
    for (sku, quantity) in lines {
        let body = json!({"sku": sku, "quantity": quantity});
        customer.command(&["carts", &id, "items"], &format!("{key}-item-{sku}"), &body).await?;
    }
    Ok(id)
}

/// Checks a cart out with a card of the account, or with the account's default card. The order gets the same id; it may appear a
/// moment later.
pub async fn check_out(customer: &Session, key: &str, cart: &str, with: Option<&str>) -> Result<(), ClientError> {
    let body = with.map_or_else(|| json!({}), |card| json!({ "card": card }));
    customer.command(&["carts", cart, "checkout"], &format!("{key}-checkout"), &body).await.map(drop)
}

/// An action on a confirmed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderAction {
    /// Leave it as it is.
    Kept,
    /// The staff withdraw what the first warehouse holds of this product.
    Withdrawn(&'static str),
    /// Its customer cancels it.
    Cancelled,
    /// The staff cancel it.
    Refused,
    /// The staff ship it.
    Shipped,
    /// The staff ship it and mark it as delivered.
    Delivered,
    /// The same, and then one unit of this product comes back.
    Returned(&'static str),
}

/// Does that with a confirmed order, and waits until it is done.
pub async fn carry_out(
    action: OrderAction,
    order: &str,
    customer: &Session,
    staff: &Session,
    moved: &Cell<Instant>,
) -> Result<End, ClientError> {
    let key = |step: &str| format!("sample-order-{order}-{step}");
    match action {
        OrderAction::Kept => return Ok(End::Confirmed),
        OrderAction::Cancelled => {
            let body = json!({ "reason": "changed my mind" });
            customer.command(&["orders", order, "cancel"], &key("cancel"), &body).await?;
            return until(customer, order, moved, &[End::Cancelled]).await.map(|(end, _)| end);
        }
        OrderAction::Refused => {
            let body = json!({ "reason": "the address does not exist" });
            staff.command(&["orders", order, "cancel"], &key("refuse"), &body).await?;
            return until(customer, order, moved, &[End::Cancelled]).await.map(|(end, _)| end);
        }
        OrderAction::Withdrawn(sku) => return withdrawn(order, sku, customer, staff, moved).await,
        OrderAction::Shipped | OrderAction::Delivered | OrderAction::Returned(_) => {
            staff.command(&["orders", order, "ship"], &key("ship"), &json!({})).await?;
        }
    }
    let (shipped, _) = until(customer, order, moved, &[End::Shipped, End::Delivered]).await?;
    if action == OrderAction::Shipped {
        return Ok(shipped);
    }
    // The shipments appear one after the other, some perhaps after the order was shipped.
    let mut done = BTreeSet::new();
    loop {
        let found: Order = customer.get(&["orders", order]).send().await?.accepted()?.json()?;
        if end(&found) == Some(End::Delivered) {
            return take_back(action, order, staff).await;
        }
        for shipment in found.shipments {
            if done.insert(shipment.clone()) {
                delivered(staff, &shipment, &key(&shipment), moved).await?;
                moved.set(Instant::now());
            }
        }
        stalled(order, moved)?;
        tokio::time::sleep(LOOK).await;
    }
}

/// Takes a unit of a delivered order back if the action says so. A repetition changes nothing.
pub async fn take_back(action: OrderAction, order: &str, staff: &Session) -> Result<End, ClientError> {
    let OrderAction::Returned(sku) = action else { return Ok(End::Delivered) };
    let lines = json!([{ "sku": sku, "quantity": 1 }]);
    let body = json!({ "lines": lines, "reason": "not as expected", "warehouse": WAREHOUSES[0] });
    staff.command(&["orders", order, "returns"], &format!("sample-order-{order}-return"), &body).await?;
    Ok(End::Returned)
}

/// Withdraws what a warehouse holds of a product, and waits until others hold it or the order is cancelled.
async fn withdrawn(
    order: &str,
    sku: &str,
    customer: &Session,
    staff: &Session,
    moved: &Cell<Instant>,
) -> Result<End, ClientError> {
    let body = json!({ "warehouse": WAREHOUSES[0], "sku": sku, "reason": "damaged on the shelf" });
    let key = format!("sample-order-{order}-withdraw");
    match staff.command(&["orders", order, "withdraw"], &key, &body).await {
        Err(failure) if failure.is_problem("nothing-reserved") => return Ok(End::Confirmed),
        told => drop(told?),
    }
    loop {
        let found: Order = customer.get(&["orders", order]).send().await?.accepted()?.json()?;
        if let Some(end) = end(&found).filter(|end| *end != End::Confirmed || found.reason.is_none()) {
            moved.set(Instant::now());
            return Ok(end);
        }
        stalled(order, moved)?;
        tokio::time::sleep(LOOK).await;
    }
}

/// Marks a shipment as delivered, as soon as it has left.
async fn delivered(staff: &Session, shipment: &str, key: &str, moved: &Cell<Instant>) -> Result<(), ClientError> {
    loop {
        match staff.command(&["shipments", shipment, "deliver"], key, &json!({})).await {
            Err(failure) if failure.is_problem("shipment-not-dispatched") => stalled(shipment, moved)?,
            // Its goods were withdrawn, and come from another warehouse.
            Err(failure) if failure.is_problem("shipment-cancelled") => return Ok(()),
            told => return told.map(drop),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until an order is confirmed or has failed. `moved` is the moment of the last change of any order. As long as
/// other orders change, this one may change, too.
pub async fn ended(customer: &Session, order: &str, moved: &Cell<Instant>) -> Result<End, ClientError> {
    let ends = [End::Confirmed, End::Failed, End::Cancelled, End::Shipped, End::Delivered];
    until(customer, order, moved, &ends).await.map(|(end, _)| end)
}

/// Waits until an order has one of these statuses, and returns its shipments, too.
async fn until(
    customer: &Session,
    order: &str,
    moved: &Cell<Instant>,
    ends: &[End],
) -> Result<(End, Vec<String>), ClientError> {
    loop {
        let answer = customer.get(&["orders", order]).send().await?;
        let pause = answer.retry_after();
        // The order is placed a moment after the checkout.
        let found = if answer.status == StatusCode::NOT_FOUND && pause.is_some() {
            None
        } else {
            Some(answer.accepted()?.json::<Order>()?)
        };
        let ended = found.and_then(|found| Some((end(&found)?, found.shipments)));
        if let Some(ended) = ended.filter(|(end, _)| ends.contains(end)) {
            moved.set(Instant::now());
            return Ok(ended);
        }
        stalled(order, moved)?;
        tokio::time::sleep(pause.unwrap_or(LOOK)).await;
    }
}

/// The error that nothing has changed for too long.
fn stalled(what: &str, moved: &Cell<Instant>) -> Result<(), ClientError> {
    if moved.get().elapsed() > PATIENCE {
        let what = format!("{what} has not ended");
        return Err(ClientError::Stalled { what, seconds: PATIENCE.as_secs() });
    }
    Ok(())
}

/// The status at which an order has ended; none if it has not ended.
fn end(order: &Order) -> Option<End> {
    let status: StrDeserializer<'_, Error> = order.status.as_str().into_deserializer();
    End::deserialize(status).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shop_domain::views::order::StatusName;

    #[test]
    fn every_status_but_the_first_two_is_an_end() {
        let ends = [
            (StatusName::Purchased, None),
            (StatusName::Pending, None),
            (StatusName::Confirmed, Some(End::Confirmed)),
            (StatusName::Failed, Some(End::Failed)),
            (StatusName::Cancelled, Some(End::Cancelled)),
            (StatusName::Shipped, Some(End::Shipped)),
            (StatusName::Delivered, Some(End::Delivered)),
        ];
        for (status, expected) in ends {
            let order = serde_json::from_value(json!({ "status": status })).unwrap();
            assert_eq!(end(&order), expected, "{status:?}");
        }
    }
}
