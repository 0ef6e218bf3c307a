//! Refunds of parts, as given / when / then.

use crate::payment::*;
use crate::values::Personal;
use foldlog_testing::specification::given;

fn euro(amount: i64) -> Money {
    Money::new(amount, "EUR".parse().unwrap()).unwrap()
}

fn reason() -> Reason {
    "not possible".parse().unwrap()
}

/// Captured, 1,000.
fn after(events: &[Event]) -> Vec<Event> {
    let charge = Charge { amount: euro(1_000), card: Personal::Clear("tok_ok".parse().unwrap()) };
    let captured =
        [Event::PaymentCreated(charge), Event::PaymentAuthorised { expires_at: None }, Event::PaymentCaptured {}];
    [&captured, events].concat()
}

fn refund(number: u32, amount: i64) -> Command {
    Command::RefundPart { number, amount: euro(amount) }
}

fn refunded(number: u32, amount: i64) -> Event {
    Event::PaymentPartlyRefunded { number, amount: euro(amount) }
}

fn fail(number: u32, amount: i64) -> Command {
    Command::FailRefundPart { number, amount: euro(amount), reason: reason() }
}

fn failed(number: u32, amount: i64) -> Event {
    Event::PaymentPartialRefundFailed { number, amount: euro(amount), reason: reason() }
}

fn by_hand(amount: i64) -> Command {
    Command::NoteRefundByHand { amount: euro(amount) }
}

fn noted(amount: i64, settles: Option<u32>) -> Event {
    Event::PaymentRefundedByHand { amount: euro(amount), settles }
}

#[test]
fn each_part_is_refunded_once_and_all_of_them_are_at_most_the_amount() {
    given::<Payment>(after(&[])).when(refund(1, 300)).then([refunded(1, 300)]);
    let one = after(&[refunded(1, 300)]);
    given::<Payment>(&one).when(refund(1, 300)).then_nothing();
    given::<Payment>(&one).when(refund(2, 701)).then_refused(Refusal::RefundTooLarge);
    given::<Payment>(&one).when(refund(2, 700)).then([refunded(2, 700)]);
    given::<Payment>(&one).when(Command::Capture { amount: euro(1_000) }).then_nothing();
    given::<Payment>(&after(&[])[..2]).when(refund(1, 300)).then_refused(Refusal::PaymentNotCaptured);
}

#[test]
fn if_all_was_refunded_on_request_nobody_refunded_it_by_hand() {
    let all = after(&[refunded(1, 300), refunded(2, 700)]);
    given::<Payment>(&all).when(Command::Refund).then_nothing();
    // If somebody refunded the rest by hand, that is the decision of a person.
    let part = after(&[refunded(1, 300)]);
    given::<Payment>(&part).when(Command::Refund).then([Event::PaymentRefunded {}]);
    let whole = [part, vec![Event::PaymentRefunded {}]].concat();
    for late in [refund(2, 100), fail(2, 100), by_hand(100), Command::Refund] {
        given::<Payment>(&whole).when(late).then_nothing();
    }
}

#[test]
fn a_part_that_is_refused_is_an_open_item_until_it_is_refunded() {
    given::<Payment>(after(&[])).when(fail(1, 300)).then([failed(1, 300)]);
    let open = after(&[failed(1, 300)]);
    given::<Payment>(&open).when(fail(1, 300)).then_nothing();
    given::<Payment>(&open).when(refund(1, 300)).then([refunded(1, 300)]);
    given::<Payment>(after(&[refunded(1, 300)])).when(fail(1, 300)).then_nothing();
    given::<Payment>(&open).when(by_hand(299)).then([noted(299, None)]);
    given::<Payment>(&open).when(by_hand(300)).then([noted(300, Some(1))]);
    let two = after(&[failed(1, 300), failed(2, 200)]);
    given::<Payment>(two).when(by_hand(501)).then([noted(300, Some(1)), noted(500, Some(2)), noted(501, None)]);
    let settled = [open, vec![noted(300, Some(1))]].concat();
    given::<Payment>(settled).when(by_hand(300)).then_nothing();
}

#[test]
fn what_was_refunded_by_hand_is_recorded_and_is_no_return() {
    given::<Payment>(after(&[])).when(by_hand(200)).then([noted(200, None)]);
    let some = after(&[noted(200, None)]);
    given::<Payment>(&some).when(by_hand(200)).then_nothing();
    given::<Payment>(&some).when(by_hand(150)).then_nothing();
    given::<Payment>(&some).when(by_hand(1_001)).then_refused(Refusal::RefundTooLarge);
    given::<Payment>(&some).when(refund(1, 801)).then_refused(Refusal::RefundTooLarge);
    given::<Payment>(&some).when(refund(1, 800)).then([refunded(1, 800)]);
}
