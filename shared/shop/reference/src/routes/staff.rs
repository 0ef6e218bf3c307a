//! The routes of the staff: they offer products, keep stock, ship orders and read the sales.

use crate::answer::Header;
use crate::route::{Group, Route, STAFF};
use shop_api::requests::{
    AdjustStock, CategoriseProduct, DescribeProduct, MoveWarehouse, Nothing, OpenWarehouse, ReceiveStock,
    RegisterProduct, RenameWarehouse, RepriceProduct, ReturnGoods, ShipOrder, WithdrawReservation, WriteOffOrder,
};
use shop_api::responses::{Order, Product, Shipment, Stock, StockOfProduct, Warehouse};
use shop_api::sales::Sales;
use shop_domain::views::sales::{By, Day};

pub(super) fn products() -> Group {
    let of_product = |route: Route, command: &'static str| {
        route.carries_out("product", command).changes::<Product>().missing("unknown-product")
    };
    Group {
        name: "Products",
        about: "The staff register products, describe them and put them on sale.",
        routes: vec![
            Route::post("/products", "Register a product")
                .about("The product goes on sale when you list it.")
                .takes::<RegisterProduct>()
                .carries_out("product", "Register")
                .creates::<Product>()
                .refuses_by(&["product-already-registered", "foreign-currency"]),
            Route::get("/products/{sku}/events", "List the events of a product").audited(),
            of_product(Route::post("/products/{sku}/price", "Change the price of a product"), "Reprice")
                .takes::<RepriceProduct>()
                .refuses_by(&["foreign-currency"]),
            of_product(Route::post("/products/{sku}/list", "Put a product on sale"), "List").takes::<Nothing>(),
            of_product(Route::post("/products/{sku}/delist", "Take a product off sale"), "Delist").takes::<Nothing>(),
            of_product(Route::post("/products/{sku}/description", "Change the description of a product"), "Describe")
                .takes::<DescribeProduct>(),
            of_product(Route::post("/products/{sku}/category", "Change the category of a product"), "Categorise")
                .takes::<CategoriseProduct>(),
        ],
    }
    .to(&[STAFF])
}

pub(super) fn warehouses() -> Group {
    let of_warehouse = |route: Route, command: &'static str| {
        route.carries_out("warehouse", command).changes::<Warehouse>().missing("unknown-warehouse")
    };
    Group {
        name: "Warehouses",
        about: "The places that hold stock.",
        routes: vec![
            Route::post("/warehouses", "Open a warehouse")
                .takes::<OpenWarehouse>()
                .carries_out("warehouse", "Open")
                .creates::<Warehouse>()
                .refuses_by(&["warehouse-already-open", "warehouse-closed"]),
            of_warehouse(Route::post("/warehouses/{id}/move", "Change the address of a warehouse"), "Move")
                .takes::<MoveWarehouse>()
                .refuses_by(&["warehouse-closed"]),
            of_warehouse(Route::post("/warehouses/{id}/rename", "Rename a warehouse"), "Rename")
                .takes::<RenameWarehouse>()
                .refuses_by(&["warehouse-closed"]),
            of_warehouse(Route::post("/warehouses/{id}/close", "Close a warehouse permanently"), "Close")
                .takes::<Nothing>(),
        ],
    }
    .to(&[STAFF])
}

