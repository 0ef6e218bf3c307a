//! A small shop to try things on: a few products, stock in two warehouses, a filled cart.

use super::catalogue::{PRODUCTS, WAREHOUSES};
use super::keeping::{offer, receive, visible};
use super::orders::Delivery;
use super::shopping::{fill_cart, sign_up};
use crate::error::ClientError;
use crate::{Client, Identity, Role};
use futures::future::try_join_all;
use std::time::{SystemTime, UNIX_EPOCH};

/// The number of products in the demo, and the quantity of each in each warehouse.
const OFFERED: usize = 4;
const RECEIVED: [u64; 2] = [20, 5];
/// The lines of the cart.
const LINES: [(&str, u64); 2] = [("mug", 2), ("teapot", 1)];

/// The result: a cart, and the token of its owner.
#[derive(Debug, serde::Serialize)]
pub struct Demo {
    /// The id of a filled open cart. Its order will have the same id.
    pub cart: String,
    /// The token of its owner.
    pub token: String,
}

/// Fills a shop. Existing data stay, but each call creates a new cart, because the last one may be checked out.
pub async fn fill(client: &Client) -> Result<Demo, ClientError> {
    let staff = client.session(&Identity::of(Role::Staff)).await?;
    let customer = client.session(&Identity::customer("alice")).await?;
    let products = &PRODUCTS[..OFFERED];
    try_join_all(products.iter().map(|product| offer(&staff, product))).await?;
    let deliveries = products.iter().flat_map(|product| {
        WAREHOUSES.into_iter().zip(RECEIVED).map(|(warehouse, quantity)| {
            let sku = product.sku;
            Delivery { number: 0, warehouse, sku, quantity }
        })
    });
    let staff = &staff;
    let receipts = deliveries.map(async |delivery| visible(staff, &receive(staff, "demo", &delivery).await?).await);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let key = format!("sample-demo-{now}");
    let account = sign_up(&customer, staff, "alice", "tok_ok");
    let (_, cart, _) = futures::try_join!(try_join_all(receipts), fill_cart(&customer, &key, &LINES), account)?;
    Ok(Demo { cart, token: customer.token().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cart_holds_products_that_the_demo_offers_and_has() {
        for (sku, quantity) in LINES {
            assert!(PRODUCTS[..OFFERED].iter().any(|product| product.sku == sku), "{sku}");
            assert!(RECEIVED.iter().any(|received| quantity <= *received), "{sku}");
        }
    }
}
