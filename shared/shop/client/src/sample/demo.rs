//! A small shop to try things on: a few products, stock in two warehouses, a filled cart.

use super::catalogue::{PRODUCTS, WAREHOUSES};
use super::keeping::{offer, receive, visible};
use super::orders::Delivery;
use super::shopping::{fill_cart, sign_up};
use crate::error::ClientError;
use crate::{Client, Identity, Role};
use futures::future::try_join_all;
use std::time::{SystemTime, UNIX_EPOCH};

/// How many of the sample's products the demo offers, and how many of each come into each warehouse.
const OFFERED: usize = 4;
const RECEIVED: [u64; 2] = [20, 5];
/// What is in the cart.
const LINES: [(&str, u64); 2] = [("mug", 2), ("teapot", 1)];

/// What there is to try.
#[derive(Debug, serde::Serialize)]
pub struct Demo {
    /// The id of an open cart with something in it, and of its order to be.
    pub cart: String,
    /// A token of the customer whose cart it is.
    pub token: String,
}

/// Fills a shop. What is there already stays, but for a new cart: the last one may be checked out.
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
    let (_, cart, ()) = futures::try_join!(try_join_all(receipts), fill_cart(&customer, &key, &LINES), account)?;
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
