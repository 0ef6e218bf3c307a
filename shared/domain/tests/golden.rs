//! Stored payloads are frozen: one golden file for each event type and schema, and one for each schema of the states that
//! snapshots hold. Where a state's file differs, its `STATE_SCHEMA` has to be one more.
//!
//! A new type or schema gets a new file (`UPDATE_GOLDEN=1 cargo test -p domain --test golden` writes those that are
//! missing); one that exists is never changed, since logs hold what it shows.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use domain::order::{Failure, Placement};
use domain::product::Registration;
use domain::stock::Discrepancy;
use domain::values::{Line, Money, Totals};
use domain::{cart, fulfilment, order, product, stock};
use eventsourcing::decider::fold;
use eventsourcing::event::schema_of;
use eventsourcing::{Decider, Event, Events};
use iso_currency::Currency;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

fn folder(category: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(category)
}

/// Each sample is stored as its file says, and reads back as it was; no type is without a sample.
fn frozen<E: Event + Debug + PartialEq>(category: &str, samples: &[E]) {
    let names: BTreeSet<_> = samples.iter().map(Event::name).collect();
    assert_eq!(names, E::VARIANTS.iter().copied().collect(), "every event of {category} has a sample");
    for sample in samples {
        let stored = format!("{}\n", Events::encode(std::slice::from_ref(sample)).unwrap().text());
        let file = folder(category).join(format!("{}.{}.json", sample.name(), schema_of::<E>(sample.name())));
        golden(&file, &stored);
    }
}

/// The state after these events is kept in snapshots as its file says.
fn state_frozen<D: Decider>(events: &[D::Event]) {
    let state = fold::<D>(D::State::default(), events);
    let stored = format!("{}\n", serde_json::to_string(&state).unwrap());
    golden(&folder("states").join(format!("{}.{}.json", D::CATEGORY, D::STATE_SCHEMA)), &stored);
}

fn golden(file: &Path, stored: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() && !file.exists() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, stored).unwrap();
    }
    let golden = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(stored, golden, "{}", file.display());
}

/// Each file of an earlier schema reads as the event of today that is given for it, and none is without one; all others
/// are of the schemas that are written today.
fn upcast<E: Event + Debug + PartialEq>(category: &str, earlier: &[(&str, E)]) {
    for (name, today) in earlier {
        let file = folder(category).join(format!("{name}.json"));
        let events = Events::parse(fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(events.decode::<E>().as_deref(), Ok(std::slice::from_ref(today)), "{}", file.display());
    }
    let schemas = E::VARIANTS.iter().flat_map(|name| (1..=schema_of::<E>(name)).map(move |schema| (*name, schema)));
    let (now, before): (BTreeSet<_>, BTreeSet<_>) = (
        schemas.clone().map(|(name, schema)| format!("{name}.{schema}.json")).collect(),
        schemas
            .filter(|(name, schema)| *schema < schema_of::<E>(name))
            .map(|(name, schema)| format!("{name}.{schema}"))
            .collect(),
    );
    let stored = fs::read_dir(folder(category)).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(stored.collect::<BTreeSet<_>>(), now, "a file for every schema of {category}, and no other");
    assert_eq!(earlier.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), before);
}

