//! What the staff move: products, warehouses, stock and shipments.

use crate::table::samples::{account, address, euro};
use crate::table::{Kinds, walk};
use foldlog::Version;
use shop_domain::{product, shipment, stock, warehouse};
use strum::VariantNames;

#[test]
fn a_product_in_every_state_takes_every_command() {
    use product::{Command, Event, Product, Registration, State};
    let product = |name: &str| Registration {
        name: name.parse().unwrap(),
        description: Some("Holds tea".parse().unwrap()),
        category: Some("kitchen".parse().unwrap()),
        price: euro(100),
    };
    let registered = Event::ProductRegistered(product("Mug"));
    let listed = Event::ProductListed {};
    let histories = vec![
        ("", vec![]),
        ("", vec![registered.clone()]),
        ("", vec![registered.clone(), listed.clone()]),
        ("again", vec![registered, listed, Event::ProductDelisted {}]),
    ];
    let foreign = shop_domain::values::Money::new(100, "USD".parse().unwrap()).unwrap();
    let register = |product| Command::Register { product, shop_currency: "EUR".parse().unwrap() };
    let describe =
        |description: &str| Command::Describe { name: None, description: Some(description.parse().unwrap()) };
    let examples = [
        ("", register(product("Mug"))),
        ("otherwise", register(product("Cup"))),
        ("in a foreign currency", register(Registration { price: foreign, ..product("Mug") })),
        ("", describe("Holds more tea")),
        ("the same", describe("Holds tea")),
        ("", Command::Categorise("tea".parse().unwrap())),
        ("the same", Command::Categorise("kitchen".parse().unwrap())),
        ("", Command::Reprice(euro(99))),
        ("the same", Command::Reprice(euro(100))),
        ("in a foreign currency", Command::Reprice(foreign)),
        ("", Command::List),
        ("", Command::Delist),
    ];
    let states = Kinds::new(State::VARIANTS, |state| <&str>::from(state).to_owned());
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Product>(&states, histories, &commands, &examples);
}

#[test]
fn a_warehouse_in_every_state_takes_every_command() {
    use warehouse::{Command, Event, Site, State, Warehouse};
    let site = |name: &str| Site { name: name.parse().unwrap(), address: Some(address("Bonn")) };
    let opened = Event::WarehouseOpened(site("East"));
    let histories = vec![("", vec![]), ("", vec![opened.clone()]), ("", vec![opened, Event::WarehouseClosed {}])];
    let examples = [
        ("", Command::Open(site("East"))),
        ("otherwise", Command::Open(site("West"))),
        ("", Command::Move { address: address("Berlin") }),
        ("to the same", Command::Move { address: address("Bonn") }),
        ("", Command::Rename { name: "East 2".parse().unwrap() }),
        ("", Command::Close),
    ];
    let states = Kinds::new(State::VARIANTS, |state| <&str>::from(state).to_owned());
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Warehouse>(&states, histories, &commands, &examples);
}

