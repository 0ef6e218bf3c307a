//! What the staff do: offer products, keep stock, look at what was sold.

use crate::answer::Header;
use crate::route::{Group, Route, STAFF};
use shop_api::requests::{
    AdjustStock, CategoriseProduct, DescribeProduct, MoveWarehouse, Nothing, OpenWarehouse, ReceiveStock,
    RegisterProduct, RenameWarehouse, RepriceProduct, ShipOrder,
};
use shop_api::responses::{Order, Product, Shipment, Stock, StockOfProduct, Warehouse};
use shop_api::sales::Sales;
use shop_domain::views::sales::{By, Day};

const ALL: &[&str] = &[STAFF];

pub(super) fn products() -> Group {
    let of_product = |route: Route, command: &'static str| {
        route.to(ALL).carries_out("product", command).changes::<Product>().missing("unknown-product")
    };
    Group {
        name: "Products",
        about: "What the shop offers.",
        routes: vec![
            Route::post("/products", "Register a product, not yet for sale")
                .to(ALL)
                .takes::<RegisterProduct>()
                .carries_out("product", "Register")
                .creates::<Product>()
                .refuses_by(&["product-already-registered", "foreign-currency"]),
            Route::get("/products/{sku}/events", "What happened to a product").to(ALL).audited(),
            of_product(Route::post("/products/{sku}/price", "Give a product another price"), "Reprice")
                .takes::<RepriceProduct>()
                .refuses_by(&["foreign-currency"]),
            of_product(Route::post("/products/{sku}/list", "Offer a product"), "List").takes::<Nothing>(),
            of_product(Route::post("/products/{sku}/delist", "Offer a product no longer"), "Delist").takes::<Nothing>(),
            of_product(Route::post("/products/{sku}/description", "Describe a product anew"), "Describe")
                .takes::<DescribeProduct>(),
            of_product(Route::post("/products/{sku}/category", "File a product under a category"), "Categorise")
                .takes::<CategoriseProduct>(),
        ],
    }
}

pub(super) fn warehouses() -> Group {
    let of_warehouse = |route: Route, command: &'static str| {
        route.to(ALL).carries_out("warehouse", command).changes::<Warehouse>().missing("unknown-warehouse")
    };
    Group {
        name: "Warehouses",
        about: "Where stock lies.",
        routes: vec![
            Route::post("/warehouses", "Open a warehouse")
                .to(ALL)
                .takes::<OpenWarehouse>()
                .carries_out("warehouse", "Open")
                .creates::<Warehouse>()
                .refuses_by(&["warehouse-already-open", "warehouse-closed"]),
            of_warehouse(Route::post("/warehouses/{id}/move", "Move a warehouse"), "Move")
                .takes::<MoveWarehouse>()
                .refuses_by(&["warehouse-closed"]),
            of_warehouse(Route::post("/warehouses/{id}/rename", "Call a warehouse something else"), "Rename")
                .takes::<RenameWarehouse>()
                .refuses_by(&["warehouse-closed"]),
            of_warehouse(Route::post("/warehouses/{id}/close", "Close a warehouse for good"), "Close")
                .takes::<Nothing>(),
        ],
    }
}

pub(super) fn shipping() -> Group {
    Group {
        name: "Shipping",
        about: "What leaves the warehouses, and arrives.",
        routes: vec![
            Route::post("/orders/{id}/ship", "Let an order's goods leave")
                .to(ALL)
                .about("The order decides whether that or a cancellation came first; what follows is under way then.")
                .takes::<ShipOrder>()
                .carries_out("order", "Ship")
                .answers::<Order>(202, &[Header::Etag, Header::Location])
                .answers::<Order>(200, &[Header::Etag, Header::Location])
                .missing("unknown-order")
                .refuses_by(&["order-not-confirmed", "order-cancelled", "order-failed"]),
            Route::get("/shipments/{id}/events", "What happened to a shipment").to(ALL).audited(),
            Route::post("/shipments/{id}/deliver", "A shipment arrived")
                .to(ALL)
                .takes::<Nothing>()
                .carries_out("shipment", "Deliver")
                .changes::<Shipment>()
                .missing("unknown-shipment")
                .refuses_by(&["shipment-not-dispatched", "shipment-cancelled"]),
        ],
    }
}

pub(super) fn stock() -> Group {
    Group {
        name: "Stock",
        about: "How many of a product lie in which warehouse.",
        routes: vec![
            Route::get("/stock/{sku}", "A product in every warehouse").to(ALL).answers::<StockOfProduct>(200, &[]),
            Route::get("/stock/{warehouse}/{sku}/events", "What happened to a product's stock in a warehouse")
                .to(ALL)
                .audited(),
            Route::post("/stock/{warehouse}/{sku}/receive", "Take goods in")
                .to(ALL)
                .takes::<ReceiveStock>()
                .carries_out("stock", "Receive")
                .changes::<Stock>()
                .refuses_by(&["too-much-stock", "warehouse-closed"]),
            Route::post("/stock/{warehouse}/{sku}/adjust", "Correct how many there are, after a count")
                .to(ALL)
                .takes::<AdjustStock>()
                .carries_out("stock", "Adjust")
                .changes::<Stock>()
                .refuses_by(&["too-much-stock", "count-below-reserved", "loss-adds-stock"]),
        ],
    }
}

pub(super) fn sales() -> Group {
    Group {
        name: "Sales",
        about: "What was sold.",
        routes: vec![
            Route::get("/sales", "What was sold on each day")
                .to(ALL)
                .needs::<Day>("from", "The first day, of UTC.")
                .needs::<Day>("to", "The last day: at most 31 days with the first.")
                .query::<By>("by", "By what each day is divided; by product where nobody says.")
                .answers::<Sales>(200, &[]),
        ],
    }
}