pub(super) fn shipping() -> Group {
    Group {
        name: "Shipping",
        about: "Shipments from the warehouses to the customers.",
        routes: vec![
            Route::post("/orders/{id}/ship", "Ship an order")
                .about("The order decides which came first, shipping or a cancellation. The shop then starts what follows.")
                .takes::<ShipOrder>()
                .carries_out("order", "Ship")
                .answers::<Order>(202, &[Header::Etag, Header::Location])
                .answers::<Order>(200, &[Header::Etag, Header::Location])
                .missing("unknown-order")
                .refuses_by(&[
                    "order-not-confirmed",
                    "order-cancelled",
                    "order-failed",
                    "order-unpaid",
                    "card-being-charged",
                    "reservation-being-replaced",
                ]),
            Route::post("/orders/{id}/withdraw", "Withdraw what a warehouse holds for an order")
                .about(
                    "You can do this until the order is shipped: the goods are damaged, or you need them elsewhere. The \
                     shop releases them and reserves the quantity in other warehouses. If none has it, the order is \
                     cancelled. The events of the stock name the orders that it is reserved for.",
                )
                .takes::<WithdrawReservation>()
                .carries_out("order", "WithdrawReservation")
                .answers::<Order>(202, &[Header::Etag, Header::Location])
                .missing("unknown-order")
                .refuses_by(&[
                    "nothing-reserved",
                    "reservation-being-replaced",
                    "order-not-confirmed",
                    "order-shipped",
                    "order-cancelled",
                    "order-failed",
                ]),
            Route::post("/orders/{id}/write-off", "Write the amount of an order off")
                .about("You can do this if the goods have left and no card paid. The invoice is written off, too.")
                .takes::<WriteOffOrder>()
                .carries_out("order", "WriteOff")
                .answers::<Order>(202, &[Header::Etag, Header::Location])
                .answers::<Order>(200, &[Header::Etag, Header::Location])
                .missing("unknown-order")
                .refuses_by(&[
                    "nothing-owed",
                    "card-being-charged",
                    "order-not-shipped",
                    "order-not-confirmed",
                    "order-cancelled",
                    "order-failed",
                ]),
            Route::post("/orders/{id}/returns", "Take goods of a delivered order back")
                .about(
                    "The shop refunds what they are worth or what you say, issues a credit note, and brings the goods \
                     into the warehouse that you name. An order takes goods back at most ten times.",
                )
                .takes::<ReturnGoods>()
                .carries_out("order", "TakeBack")
                .answers::<Order>(202, &[Header::Etag, Header::Location])
                .answers::<Order>(200, &[Header::Etag, Header::Location])
                .missing("unknown-order")
                .refuses_by(&[
                    "order-not-delivered",
                    "order-cancelled",
                    "order-failed",
                    "nothing-returned",
                    "product-not-bought",
                    "too-many-returned",
                    "too-many-returns",
                    "refund-too-large",
                    "warehouse-closed",
                ]),
            Route::get("/shipments/{id}/events", "List the events of a shipment").audited(),
            Route::post("/shipments/{id}/deliver", "Report the arrival of a shipment")
                .takes::<Nothing>()
                .carries_out("shipment", "Deliver")
                .changes::<Shipment>()
                .missing("unknown-shipment")
                .refuses_by(&["shipment-not-dispatched", "shipment-cancelled"]),
        ],
    }
    .to(&[STAFF])
}

pub(super) fn stock() -> Group {
    Group {
        name: "Stock",
        about: "How many units of a product each warehouse holds.",
        routes: vec![
            Route::get("/products/{sku}/stock", "Show the stock of a product in all warehouses")
                .answers::<StockOfProduct>(200, &[]),
            Route::get("/stock/{warehouse}/{sku}/events", "List the stock events of a product in a warehouse")
                .audited(),
            Route::post("/stock/{warehouse}/{sku}/receive", "Receive a delivery")
                .takes::<ReceiveStock>()
                .carries_out("stock", "Receive")
                .changes::<Stock>()
                .refuses_by(&["too-much-stock", "warehouse-closed"]),
            Route::post("/stock/{warehouse}/{sku}/adjust", "Correct the stock after a count")
                .takes::<AdjustStock>()
                .carries_out("stock", "Adjust")
                .changes::<Stock>()
                .refuses_by(&["too-much-stock", "count-below-reserved", "loss-adds-stock"]),
        ],
    }
    .to(&[STAFF])
}

pub(super) fn sales() -> Group {
    Group {
        name: "Sales",
        about: "Units and revenue by day.",
        routes: vec![
            Route::get("/sales", "Report the sales of each day")
                .needs::<Day>("from", "The first day, in UTC.")
                .needs::<Day>("to", "The last day, in UTC. A report covers at most 31 days.")
                .query::<By>("by", "How to divide each day. The default is by product.")
                .answers::<Sales>(200, &[]),
        ],
    }
    .to(&[STAFF])
}
