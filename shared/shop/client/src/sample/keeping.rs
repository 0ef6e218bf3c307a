//! The staff of the sample: they list products and receive stock.

use super::catalogue::Product;
use super::orders::Delivery;
use crate::Session;
use crate::error::ClientError;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use std::time::{Duration, Instant};

/// How often to check whether a view has caught up, and for how long.
const LOOK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_mins(1);

/// The part of a stock that the sample reads.
#[derive(Clone, Debug, Deserialize)]
pub struct Stock {
    warehouse: String,
    sku: String,
    version: u64,
}

#[derive(Deserialize)]
struct Warehouses {
    warehouses: Vec<Stock>,
}

/// Registers a product and lists it. A registered product stays as it is.
pub async fn offer(staff: &Session, product: &Product) -> Result<(), ClientError> {
    let Product { sku, .. } = product;
    let registered =
        staff.command(&["products"], &format!("sample-register-{sku}"), &product.registration()).await.map(drop);
    match registered {
        Err(failure) if failure.is_problem("product-already-registered") => {}
        registered => registered?,
    }
    staff.command(&["products", sku, "list"], &format!("sample-list-{sku}"), &json!({})).await.map(drop)
}

/// Receives a delivery, once for each occasion.
pub async fn receive(staff: &Session, occasion: &str, delivery: &Delivery) -> Result<Stock, ClientError> {
    let Delivery { number, warehouse, sku, quantity } = delivery;
    let key = format!("sample-{occasion}-delivery-{number}-{warehouse}-{sku}");
    let body = json!({ "quantity": quantity, "delivery_note": format!("{occasion}-{number}") });
    staff.command(&["stock", warehouse, sku, "receive"], &key, &body).await?.json()
}

/// Waits until the view of a stock is up to date, because processes ask the warehouses that the view names.
pub async fn visible(staff: &Session, stock: &Stock) -> Result<(), ClientError> {
    let started = Instant::now();
    let shown = |view: &Warehouses| {
        view.warehouses.iter().any(|seen| seen.warehouse == stock.warehouse && seen.version >= stock.version)
    };
    loop {
        let answer = staff.get(&["products", &stock.sku, "stock"]).send().await?;
        if answer.status != StatusCode::NOT_FOUND && shown(&answer.accepted()?.json()?) {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            let what = format!("the stock of {} in {} is not shown", stock.sku, stock.warehouse);
            return Err(ClientError::Stalled { what, seconds: PATIENCE.as_secs() });
        }
        tokio::time::sleep(LOOK).await;
    }
}
