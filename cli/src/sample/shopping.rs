//! What the sample's customers do: fill a cart, check it out, wait for what becomes of it.

use crate::client::{Answer, Session};
use crate::failure::Failure;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long to wait before an order is looked at again, where the shop does not say.
const LOOK: Duration = Duration::from_millis(100);
/// How long nothing may move before the wait is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It will be delivered.
    Confirmed,
    /// It cannot be.
    Failed,
    /// Nobody wants it any more.
    Cancelled,
}

#[derive(Deserialize)]
struct Opened {
    id: String,
}

#[derive(Deserialize)]
struct Order {
    status: String,
}

/// Opens a cart and puts these lines (sku, quantity) into it; gives back its id. The key makes it the same cart again.
pub(crate) async fn fill_cart(customer: &Session, key: &str, lines: &[(&str, u64)]) -> Result<String, Failure> {
    let Opened { id } = customer.command(&["carts"], &format!("{key}-open"), &json!({})).await?.json()?;
    for (sku, quantity) in lines {
        let body = json!({"sku": sku, "quantity": quantity});
        customer.command(&["carts", &id, "items"], &format!("{key}-item-{sku}"), &body).await?;
    }
    Ok(id)
}

/// Checks a cart out: from then on there is an order of the same id, or there will be.
pub(crate) async fn check_out(customer: &Session, key: &str, cart: &str) -> Result<(), Failure> {
    customer.command(&["carts", cart, "checkout"], &format!("{key}-checkout"), &json!({})).await.map(drop)
}

/// Waits for what becomes of an order. `moved` is when any order last came to its end: while others do, this one may.
pub(crate) async fn ended(customer: &Session, order: &str, moved: &Cell<Instant>) -> Result<End, Failure> {
    loop {
        let answer = customer.get(&["orders", order]).send().await?;
        let pause = answer.retry_after();
        let found = if is_being_placed(&answer) { None } else { end(&answer.accepted()?.json::<Order>()?) };
        if let Some(end) = found {
            moved.set(Instant::now());
            return Ok(end);
        }
        if moved.get().elapsed() > PATIENCE {
            let what = format!("order {order} has no end");
            return Err(Failure::Stalled { what, seconds: PATIENCE.as_secs() });
        }
        tokio::time::sleep(pause.unwrap_or(LOOK)).await;
    }
}

fn is_being_placed(answer: &Answer) -> bool {
    answer.status == StatusCode::NOT_FOUND && answer.retry_after().is_some()
}

fn end(order: &Order) -> Option<End> {
    match order.status.as_str() {
        "CONFIRMED" => Some(End::Confirmed),
        "FAILED" => Some(End::Failed),
        "CANCELLED" => Some(End::Cancelled),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::views::order::StatusName;

    #[test]
    fn every_status_but_the_first_is_an_end() {
        let ends = [
            (StatusName::Purchased, None),
            (StatusName::Confirmed, Some(End::Confirmed)),
            (StatusName::Failed, Some(End::Failed)),
            (StatusName::Cancelled, Some(End::Cancelled)),
        ];
        for (status, expected) in ends {
            let order = serde_json::from_value(json!({ "status": status })).unwrap();
            assert_eq!(end(&order), expected, "{status:?}");
        }
    }
}
