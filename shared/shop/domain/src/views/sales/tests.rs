//! What counts when, and for what.

use super::*;
use crate::order::{Failure, Placement};
use crate::values::{Money, Totals as OrderTotals};
use foldlog::{Actor, StreamName, Version};
use iso_currency::Currency;

/// Shortly before and shortly after a midnight.
const EVENING: &str = "2026-11-21T23:59:59.999Z";
const MORNING: &str = "2026-11-22T00:00:00.000Z";

fn line(sku: &str, quantity: u64, price: i64, category: Option<&str>) -> Line {
    Line {
        sku: sku.parse().unwrap(),
        quantity: quantity.try_into().unwrap(),
        unit_price: Money::new(price, Currency::EUR).unwrap(),
        category: category.map(|category| category.parse().unwrap()),
    }
}

fn placed(lines: &[Line]) -> Event {
    let totals = OrderTotals::of(lines, "1900".parse().unwrap()).unwrap();
    Event::OrderPlaced(Placement {
        account: "a1".repeat(16).parse().unwrap(),
        lines: lines.to_vec(),
        totals,
        card: None,
        address: None,
    })
}

/// The sums of orders whose events happened at these moments.
fn sold(orders: &[(&str, &[(&str, Event)])]) -> Sums {
    let mut all = Sums::default();
    for (stream, events) in orders {
        let stream: StreamName = format!("order-{stream}").parse().unwrap();
        let mut lines = None;
        for (version, (moment, event)) in (1..).zip(*events) {
            let recorded = Recorded {
                event: event.clone(),
                stream: &stream,
                version: Version(version),
                committed_at: moment.parse().unwrap(),
                actor: &Actor("shop".to_owned()),
            };
            let (after, sums) = View::apply(lines, &recorded);
            lines = after;
            all.merge(sums);
        }
    }
    all
}

/// What is found of it from one day to another.
fn found(sums: &Sums, by: By, from: &str, to: &str) -> Vec<(String, String, Figures)> {
    let names = names(&from.parse().unwrap(), &to.parse().unwrap());
    let partitions: Vec<String> = by.partitions().collect();
    let rows = { sums.0.iter() }.filter(|(key, _)| partitions.contains(&key.partition) && names.contains(&key.name));
    let figures = figures(rows.map(|(key, amounts)| (key.name.clone(), amounts.clone())));
    figures.into_iter().map(|((day, of), figures)| (day, of, figures)).collect()
}

fn expect(units: i64, revenue: i64, orders: i64, cancellations: i64) -> Figures {
    let revenue = if revenue == 0 { BTreeMap::new() } else { [("EUR".to_owned(), revenue)].into() };
    Figures { units, revenue, orders, cancellations, ..Figures::default() }
}

fn row(day: &str, of: &str, figures: Figures) -> (String, String, Figures) {
    (day.to_owned(), of.to_owned(), figures)
}

#[test]
fn an_order_is_sold_on_the_day_of_its_confirmation_at_the_prices_and_in_the_categories_of_its_checkout() {
    let lines =
        [line("mug", 2, 1_299, Some("kitchen")), line("pan", 1, 500, Some("kitchen")), line("nail", 3, 7, None)];
    let orders: &[(&str, &[_])] = &[
        ("a1", &[(EVENING, placed(&lines)), (MORNING, Event::OrderConfirmed {})]),
        ("b2", &[(EVENING, placed(&lines[..1])), (EVENING, Event::OrderConfirmed {})]),
        ("c3", &[(EVENING, placed(&lines[..1])), (MORNING, Event::OrderConfirmed {})]),
    ];
    let sums = sold(orders);
    assert_eq!(
        found(&sums, By::Sku, "2026-11-21", "2026-11-22"),
        [
            row("2026-11-21", "mug", expect(2, 2_598, 1, 0)),
            row("2026-11-22", "mug", expect(4, 5_196, 2, 0)),
            row("2026-11-22", "nail", expect(3, 21, 1, 0)),
            row("2026-11-22", "pan", expect(1, 500, 1, 0)),
        ]
    );
    assert_eq!(
        found(&sums, By::Category, "2026-11-22", "2026-11-22"),
        [row("2026-11-22", "", expect(3, 21, 1, 0)), row("2026-11-22", "kitchen", expect(5, 5_696, 2, 0)),]
    );
    assert_eq!(found(&sums, By::Sku, "2026-11-23", "2026-12-31"), []);
}

