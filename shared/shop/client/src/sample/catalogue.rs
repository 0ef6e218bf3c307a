//! The products and warehouses of the sample.

use serde_json::{Value, json};

/// The currency of the sample's prices: the template's default.
const CURRENCY: &str = "EUR";

/// The warehouses. The first one gets most of the stock.
pub const WAREHOUSES: [&str; 2] = ["berlin", "lyon"];

/// A product of the sample.
#[derive(Debug)]
pub struct Product {
    /// Its sku.
    pub sku: &'static str,
    name: &'static str,
    description: &'static str,
    category: &'static str,
    /// In cents.
    price: u32,
    /// The stock, in percent of the demand.
    pub supply_percent: u64,
}

impl Product {
    /// The body of `POST /products`.
    #[must_use]
    pub fn registration(&self) -> Value {
        json!({
            "sku": self.sku,
            "name": self.name,
            "description": self.description,
            "category": self.category,
            "price": {"amount": self.price, "currency": CURRENCY},
        })
    }
}

macro_rules! products {
    ($($sku:literal $category:literal $price:literal $supply:literal% $name:literal $description:literal)*) => {
        [$(Product {
            sku: $sku,
            name: $name,
            description: $description,
            category: $category,
            price: $price,
            supply_percent: $supply,
        }),*]
    };
}

/// All products. The stock of the lamp and the knife is never enough.
pub const PRODUCTS: [Product; 16] = products! {
    "mug" "kitchen" 1290 150% "Stoneware mug" "Holds 350 ml, keeps it warm, and survives the dishwasher."
    "teapot" "kitchen" 3890 150% "Cast-iron teapot" "0.8 l with a steel strainer."
    "board" "kitchen" 2450 150% "Oak cutting board" "Oiled oak, 40 by 25 cm."
    "knife" "kitchen" 7900 70% "Chef's knife" "20 cm blade, forged by hand, a few at a time."
    "pan" "kitchen" 5490 150% "Carbon-steel pan" "28 cm, seasoned, for every stove."
    "apron" "kitchen" 2990 150% "Linen apron" "Washed linen with two pockets."
    "lamp" "home" 11900 60% "Desk lamp" "Brass, dimmable, made to order in small series."
    "blanket" "home" 8990 150% "Wool blanket" "Lambswool, 130 by 180 cm."
    "candle" "home" 1490 150% "Beeswax candle" "Burns for about forty hours."
    "vase" "home" 3490 150% "Glass vase" "Mouth-blown, so no two are alike."
    "notebook" "desk" 990 150% "Dotted notebook" "160 pages that lie flat."
    "pen" "desk" 2490 150% "Rollerball pen" "Aluminium, refillable."
    "pencils" "desk" 690 150% "Pencils, box of 12" "Cedar, HB."
    "tray" "desk" 1990 150% "Letter tray" "Cork and felt."
    "scarf" "wear" 4590 150% "Merino scarf" "Fine merino, 180 cm."
    "socks" "wear" 1190 150% "Wool socks" "Warm, and they do not itch."
};

#[cfg(test)]
mod tests {
    use super::*;
    use shop_api::requests::RegisterProduct;
    use shop_domain::values::WarehouseId;
    use std::collections::BTreeSet;

    #[test]
    fn every_product_can_be_registered_under_a_sku_of_its_own() {
        for product in &PRODUCTS {
            let registration: RegisterProduct = serde_json::from_value(product.registration()).unwrap();
            assert_eq!(registration.sku.as_str(), product.sku);
            assert!(registration.description.is_some() && registration.category.is_some());
        }
        let skus: BTreeSet<_> = PRODUCTS.iter().map(|product| product.sku).collect();
        assert_eq!(skus.len(), PRODUCTS.len());
    }

    #[test]
    fn every_warehouse_has_a_name_that_streams_accept() {
        assert!(WAREHOUSES.iter().all(|warehouse| warehouse.parse::<WarehouseId>().is_ok()));
    }
}
