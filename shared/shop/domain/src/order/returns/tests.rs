//! Goods that come back, as given / when / then.

use crate::order::*;
use crate::stock::Intake;
use crate::values::{Line, Money, Quantity, Sku, TaxRate, Totals, WarehouseId};
use foldlog::write::decider::{decide, fold};
use foldlog_testing::specification::given;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn euro(amount: i64) -> Money {
    Money::new(amount, "EUR".parse().unwrap()).unwrap()
}

/// Lines of these quantities and prices, with 19 % tax.
fn placement(lines: &[(&str, u64, i64)]) -> Placement {
    let line = |(sku, quantity, price): &(&str, u64, i64)| Line {
        sku: sku.parse().unwrap(),
        quantity: (*quantity).try_into().unwrap(),
        unit_price: euro(*price),
        category: None,
    };
    let lines: Vec<_> = lines.iter().map(line).collect();
    let totals = Totals::of(&lines, "1900".parse::<TaxRate>().unwrap()).unwrap();
    Placement { account: "a".repeat(32).parse().unwrap(), lines, totals, card: None, address: None }
}

/// Three mugs and a pot, for 63.99 EUR and 12.16 EUR of tax.
fn delivered() -> Vec<Event> {
    vec![
        Event::OrderPlaced(placement(&[("mug", 3, 1_299), ("pot", 1, 2_502)])),
        Event::OrderConfirmed {},
        Event::OrderShipped { tracking: [].into() },
        Event::OrderDelivered {},
    ]
}

fn goods(of: &[(&str, u64)]) -> BTreeMap<Sku, Quantity> {
    of.iter().map(|(sku, quantity)| (sku.parse().unwrap(), (*quantity).try_into().unwrap())).collect()
}

fn wanted(of: &[(&str, u64)]) -> TakeBack {
    TakeBack { goods: goods(of), refund: None, shelf: None, reason: "too big".parse().unwrap() }
}

fn take_back(of: &[(&str, u64)]) -> Command {
    Command::TakeBack(wanted(of))
}

fn refunding(of: &[(&str, u64)], amount: i64) -> Command {
    Command::TakeBack(TakeBack { refund: Some(euro(amount)), ..wanted(of) })
}

fn returned(number: u32, of: &[(&str, u64)], refund: i64) -> Event {
    let reason = "too big".parse().unwrap();
    Event::GoodsReturned(Return { number, goods: goods(of), refund: euro(refund), warehouse: None, reason })
}

#[test]
fn goods_are_worth_their_price_and_their_part_of_the_tax() {
    given::<Order>(delivered()).when(take_back(&[("mug", 1)])).then([returned(1, &[("mug", 1)], 1_545)]);
    let one = [delivered(), vec![returned(1, &[("mug", 1)], 1_545)]].concat();
    given::<Order>(&one).when(take_back(&[("mug", 1)])).then([returned(2, &[("mug", 1)], 1_546)]);
    given::<Order>(&one).when(take_back(&[("mug", 2), ("pot", 1)])).then([returned(
        2,
        &[("mug", 2), ("pot", 1)],
        7_615 - 1_545,
    )]);
}

#[test]
fn a_damaged_piece_may_be_worth_less_and_nothing_is_worth_more() {
    given::<Order>(delivered()).when(refunding(&[("mug", 1)], 700)).then([returned(1, &[("mug", 1)], 700)]);
    given::<Order>(delivered()).when(refunding(&[("mug", 1)], 0)).then([returned(1, &[("mug", 1)], 0)]);
    given::<Order>(delivered())
        .when(refunding(&[("mug", 1)], 1_546))
        .then_refused(Refusal::RefundTooLarge { most: euro(1_545) });
    let dollars = Money::new(1, "USD".parse().unwrap()).unwrap();
    let foreign = Command::TakeBack(TakeBack { refund: Some(dollars), ..wanted(&[("mug", 1)]) });
    given::<Order>(delivered()).when(foreign).then_refused(Refusal::RefundTooLarge { most: euro(1_545) });
    // What was not refunded of one piece is not refunded with the next.
    let cheap = [delivered(), vec![returned(1, &[("mug", 1)], 0)]].concat();
    given::<Order>(cheap).when(take_back(&[("mug", 1)])).then([returned(2, &[("mug", 1)], 1_546)]);
}

