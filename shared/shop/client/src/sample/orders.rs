//! The orders of the sample's customers, and the deliveries to its warehouses. Both follow from the seed alone.

use super::catalogue::{PRODUCTS, Product, WAREHOUSES};
use super::shopping::OrderAction;
use fastrand::Rng;
use std::collections::BTreeMap;

/// The customers.
pub const CUSTOMERS: [&str; 8] = ["alice", "bruno", "chen", "dalia", "emeka", "farah", "goran", "hana"];

/// The number of orders that a delivery is for.
const ORDERS_PER_DELIVERY: u64 = 25;
/// The maximum number of lines in an order, and the maximum quantity of a line.
const MOST_LINES: usize = 4;
const MOST_OF_A_LINE: u64 = 3;

/// An order of the sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its index among the seed's orders.
    pub number: u64,
    /// The customer.
    pub customer: &'static str,
    /// SKU and quantity. Each SKU occurs once.
    pub lines: Vec<(&'static str, u64)>,
    /// A card to use in place of the account's own.
    pub card: Option<&'static str>,
    /// The action on the order once it is confirmed.
    pub action: OrderAction,
}

/// A delivery to a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its index among the seed's deliveries.
    pub number: u64,
    /// The warehouse.
    pub warehouse: &'static str,
    /// The product.
    pub sku: &'static str,
    /// The quantity, never 0.
    pub quantity: u64,
}

/// The first orders of a seed. A longer list begins with the same orders.
pub fn orders(seed: u64, count: u64) -> impl Iterator<Item = Order> {
    (0..count).map(move |number| order(seed, number))
}

fn order(seed: u64, number: u64) -> Order {
    // Neighbouring seeds give similar first numbers; the odd factor spreads them.
    let mut random = Rng::with_seed(seed.rotate_left(32) ^ (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let customer = CUSTOMERS[random.usize(..CUSTOMERS.len())];
    let count = 1 + random.usize(..MOST_LINES);
    let products = random.choose_multiple(PRODUCTS.iter(), count);
    let lines: Vec<_> = products.into_iter().map(|product| (product.sku, random.u64(1..=MOST_OF_A_LINE))).collect();
    let first = lines.first().map_or(PRODUCTS[0].sku, |(sku, _)| *sku);
    let card = match random.u8(..20) {
        0 => Some("tok_declined"),
        1..4 => Some("tok_timeout_then_charged"),
        _ => None,
    };
    let action = match random.u8(..20) {
        0..3 => OrderAction::Kept,
        3 => OrderAction::Withdrawn(first),
        4 => OrderAction::Cancelled,
        5 => OrderAction::Refused,
        6..10 => OrderAction::Shipped,
        10..12 => OrderAction::Returned(first),
        _ => OrderAction::Delivered,
    };
    Order { number, customer, lines, card, action }
}

/// The deliveries for the first orders of a seed. Each delivery is for a fixed number of orders, even if the list has
/// fewer. So a longer list of orders begins with the same deliveries.
pub fn deliveries(seed: u64, orders: u64) -> impl Iterator<Item = Delivery> {
    (0..orders.div_ceil(ORDERS_PER_DELIVERY)).flat_map(move |number| {
        let mut asked: BTreeMap<&str, u64> = BTreeMap::new();
        for order in (0..ORDERS_PER_DELIVERY).map(|next| order(seed, number * ORDERS_PER_DELIVERY + next)) {
            for (sku, quantity) in order.lines {
                *asked.entry(sku).or_default() += quantity;
            }
        }
        PRODUCTS.iter().flat_map(move |product| shares(number, product, asked.get(product.sku).copied().unwrap_or(0)))
    })
}

/// The quantity of a product for each warehouse, from the total: two thirds go to the first warehouse.
fn shares(number: u64, product: &Product, asked: u64) -> impl Iterator<Item = Delivery> {
    let supply = (asked * product.supply_percent).div_ceil(100);
    let first = (supply * 2).div_ceil(3);
    let sku = product.sku;
    WAREHOUSES
        .into_iter()
        .zip([first, supply - first])
        .filter(|(_, quantity)| *quantity > 0)
        .map(move |(warehouse, quantity)| Delivery { number, warehouse, sku, quantity })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_same_seed_gives_the_same_orders_and_another_seed_others() {
        let some: Vec<Order> = orders(7, 50).collect();
        assert_eq!(some, orders(7, 50).collect::<Vec<_>>());
        assert_ne!(some, orders(8, 50).collect::<Vec<_>>());
    }

    #[test]
    fn more_orders_begin_with_the_same_ones_and_the_same_deliveries() {
        assert_eq!(orders(7, 200).take(60).collect::<Vec<_>>(), orders(7, 60).collect::<Vec<_>>());
        let few: Vec<Delivery> = deliveries(7, 60).collect();
        assert_eq!(deliveries(7, 200).take(few.len()).collect::<Vec<_>>(), few);
    }

    #[test]
    fn every_order_is_one_that_the_shop_takes() {
        let mut buyers = BTreeSet::new();
        for order in orders(1, 500) {
            let skus: BTreeSet<_> = order.lines.iter().map(|(sku, _)| sku).collect();
            assert!((1..=MOST_LINES).contains(&order.lines.len()) && skus.len() == order.lines.len(), "{order:?}");
            assert!(order.lines.iter().all(|(_, quantity)| (1..=MOST_OF_A_LINE).contains(quantity)), "{order:?}");
            buyers.insert(order.customer);
        }
        assert_eq!(buyers.len(), CUSTOMERS.len(), "everybody buys");
    }

    #[test]
    fn there_is_enough_of_most_products_and_too_little_of_scarce_ones() {
        let (mut asked, mut delivered) = (BTreeMap::<&str, u64>::new(), BTreeMap::<&str, u64>::new());
        for (sku, quantity) in orders(3, 200).flat_map(|order| order.lines) {
            *asked.entry(sku).or_default() += quantity;
        }
        for delivery in deliveries(3, 200) {
            assert!((1..=1_000).contains(&delivery.quantity), "{delivery:?}");
            *delivered.entry(delivery.sku).or_default() += delivery.quantity;
        }
        for product in &PRODUCTS {
            let enough = delivered[product.sku] >= asked[product.sku];
            assert_eq!(enough, product.supply_percent >= 100, "{}", product.sku);
        }
    }
}
