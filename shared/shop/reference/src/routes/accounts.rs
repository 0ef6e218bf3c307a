//! Who buys: what customers say of themselves, and what the staff decide of them.

use crate::answer::Header;
use crate::route::{CUSTOMER, Group, Route, STAFF};
use shop_api::requests::{AddAddress, AddCard, Nothing, OpenAccount};
use shop_api::responses::Account;

/// Refusals of whatever changes an account that is suspended or archived.
const LOCKED: &[&str] = &["account-locked"];

pub(super) fn accounts() -> Group {
    let own = |route: Route, command: &'static str| {
        let route = route.to(&[CUSTOMER]).carries_out("account", command);
        route.missing("unknown-account").refuses_by(LOCKED)
    };
    let created: &[Header] = &[Header::Etag, Header::Location];
    Group {
        name: "Accounts",
        about: "Who buys, what they pay with and where they have things sent. An account belongs to the token's subject; \
                for any other customer there is none.",
        routes: vec![
            Route::post("/accounts", "Open one's account")
                .to(&[CUSTOMER])
                .about("It may buy once the staff have confirmed and activated it.")
                .takes::<OpenAccount>()
                .carries_out("account", "Open")
                .creates::<Account>()
                .refuses_by(&["account-already-open"]),
            Route::get("/accounts/{id}", "An account")
                .to(&[CUSTOMER, STAFF])
                .about("Cards are shown without what they are charged by.")
                .fresh::<Account>(),
            Route::get("/accounts/{id}/events", "What happened to an account")
                .to(&[CUSTOMER, STAFF])
                .about("The staff sees everybody's.")
                .audited(),
            own(Route::post("/accounts/{id}/addresses", "Add an address"), "AddAddress")
                .takes::<AddAddress>()
                .answers::<Account>(201, created)
                .answers::<Account>(200, created)
                .refuses_by(&["address-taken", "too-many-addresses"]),
            own(Route::delete("/accounts/{id}/addresses/{address}", "Remove an address"), "RemoveAddress")
                .changes::<Account>(),
            own(
                Route::post("/accounts/{id}/addresses/{address}/default", "Have things sent to an address"),
                "ChooseAddress",
            )
            .about("Unless a checkout names another.")
            .takes::<Nothing>()
            .changes::<Account>()
            .missing("unknown-address"),
            own(Route::post("/accounts/{id}/cards", "Add a card"), "AddCard")
                .about("What the payment provider made of it: a card's number is refused.")
                .takes::<AddCard>()
                .answers::<Account>(201, created)
                .answers::<Account>(200, created)
                .refuses_by(&["card-taken", "too-many-cards"]),
            own(Route::delete("/accounts/{id}/cards/{card}", "Remove a card"), "RemoveCard").changes::<Account>(),
            own(Route::post("/accounts/{id}/cards/{card}/default", "Pay with a card"), "ChooseCard")
                .about("Unless a checkout names another.")
                .takes::<Nothing>()
                .changes::<Account>()
                .missing("unknown-card"),
        ],
    }
}

pub(super) fn admission() -> Group {
    let of_staff = |route: Route, command: &'static str| {
        let route = route.to(&[STAFF]).takes::<Nothing>().carries_out("account", command);
        route.changes::<Account>().missing("unknown-account")
    };
    Group {
        name: "Admission",
        about: "Who may buy.",
        routes: vec![
            of_staff(Route::post("/accounts/{id}/confirm", "They are who they say"), "Confirm"),
            of_staff(Route::post("/accounts/{id}/activate", "They may buy"), "Activate")
                .refuses_by(&["account-not-confirmed"]),
            of_staff(Route::post("/accounts/{id}/suspend", "They may not buy for a while"), "Suspend")
                .refuses_by(&["account-not-active"]),
            of_staff(Route::post("/accounts/{id}/archive", "They buy no more"), "Archive")
                .refuses_by(&["account-not-active"]),
        ],
    }
}
