//! Every route, by what it is about.
//!
//! One more is one more entry here, as long as it is in the template: its scope, what it takes, what it answers, and
//! under which names it refuses.

mod accounts;
mod operations;
mod shopping;
mod staff;

use crate::answer::Header;
use crate::route::{Group, Route};
use shop_api::responses::{Health, Payment};
use shop_payments::webhook::Webhook;

/// All routes, in the order in which they are shown.
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
        about: "What the payment provider tells of itself. A signature stands for a token: see docs/PAYMENTS.md.",
        routes: vec![
            Route::post("/webhooks/payments", "A payment moved")
                .takes::<Webhook>()
                .answers::<Payment>(200, &[Header::Etag])
                .refused(401, "not-believed")
                .refused(409, "contended")
                .missing("unknown-payment")
                .refuses_by(&["payment-declined", "payment-already-authorised", "payment-captured", "payment-voided"]),
        ],
    }
}

fn service() -> Group {
    Group {
        name: "Service",
        about: "What tells of the shop's own doings. Open to all.",
        routes: vec![
            Route::get("/healthz", "Whether anybody is there").answers::<Health>(200, &[]),
            Route::get("/openapi.json", "This document").serves("application/json"),
            Route::get("/docs", "This document as a page").serves("text/html"),
        ],
    }
}