#[test]
fn no_more_comes_back_than_was_bought() {
    let too_many = |left| Refusal::TooManyReturned { sku: "mug".parse().unwrap(), left };
    given::<Order>(delivered()).when(take_back(&[("mug", 4)])).then_refused(too_many(3));
    let two = [delivered(), vec![returned(1, &[("mug", 2)], 3_091)]].concat();
    given::<Order>(&two).when(take_back(&[("mug", 2)])).then_refused(too_many(1));
    let all = [two, vec![returned(2, &[("mug", 1)], 0)]].concat();
    given::<Order>(all).when(take_back(&[("mug", 1)])).then_refused(too_many(0));
    given::<Order>(delivered())
        .when(take_back(&[("pan", 1)]))
        .then_refused(Refusal::ProductNotBought("pan".parse().unwrap()));
    given::<Order>(delivered()).when(take_back(&[])).then_refused(Refusal::NothingReturned);
}

#[test]
fn an_order_takes_goods_back_a_bounded_number_of_times() {
    let often = |times: usize| {
        let placed = Event::OrderPlaced(placement(&[("mug", 100, 100)]));
        let number = |number: usize| returned(u32::try_from(number).unwrap(), &[("mug", 1)], 119);
        [placed, Event::OrderDelivered {}].into_iter().chain((1..=times).map(number)).collect::<Vec<_>>()
    };
    given::<Order>(often(MOST_RETURNS - 1)).when(take_back(&[("mug", 91)])).then([returned(
        10,
        &[("mug", 91)],
        91 * 119,
    )]);
    given::<Order>(often(MOST_RETURNS)).when(take_back(&[("mug", 1)])).then_refused(Refusal::TooManyReturns);
}

#[test]
fn only_a_delivered_order_takes_goods_back_and_stays_delivered() {
    let history = delivered();
    for length in 1..4 {
        given::<Order>(&history[..length]).when(take_back(&[("mug", 1)])).then_refused(Refusal::OrderNotDelivered);
    }
    given::<Order>([]).when(take_back(&[("mug", 1)])).then_refused(Refusal::UnknownOrder);
    let cancelled = [&history[..2], &[Event::OrderCancelled { reason: None, by_staff: false }]].concat();
    given::<Order>(cancelled).when(take_back(&[("mug", 1)])).then_refused(Refusal::OrderCancelled);
    let state = fold::<Order>(State::default(), &[history, vec![returned(1, &[("mug", 1)], 1)]].concat());
    assert!(matches!(state, State::Placed { status: Status::Delivered, returns, .. } if returns.len() == 1));
}

#[test]
fn goods_go_into_an_open_warehouse_only() {
    let to = |intake| {
        let shelf = Some(Shelf { warehouse: "berlin".parse().unwrap(), intake });
        Command::TakeBack(TakeBack { shelf, ..wanted(&[("pot", 1)]) })
    };
    given::<Order>(delivered()).when(to(Intake::Closed)).then_refused(Refusal::WarehouseClosed);
    let events = decide::<Order>(&fold::<Order>(State::default(), &delivered()), &to(Intake::Open)).unwrap();
    let [Event::GoodsReturned(Return { warehouse, .. })] = &events[..] else { panic!("{events:?}") };
    assert_eq!(warehouse.as_ref().map(WarehouseId::as_str), Some("berlin"));
}

proptest! {
    #[test]
    fn however_goods_are_divided_into_returns_all_of_them_are_worth_the_total(
        lines in vec((1..5_u64, 0..3_000_i64), 1..4), choices in vec((0..4_usize, 1..5_u64), 0..9),
    ) {
        let names = ["mug", "pot", "pan"];
        let lines: Vec<_> = names.into_iter().zip(&lines).map(|(sku, (units, price))| (sku, *units, *price)).collect();
        let placement = placement(&lines);
        let total = placement.totals.total.amount();
        let mut state = fold::<Order>(State::default(), &[Event::OrderPlaced(placement), Event::OrderDelivered {}]);
        let mut left: BTreeMap<&str, u64> = lines.iter().map(|(sku, units, _)| (*sku, *units)).collect();
        let mut refunded = 0;
        let some = choices.into_iter().map(|(which, units)| vec![(names[which % lines.len()], units)]);
        let mut wishes: Vec<_> = some.collect();
        wishes.push(vec![]);
        for wish in wishes {
            let rest: Vec<_> = left.iter().filter(|(_, units)| **units > 0).map(|(sku, units)| (*sku, *units)).collect();
            let wish = if wish.is_empty() { rest } else { wish };
            for event in decide::<Order>(&state, &take_back(&wish)).unwrap_or_default() {
                let Event::GoodsReturned(Return { refund, .. }) = &event else { panic!("{event:?}") };
                refunded += refund.amount();
                prop_assert!(refunded <= total);
                for (sku, units) in &wish {
                    *left.get_mut(sku).unwrap() -= units;
                }
                state = Order::evolve(state, &event);
            }
        }
        let all = left.values().all(|units| *units == 0);
        prop_assert!(!all || refunded == total, "{} of {}", refunded, total);
    }
}