#[test]
fn a_cancellation_counts_on_its_own_day_and_what_was_sold_stays_sold() {
    let lines = [line("mug", 2, 1_299, Some("kitchen")), line("pan", 1, 500, Some("kitchen"))];
    let cancelled = || Event::OrderCancelled { reason: None, by_staff: false };
    let sums = sold(&[
        ("a1", &[(EVENING, placed(&lines)), (EVENING, Event::OrderConfirmed {}), (MORNING, cancelled())]),
        ("b2", &[(EVENING, placed(&lines[..1])), (MORNING, cancelled())]),
    ]);
    assert_eq!(
        found(&sums, By::Category, "2026-11-01", "2026-11-30"),
        [row("2026-11-21", "kitchen", expect(3, 3_098, 1, 0)), row("2026-11-22", "kitchen", expect(0, 0, 0, 2)),]
    );
}

#[test]
fn goods_that_come_back_count_on_their_own_day_and_their_parts_add_up_to_the_refund() {
    let lines =
        [line("mug", 2, 333, Some("kitchen")), line("pan", 1, 334, Some("kitchen")), line("nail", 3, 333, None)];
    let goods = [("mug", 1_u64), ("pan", 1), ("nail", 1)];
    let goods = goods.map(|(sku, quantity)| (sku.parse().unwrap(), quantity.try_into().unwrap())).into();
    let refund = Money::new(100, Currency::EUR).unwrap();
    let returned = Return { number: 1, goods, refund, warehouse: None, reason: "too big".parse().unwrap() };
    let sums = sold(&[(
        "a1",
        &[
            (EVENING, placed(&lines)),
            (EVENING, Event::OrderConfirmed {}),
            (MORNING, Event::GoodsReturned(returned.clone())),
        ],
    )]);
    let back =
        |returned, amount| Figures { returned, refunds: [("EUR".to_owned(), amount)].into(), ..expect(0, 0, 0, 0) };
    assert_eq!(
        found(&sums, By::Sku, "2026-11-22", "2026-11-22"),
        [
            row("2026-11-22", "mug", back(1, 33)),
            row("2026-11-22", "nail", back(1, 34)),
            row("2026-11-22", "pan", back(1, 33)),
        ]
    );
    assert_eq!(
        found(&sums, By::Category, "2026-11-22", "2026-11-22"),
        [row("2026-11-22", "", back(1, 34)), row("2026-11-22", "kitchen", back(2, 66))]
    );
    let free = [line("mug", 1, 0, None)];
    let nothing = Return { refund: Money::new(0, Currency::EUR).unwrap(), ..returned };
    let sums = sold(&[("a1", &[(MORNING, placed(&free)), (MORNING, Event::GoodsReturned(nothing))])]);
    assert_eq!(found(&sums, By::Sku, "2026-11-22", "2026-11-22"), [row("2026-11-22", "mug", back(1, 0))]);
}

#[test]
fn what_failed_or_is_not_confirmed_counts_nowhere() {
    let lines = [line("mug", 2, 1_299, None)];
    let failed = Event::OrderFailed { reason: Failure::OutOfStock { sku: "mug".parse().unwrap() } };
    assert_eq!(
        sold(&[("a1", &[(EVENING, placed(&lines))]), ("b2", &[(EVENING, placed(&lines)), (EVENING, failed)])]),
        Sums::default()
    );
}

#[test]
fn one_order_of_any_size_is_added_by_one_transaction_and_orders_are_spread() {
    let lines: Vec<Line> =
        (0..20).map(|number| line(&format!("sku-{number}"), 1, 1, Some(&format!("c{number}")))).collect();
    let sums = sold(&[("a1", &[(EVENING, placed(&lines)), (EVENING, Event::OrderConfirmed {})])]);
    assert!(sums.0.len() < foldlog::totals::MOST_ITEMS, "{}", sums.0.len());
    let names: Vec<String> =
        (1..65_u128).map(|number| format!("{:032x}", number * 0x9e37_79b9_7f4a_7c15_f39c)).collect();
    let one = [(EVENING, placed(&lines[..1])), (EVENING, Event::OrderConfirmed {})];
    let many: Vec<(&str, &[_])> = names.iter().map(|name| (name.as_str(), &one[..])).collect();
    let partitions: BTreeSet<String> = sold(&many).0.into_keys().map(|key| key.partition).collect();
    assert_eq!(partitions, By::Sku.partitions().chain(By::Category.partitions()).collect());
}

#[test]
fn days_are_counted_and_what_is_no_day_is_refused() {
    let day = |text: &str| text.parse::<Day>();
    let count = |from, to| day(from).unwrap().count_to(&day(to).unwrap());
    assert_eq!((count("2026-11-21", "2026-11-21"), count("2024-02-28", "2024-03-01")), (1, 3));
    assert_eq!((count("2026-11-21", "2026-11-20"), count("2026-11-21", "2026-01-01")), (0, 0));
    for text in ["2026-11-31", "2026-1-1", "20261121", "2026-11-21T00:00:00Z", "", "2026-11-21#"] {
        assert!(day(text).is_err(), "{text}");
    }
    assert!("Sku".parse::<By>().is_err());
}
