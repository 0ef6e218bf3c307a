//! The routes of customers: they browse the catalogue, fill a cart and order.

use crate::answer::Header;
use crate::route::{CUSTOMER, Group, Route, STAFF};
use shop_api::requests::{AddItem, CancelOrder, ChangeQuantity, CheckOut, Nothing, PayOrder};
use shop_api::responses::{Cart, Invoice, ListedProduct, Order, Shipment};
use shop_domain::values::Category;
use shop_domain::views::order::StatusName;

pub(super) fn catalogue() -> Group {
    Group {
        name: "Catalogue",
        about: "The products that are for sale. You need no token.",
        routes: vec![
            Route::get("/catalogue", "List the products that are for sale, ordered by sku")
                .query::<Category>("category", "Only products of this category.")
                .paged::<ListedProduct>(),
            Route::get("/products/{sku}", "Show a product that is for sale").fresh::<ListedProduct>(),
        ],
    }
}

pub(super) fn carts() -> Group {
    let of_cart = |route: Route, command: &'static str| {
        route.carries_out("cart", command).changes::<Cart>().missing("unknown-cart")
    };
    Group {
        name: "Carts",
        about: "A cart belongs to the subject of the token. For anyone else it does not exist.",
        routes: vec![
            Route::post("/carts", "Open a cart")
                .takes::<Nothing>()
                .carries_out("cart", "Open")
                .creates::<Cart>()
                .missing("unknown-cart"),
            Route::get("/carts/{id}", "Show a cart").fresh::<Cart>(),
            Route::get("/carts/{id}/events", "List the events of a cart").audited(),
            of_cart(Route::post("/carts/{id}/items", "Add an item to a cart"), "AddItem")
                .takes::<AddItem>()
                .refuses_by(&["cart-checked-out", "too-many-lines", "quantity-too-large"])
                .refuses_by(&["unknown-product", "product-not-listed"]),
            of_cart(Route::patch("/carts/{id}/items/{sku}", "Change the quantity of an item"), "ChangeQuantity")
                .takes::<ChangeQuantity>()
                .refuses_by(&["cart-checked-out", "item-not-in-cart"]),
            of_cart(Route::delete("/carts/{id}/items/{sku}", "Remove an item from a cart"), "RemoveItem")
                .refuses_by(&["cart-checked-out"]),
            of_cart(Route::delete("/carts/{id}/items", "Remove all items from a cart"), "Clear")
                .refuses_by(&["cart-checked-out"]),
            Route::post("/carts/{id}/checkout", "Check out a cart")
                .about("The shop fixes the prices at this moment. The order has the id of the cart. `Location` names its path.")
                .takes::<CheckOut>()
                .carries_out("cart", "CheckOut")
                .answers::<Cart>(202, &[Header::Etag, Header::Location, Header::RetryAfter])
                .missing("unknown-cart")
                .refuses_by(&["cart-empty", "unknown-product", "product-not-listed", "total-too-large", "total-has-risen"])
                .refuses_by(&["checked-out-otherwise"]),
        ],
    }
    .to(&[CUSTOMER])
}

pub(super) fn orders() -> Group {
    Group {
        name: "Orders",
        about: "Orders, with their shipments and invoices.",
        routes: vec![
            Route::get("/orders", "List orders, newest first")
                .to(&[CUSTOMER, STAFF])
                .about("A customer sees their own orders. The staff see the orders of all customers, by status.")
                .query::<StatusName>("status", "Only orders with this status. The staff must name one.")
                .paged::<Order>()
                .refused(403, "forbidden"),
            Route::get("/orders/{id}", "Show an order")
                .about("Between checkout and placement, the owner gets `not-found-yet` and the time to ask again.")
                .fresh::<Order>()
                .missing("not-found-yet"),
            Route::get("/orders/{id}/events", "List the events of an order").audited(),
            Route::post("/orders/{id}/cancel", "Cancel an order")
                .to(&[CUSTOMER, STAFF])
                .about(
                    "You can cancel an order until it is shipped. The shop then releases its stock and returns the money. \
                     The staff can do this too, and give a reason.",
                )
                .takes::<CancelOrder>()
                .carries_out("order", "Cancel")
                .answers::<Order>(202, &[Header::Etag, Header::Location])
                .answers::<Order>(200, &[Header::Etag, Header::Location])
                .missing("unknown-order")
                .refuses_by(&["order-shipped", "order-failed", "no-reason"]),
            Route::post("/orders/{id}/pay", "Pay an order with another card")
                .to(&[CUSTOMER, STAFF])
                .about("You can name another card if the order is unpaid or overdue. The shop then charges that card.")
                .takes::<PayOrder>()
                .carries_out("order", "ReplaceCard")
                .answers::<Order>(202, &[Header::Etag, Header::Location])
                .answers::<Order>(200, &[Header::Etag, Header::Location])
                .missing("unknown-order")
                .refuses_by(&[
                    "nothing-owed",
                    "card-being-charged",
                    "payment-refunded",
                    "payment-written-off",
                    "order-not-confirmed",
                    "order-cancelled",
                    "order-failed",
                ]),
            Route::get("/shipments/{id}", "Show a shipment, which comes from one warehouse").fresh::<Shipment>(),
            Route::get("/invoices/{id}", "Show the invoice of an order")
                .about("The invoice has the id of the order.")
                .fresh::<Invoice>(),
        ],
    }
    .to(&[CUSTOMER])
}
