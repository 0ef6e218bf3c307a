//! The routes of accounts: customers manage their own, and the staff confirm, activate, suspend and archive them.

use crate::route::{CUSTOMER, Group, OPERATOR, Route, STAFF};
use shop_api::requests::{AddAddress, AddCard, Nothing, OpenAccount};
use shop_api::responses::{Account, Export};

/// Refusals of commands that change a suspended, archived or deleted account.
const LOCKED: &[&str] = &["account-locked", "account-closed"];

pub(super) fn accounts() -> Group {
    let own = |route: Route, command: &'static str| {
        route.carries_out("account", command).missing("unknown-account").refuses_by(LOCKED)
    };
    Group {
        name: "Accounts",
        about: "A customer's account, with its addresses and cards. An account belongs to the subject of the token. For \
                any other customer it does not exist.",
        routes: vec![
            Route::post("/accounts", "Open an account")
                .about("The account can place orders after the staff have confirmed and activated it.")
                .takes::<OpenAccount>()
                .carries_out("account", "Open")
                .creates::<Account>()
                .refused(409, "erased")
                .refuses_by(&["account-already-open", "account-closed"]),
            Route::get("/accounts/{id}", "Show an account")
                .to(&[CUSTOMER, STAFF, OPERATOR])
                .about(
                    "The answer leaves out the token that charges a card. The staff and operators see no personal data \
                     without `reveal`. The shop records each of their requests before it answers.",
                )
                .revealing()
                .fresh::<Account>(),
            Route::delete("/accounts/{id}", "Delete an account")
                .about(
                    "The shop closes the account for ever, and destroys the key of its personal data: nobody can read them \
                     from then on, and nobody can undo it. It refuses while an order of the account is under way. If the \
                     answer is an error, send the request again.",
                )
                .carries_out("account", "Close")
                .changes::<Account>()
                .missing("unknown-account")
                .refuses_by(&["open-orders"]),
            Route::get("/accounts/{id}/export", "Export everything that the shop holds about a customer")
                .to(&[CUSTOMER, OPERATOR])
                .about(
                    "The answer has the account, and a page of its orders with their carts, payments and invoices, newest \
                     first. The link to the next page leads to the same document with older orders. Operators see no \
                     personal data without `reveal`; the shop records each of their requests before it answers.",
                )
                .revealing()
                .pages()
                .answers::<Export>(200, &[]),
            Route::get("/accounts/{id}/events", "List the events of an account")
                .to(&[CUSTOMER, STAFF, OPERATOR])
                .about(
                    "The staff and operators can read the events of every account, without personal data unless they send \
                     `reveal`. The shop records each of their requests before it answers.",
                )
                .revealing()
                .audited(),
            own(Route::post("/accounts/{id}/addresses", "Add an address"), "AddAddress")
                .takes::<AddAddress>()
                .creates::<Account>()
                .refused(409, "erased")
                .refuses_by(&["address-taken", "too-many-addresses"]),
            own(Route::delete("/accounts/{id}/addresses/{address}", "Remove an address"), "RemoveAddress")
                .changes::<Account>(),
            own(
                Route::post("/accounts/{id}/addresses/{address}/default", "Choose the default address"),
                "ChooseAddress",
            )
            .about("Orders go to this address unless the checkout names another.")
            .takes::<Nothing>()
            .changes::<Account>()
            .missing("unknown-address"),
            own(Route::post("/accounts/{id}/cards", "Add a card"), "AddCard")
                .about("Send the token that the payment provider made of the card. The shop refuses a card number.")
                .takes::<AddCard>()
                .creates::<Account>()
                .refused(409, "erased")
                .refuses_by(&["card-taken", "too-many-cards"]),
            own(Route::delete("/accounts/{id}/cards/{card}", "Remove a card"), "RemoveCard").changes::<Account>(),
            own(Route::post("/accounts/{id}/cards/{card}/default", "Choose the default card"), "ChooseCard")
                .about("The shop charges this card unless the checkout names another.")
                .takes::<Nothing>()
                .changes::<Account>()
                .missing("unknown-card"),
        ],
    }
    .to(&[CUSTOMER])
}

pub(super) fn admission() -> Group {
    let of_staff = |route: Route, command: &'static str| {
        let route = route.takes::<Nothing>().carries_out("account", command);
        route.changes::<Account>().missing("unknown-account").refuses_by(&["account-closed"])
    };
    Group {
        name: "Admission",
        about: "The staff decide which accounts can place orders.",
        routes: vec![
            of_staff(Route::post("/accounts/{id}/confirm", "Confirm the identity of a customer"), "Confirm"),
            of_staff(Route::post("/accounts/{id}/activate", "Activate an account"), "Activate")
                .refuses_by(&["account-not-confirmed"]),
            of_staff(Route::post("/accounts/{id}/suspend", "Suspend an account"), "Suspend")
                .refuses_by(&["account-not-active"]),
            of_staff(Route::post("/accounts/{id}/archive", "Archive an account"), "Archive")
                .refuses_by(&["account-not-active"]),
        ],
    }
    .to(&[STAFF])
}
