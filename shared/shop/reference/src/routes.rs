//! Every route, by topic.
//!
//! A new route takes one entry here and one in the template. The entry names its scope, if that is not the scope of its
//! group, the types that it takes and answers, and the refusals that it can answer with.

mod accounts;
mod operations;
mod shopping;
mod staff;

use crate::answer::Header;
use crate::route::{Group, Route};
use shop_api::responses::{Health, Payment};
use shop_payments::webhook::Webhook;

/// All routes, in the order of the page.
#[must_use]
pub fn routes() -> Vec<Route> {
    groups().into_iter().flat_map(|group| group.routes).collect()
}

pub(crate) fn groups() -> Vec<Group> {
    vec![
        shopping::catalogue(),
        accounts::accounts(),
        shopping::carts(),
        shopping::orders(),
        accounts::admission(),
        staff::products(),
        staff::warehouses(),
        staff::stock(),
        staff::shipping(),
        staff::sales(),
        operations::log(),
        operations::subscribers(),
        payments(),
        service(),
    ]
}

fn payments() -> Group {
    Group {
        name: "Payments",
        about: "The payment provider reports changes here. It signs its requests and needs no token: see docs/PAYMENTS.md.",
        routes: vec![
            Route::post("/webhooks/payments", "Report a change of a payment")
                .takes::<Webhook>()
                .answers::<Payment>(200, &[Header::Etag])
                .refused(401, "not-believed")
                .refused(409, "contended")
                .missing("unknown-payment")
                .refuses_by(&["payment-declined", "payment-already-authorised", "payment-captured", "payment-voided"])
                .refuses_by(&["other-amount"]),
        ],
    }
}

fn service() -> Group {
    Group {
        name: "Service",
        about: "The health and the documentation of the shop. You need no token.",
        routes: vec![
            Route::get("/healthz", "Check the health of the shop").answers::<Health>(200, &[]),
            Route::get("/openapi.json", "Return this document as OpenAPI").serves("application/json"),
            Route::get("/docs", "Return this document as a page").serves("text/html"),
        ],
    }
}
