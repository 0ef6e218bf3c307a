//! What customers do: look, fill a cart, order.

use crate::answer::Header;
use crate::route::{CUSTOMER, Group, Route, STAFF};
use shop_api::requests::{AddItem, CancelOrder, ChangeQuantity, CheckOut, Nothing};
use shop_api::responses::{Cart, Invoice, ListedProduct, Order, Shipment};
use shop_domain::values::Category;
use shop_domain::views::order::StatusName;

pub(super) fn catalogue() -> Group {
    Group {
        name: "Catalogue",
        about: "What is for sale. Open to all.",
        routes: vec![
            Route::get("/catalogue", "Products that are for sale, by sku")
                .query::<Category>("category", "Only what is filed under it.")
                .paged::<ListedProduct>(),
            Route::get("/products/{sku}", "A product that is for sale").fresh::<ListedProduct>(),
        ],
    }
}

pub(super) fn carts() -> Group {
    let all: &[&str] = &[CUSTOMER];
    Group {
        name: "Carts",
        about: "What a customer means to buy. A cart belongs to the token's subject; for anybody else there is none.",
        routes: vec![
            Route::post("/carts", "Open a cart")
                .to(all)
                .takes::<Nothing>()
                .carries_out("cart", "Open")
                .creates::<Cart>()
                .missing("unknown-cart"),
            Route::get("/carts/{id}", "A cart").to(all).fresh::<Cart>(),
            Route::get("/carts/{id}/events", "What happened to a cart").to(all).audited(),
            Route::post("/carts/{id}/items", "Put more of a product into a cart")
                .to(all)
                .takes::<AddItem>()
                .carries_out("cart", "AddItem")
                .changes::<Cart>()
                .missing("unknown-cart")
                .refuses_by(&["cart-checked-out", "too-many-lines", "quantity-too-large"])
                .refuses_by(&["unknown-product", "product-not-listed"]),
            Route::patch("/carts/{id}/items/{sku}", "Have so many of a product in a cart")
                .to(all)
                .takes::<ChangeQuantity>()
                .carries_out("cart", "ChangeQuantity")
                .changes::<Cart>()
                .missing("unknown-cart")
                .refuses_by(&["cart-checked-out", "item-not-in-cart"]),
            Route::delete("/carts/{id}/items/{sku}", "Take a product out of a cart")
                .to(all)
                .carries_out("cart", "RemoveItem")
                .changes::<Cart>()
                .missing("unknown-cart")
                .refuses_by(&["cart-checked-out"]),
            Route::delete("/carts/{id}/items", "Take everything out of a cart")
                .to(all)
                .carries_out("cart", "Clear")
                .changes::<Cart>()
                .missing("unknown-cart")
                .refuses_by(&["cart-checked-out"]),
            Route::post("/carts/{id}/checkout", "Order what is in a cart")
                .to(all)
                .about("The prices of that moment hold. The order has the cart's id, and is where `Location` says.")
                .takes::<CheckOut>()
                .carries_out("cart", "CheckOut")
                .answers::<Cart>(202, &[Header::Etag, Header::Location, Header::RetryAfter])
                .missing("unknown-cart")
                .refuses_by(&["cart-empty", "unknown-product", "product-not-listed", "total-too-large"]),
        ],
    }
}

pub(super) fn orders() -> Group {
    let all: &[&str] = &[CUSTOMER];
    Group {
        name: "Orders",
        about: "What was bought, and what became of it.",
        routes: vec![
            Route::get("/orders", "Orders, newest first")
                .to(&[CUSTOMER, STAFF])
                .about("A customer's own; the staff's by status, of everybody.")
                .query::<StatusName>("status", "Only those of this status: for the staff, who have to name one.")
                .paged::<Order>()
                .refused(403, "forbidden"),
            Route::get("/orders/{id}", "An order")
                .to(all)
                .about("Its owner gets `not-found-yet` between checkout and placement, and when to ask again.")
                .fresh::<Order>()
                .missing("not-found-yet"),
            Route::get("/orders/{id}/events", "What happened to an order").to(all).audited(),
            Route::post("/orders/{id}/cancel", "Want an order no more")
                .to(all)
                .about("Possible until it is shipped. What was reserved or paid for it is given back afterwards.")
                .takes::<CancelOrder>()
                .carries_out("order", "Cancel")
                .answers::<Order>(202, &[Header::Etag, Header::Location])
                .answers::<Order>(200, &[Header::Etag, Header::Location])
                .missing("unknown-order")
                .refuses_by(&["order-shipped", "order-failed"]),
            Route::get("/shipments/{id}", "What comes from one warehouse").to(all).fresh::<Shipment>(),
            Route::get("/invoices/{id}", "What is to be paid for an order")
                .to(all)
                .about("It has the order's id.")
                .fresh::<Invoice>(),
        ],
    }
}
