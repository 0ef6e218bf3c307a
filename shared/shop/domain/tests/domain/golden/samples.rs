//! What the samples are made of.

use iso_currency::Currency;
use shop_domain::account::{AddressKind, Entry};
use shop_domain::fulfilment::Candidate;
use shop_domain::order::Placement;
use shop_domain::values::{Address, Card, Line, Means, Money, Personal, Profile, ShipmentId, Totals, TrackingNumber};
use shop_domain::{account, audit, cart, fulfilment, invoice, payment, shipment, warehouse};
use std::collections::BTreeMap;

pub(crate) fn euro(amount: i64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

pub(crate) fn placement() -> Placement {
    Placement {
        account: "a1".repeat(16).parse().unwrap(),
        lines: vec![Line {
            sku: "mug".parse().unwrap(),
            quantity: 2.try_into().unwrap(),
            unit_price: euro(1_299),
            category: Some("kitchen".parse().unwrap()),
        }],
        totals: Totals { net: euro(2_598), tax: euro(494), total: euro(3_092) },
        card: Some("tok_ok".parse().unwrap()),
        address: Some("ad".repeat(16).parse().unwrap()),
    }
}

/// As it was before a card and an address could be chosen.
pub(crate) fn second_placement() -> Placement {
    Placement { card: None, address: None, ..placement() }
}

/// As it was before lines bore a category.
pub(crate) fn first_placement() -> Placement {
    let mut placement = second_placement();
    placement.lines.iter_mut().for_each(|line| line.category = None);
    placement
}

pub(crate) fn means() -> Means {
    Means { card: Some(card().token), address: placement().address }
}

pub(crate) fn shipment() -> ShipmentId {
    ShipmentId::of(&consignment().order, &consignment().warehouse)
}

pub(crate) fn tracking() -> BTreeMap<ShipmentId, TrackingNumber> {
    [(shipment(), "1Z 999".parse().unwrap())].into()
}

pub(crate) fn address() -> Address {
    let lines = vec!["Allee 1".parse().unwrap()];
    Address::new(lines, "Bonn".parse().unwrap(), "53113".parse().unwrap(), "DE".parse().unwrap()).unwrap()
}

pub(crate) fn card() -> Card {
    Card {
        token: Personal::Clear("tok_ok".parse().unwrap()),
        brand: Personal::Clear("Visa".parse().unwrap()),
        last4: Personal::Clear("4242".parse().unwrap()),
    }
}

pub(crate) fn checked_out(placement: Placement) -> cart::Event {
    let Placement { account: owner, lines, totals, card, address } = placement;
    cart::Event::CartCheckedOut { owner, lines, totals, card, address }
}

pub(crate) fn candidates_noted(available: u64) -> fulfilment::Event {
    let candidate = Candidate { warehouse: "berlin".parse().unwrap(), available };
    let candidates = [("mug".parse().unwrap(), vec![candidate])].into();
    fulfilment::Event::PlacementNoted { candidates, means: means() }
}

pub(crate) fn opened_account() -> account::Event {
    let profile = Profile { name: "Ada".parse().unwrap(), email: "ada@example.org".parse().unwrap() };
    account::Event::AccountOpened { profile: Personal::Clear(profile) }
}

pub(crate) fn entry() -> Entry {
    Entry { id: "ad".repeat(16).parse().unwrap(), kind: AddressKind::Shipping, address: Personal::Clear(address()) }
}

pub(crate) fn site() -> warehouse::Site {
    warehouse::Site { name: "East".parse().unwrap(), address: Some(address()) }
}

pub(crate) fn charge() -> payment::Charge {
    payment::Charge { amount: euro(3_092), card: card().token }
}

pub(crate) fn consignment() -> shipment::Consignment {
    shipment::Consignment {
        order: "0b".repeat(16).parse().unwrap(),
        warehouse: "berlin".parse().unwrap(),
        account: placement().account,
        address: placement().address,
        contents: [("mug".parse().unwrap(), 2.try_into().unwrap())].into(),
    }
}

pub(crate) fn bill() -> invoice::Bill {
    let Placement { account, lines, totals, .. } = placement();
    invoice::Bill { account, lines, totals }
}

pub(crate) fn report() -> audit::Report {
    use audit::Difference;
    use foldlog::Version;
    let stream = || "stock-berlin.mug".parse().unwrap();
    audit::Report {
        by: audit::Verifier::Shop,
        scope: audit::Scope::Sample(5),
        extent: audit::Extent::Part,
        streams: 4,
        commits: 19,
        rows: 8,
        totals: 0,
        differences: vec![
            Difference::Log { stream: stream(), version: Version(3) },
            Difference::Row {
                stream: stream(),
                version: Version(4),
                view: "stock".parse().unwrap(),
                field: "document/state/on_hand".parse().unwrap(),
            },
            Difference::Stuck { stream: stream(), version: Version(4), view: "stock".parse().unwrap() },
            Difference::Total {
                view: "sales".parse().unwrap(),
                row: "sku/3/2026-11-21#mug".parse().unwrap(),
                field: "units".parse().unwrap(),
            },
        ],
    }
}