fn euro(amount: i64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn placement() -> Placement {
    Placement {
        account: "a1".repeat(16).parse().unwrap(),
        lines: vec![Line {
            sku: "mug".parse().unwrap(),
            quantity: 2.try_into().unwrap(),
            unit_price: euro(1_299),
            category: Some("kitchen".parse().unwrap()),
        }],
        totals: Totals { net: euro(2_598), tax: euro(494), total: euro(3_092) },
    }
}

/// As it was before lines bore a category.
fn earlier_placement() -> Placement {
    let mut placement = placement();
    placement.lines.iter_mut().for_each(|line| line.category = None);
    placement
}

#[test]
fn products_are_stored_as_ever() {
    let registration = Registration {
        name: "Mug".parse().unwrap(),
        description: Some("Holds tea".parse().unwrap()),
        category: Some("kitchen".parse().unwrap()),
        price: euro(1_299),
    };
    frozen(
        "product",
        &[
            product::Event::ProductRegistered(registration),
            product::Event::ProductDescribed { name: "Mug".parse().unwrap(), description: None },
            product::Event::ProductCategorised { category: "kitchen".parse().unwrap() },
            product::Event::ProductRepriced { price: euro(999) },
            product::Event::ProductListed {},
            product::Event::ProductDelisted {},
        ],
    );
    upcast::<product::Event>("product", &[]);
}

#[test]
fn stock_is_stored_as_ever() {
    let order = || "0b".repeat(16).parse().unwrap();
    let quantity = |number: u64| number.try_into().unwrap();
    let adjusted = |cause| stock::Event::StockAdjusted { on_hand: 98, cause, reason: "two broken".parse().unwrap() };
    frozen(
        "stock",
        &[
            stock::Event::StockReceived {
                quantity: quantity(100),
                delivery_note: Some("LS 2026/1187".parse().unwrap()),
            },
            stock::Event::StockReserved { order: order(), quantity: quantity(2) },
            stock::Event::ReservationRejected { order: order(), quantity: quantity(2), available: 1 },
            stock::Event::ReservationReleased { order: order(), quantity: quantity(2) },
            adjusted(Discrepancy::Damage),
        ],
    );
    upcast::<stock::Event>(
        "stock",
        &[
            ("StockReceived.1", stock::Event::StockReceived { quantity: quantity(100), delivery_note: None }),
            ("StockAdjusted.1", adjusted(Discrepancy::Miscount)),
        ],
    );
}

#[test]
fn carts_are_stored_as_ever() {
    let Placement { account, lines, totals } = placement();
    let sku = || "mug".parse().unwrap();
    frozen(
        "cart",
        &[
            cart::Event::CartOpened { owner: account.clone() },
            cart::Event::ItemAdded { sku: sku(), quantity: 2.try_into().unwrap(), unit_price: euro(1_299) },
            cart::Event::QuantityChanged { sku: sku(), quantity: 3.try_into().unwrap() },
            cart::Event::ItemRemoved { sku: sku() },
            cart::Event::CartCleared {},
            cart::Event::CartCheckedOut { owner: account, lines, totals },
        ],
    );
    let Placement { account, lines, totals } = earlier_placement();
    upcast("cart", &[("CartCheckedOut.1", cart::Event::CartCheckedOut { owner: account, lines, totals })]);
}

#[test]
fn orders_are_stored_as_ever() {
    frozen(
        "order",
        &[
            order::Event::OrderPlaced(placement()),
            order::Event::OrderConfirmed {},
            order::Event::OrderFailed { reason: Failure::OutOfStock { sku: "mug".parse().unwrap() } },
            order::Event::OrderCancelled { reason: Some("changed my mind".parse().unwrap()) },
        ],
    );
    upcast("order", &[("OrderPlaced.1", order::Event::OrderPlaced(earlier_placement()))]);
}

#[test]
fn processes_are_stored_as_ever() {
    let sku = || "mug".parse().unwrap();
    let warehouse = || "berlin".parse().unwrap();
    frozen(
        "fulfilment",
        &[
            fulfilment::Event::OrderPlacementRequested(placement()),
            fulfilment::Event::PlacementNoted { candidates: [(sku(), vec![warehouse()])].into() },
            fulfilment::Event::ReservationRequested {
                warehouse: warehouse(),
                sku: sku(),
                quantity: 2.try_into().unwrap(),
            },
            fulfilment::Event::ReservationNoted { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::RejectionNoted { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::ReservationReleaseRequested { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::ReleaseNoted { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::ConfirmationRequested {},
            fulfilment::Event::ConfirmationNoted {},
            fulfilment::Event::FailureRequested { reason: Failure::OutOfStock { sku: sku() } },
            fulfilment::Event::FailureNoted {},
            fulfilment::Event::CancellationNoted {},
        ],
    );
    let earlier = fulfilment::Event::OrderPlacementRequested(earlier_placement());
    upcast("fulfilment", &[("OrderPlacementRequested.1", earlier)]);
}

#[test]
fn states_are_kept_as_ever() {
    let Placement { account, lines, totals } = placement();
    let (sku, warehouse) = (|| "mug".parse().unwrap(), || "berlin".parse().unwrap());
    let registration =
        Registration { name: "Mug".parse().unwrap(), description: None, category: None, price: euro(1_299) };
    state_frozen::<product::Stream>(&[
        product::Event::ProductRegistered(registration),
        product::Event::ProductListed {},
    ]);
    state_frozen::<stock::Stream>(&[
        stock::Event::StockReceived { quantity: 10.try_into().unwrap(), delivery_note: None },
        stock::Event::StockReserved { order: "0b".repeat(16).parse().unwrap(), quantity: 2.try_into().unwrap() },
    ]);
    state_frozen::<cart::Stream>(&[
        cart::Event::CartOpened { owner: account.clone() },
        cart::Event::CartCheckedOut { owner: account, lines, totals },
    ]);
    state_frozen::<order::Stream>(&[
        order::Event::OrderPlaced(placement()),
        order::Event::OrderFailed { reason: Failure::OutOfStock { sku: sku() } },
    ]);
    state_frozen::<fulfilment::Stream>(&[
        fulfilment::Event::OrderPlacementRequested(placement()),
        fulfilment::Event::PlacementNoted { candidates: [(sku(), vec![warehouse()])].into() },
        fulfilment::Event::ReservationRequested { warehouse: warehouse(), sku: sku(), quantity: 2.try_into().unwrap() },
    ]);
}