#[test]
fn a_stock_in_every_state_takes_every_command() {
    use stock::{Command, Discrepancy, Event, Held, Intake, MOST_ON_HAND, State, Stock};
    let order = |number: usize| format!("{number:032x}").parse().unwrap();
    let quantity = |number: u64| number.try_into().unwrap();
    let received = Event::StockReceived { quantity: quantity(5), delivery_note: None };
    let reserved = |number, reservation, amount| Event::StockReserved {
        order: order(number),
        reservation,
        quantity: quantity(amount),
        asked: quantity(amount),
    };
    let named = Some(Version(5));
    let counted = |on_hand, cause| Event::StockAdjusted { on_hand, cause, reason: "count".parse().unwrap() };
    let crowd = (1..=2_000).map(|number| reserved(number, named, 1));
    let histories = vec![
        ("", vec![]),
        ("", vec![received.clone()]),
        ("", vec![received.clone(), reserved(1, named, 3)]),
        ("", vec![received.clone(), reserved(1, named, 5)]),
        ("without identity", vec![received, reserved(1, None, 3)]),
        ("by two thousand orders", [counted(2_000, Discrepancy::Miscount)].into_iter().chain(crowd).collect()),
        ("to the brim", vec![counted(MOST_ON_HAND, Discrepancy::Miscount)]),
    ];
    let reserve =
        |number, amount| Command::Reserve { order: order(number), reservation: Version(5), quantity: quantity(amount) };
    let held = || Held::Named { reservation: Version(5), quantity: quantity(1) };
    let receive = |intake| Command::Receive { quantity: quantity(5), delivery_note: None, intake };
    let adjust = |on_hand, cause| Command::Adjust { on_hand, cause, reason: "count".parse().unwrap() };
    let examples = [
        ("", receive(Intake::Open)),
        ("into a closed warehouse", receive(Intake::Closed)),
        ("for an order", reserve(1, 2)),
        ("for another", reserve(5_000, 2)),
        ("more than there are", reserve(5_000, 6)),
        ("", Command::Release { order: order(1), held: held() }),
        ("without identity", Command::Release { order: order(1), held: Held::Unnamed }),
        ("", Command::Dispatch { order: order(1), held: held() }),
        ("without identity", Command::Dispatch { order: order(1), held: Held::Unnamed }),
        ("to none", adjust(0, Discrepancy::Miscount)),
        ("to the same", adjust(5, Discrepancy::Loss)),
        ("to less", adjust(4, Discrepancy::Damage)),
        ("to more", adjust(6, Discrepancy::Miscount)),
        ("to more by a loss", adjust(6, Discrepancy::Loss)),
        ("to too many", adjust(MOST_ON_HAND + 1, Discrepancy::Miscount)),
        ("", Command::TakeBack { order: order(1), number: 1, quantity: quantity(2) }),
    ];
    // A stock has one shape: what matters is what is left.
    let states = Kinds::new(&["Empty", "Available", "PartlyReserved", "Reserved"], |state: &State| {
        let name = match (state.on_hand, state.reserved(), state.available()) {
            (0, _, _) => "Empty",
            (_, 0, _) => "Available",
            (_, _, 0) => "Reserved",
            (_, _, _) => "PartlyReserved",
        };
        name.to_owned()
    });
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Stock>(&states, histories, &commands, &examples);
}

#[test]
fn a_shipment_in_every_state_takes_every_command() {
    use shipment::{Command, Consignment, Event, Shipment, State, Status};
    let consignment = |number: u64| Consignment {
        order: "0b".repeat(16).parse().unwrap(),
        warehouse: "berlin".parse().unwrap(),
        account: account('a'),
        address: None,
        contents: [("mug".parse().unwrap(), number.try_into().unwrap())].into(),
    };
    let Consignment { order, warehouse, .. } = consignment(1);
    let created = Event::ShipmentCreated(consignment(1));
    let dispatched = Event::ShipmentDispatched { order: order.clone(), warehouse: warehouse.clone(), tracking: None };
    let delivered = Event::ShipmentDelivered { order: order.clone(), warehouse: warehouse.clone() };
    let histories = vec![
        ("", vec![]),
        ("", vec![created.clone()]),
        ("", vec![created.clone(), dispatched.clone()]),
        ("", vec![created.clone(), dispatched, delivered]),
        ("", vec![created, Event::ShipmentCancelled { order, warehouse, number: 0 }]),
    ];
    let examples = [
        ("", Command::Create(consignment(1))),
        ("of other contents", Command::Create(consignment(2))),
        ("", Command::Repack { contents: consignment(2).contents, number: 1 }),
        ("", Command::Dispatch { tracking: None }),
        ("with a number", Command::Dispatch { tracking: Some("1Z".parse().unwrap()) }),
        ("", Command::Deliver),
        ("", Command::Cancel { number: 0 }),
    ];
    let states = Kinds::new(&[&["Uncreated"], Status::VARIANTS].concat(), |state: &State| match state {
        State::Uncreated => "Uncreated".to_owned(),
        State::Created { status, .. } => <&str>::from(status).to_owned(),
    });
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Shipment>(&states, histories, &commands, &examples);
}
