//! The payment's rules, as given / when / then.

use super::*;
use foldlog_testing::specification::given;

fn charge(amount: i64) -> Charge {
    let amount = Money::new(amount, "EUR".parse().unwrap()).unwrap();
    Charge { amount, card: "tok_ok".parse().unwrap() }
}

fn after(events: &[Event]) -> Vec<Event> {
    [&[Event::PaymentCreated(charge(2_380))], events].concat()
}

fn reason() -> Reason {
    "expired".parse().unwrap()
}

fn create(amount: i64, answer: Answer) -> Command {
    Command::Create { charge: charge(amount), answer }
}

#[test]
fn what_the_provider_answers_at_once_is_recorded_at_once() {
    let authorised = after(&[Event::PaymentAuthorised {}]);
    given::<Stream>([]).when(create(2_380, Answer::Authorised)).then(&authorised);
    given::<Stream>([])
        .when(create(2_380, Answer::Declined(reason())))
        .then(after(&[Event::PaymentDeclined { reason: reason() }]));
    given::<Stream>(after(&[])).when(create(2_380, Answer::Authorised)).then(&authorised[1..]);
    given::<Stream>(&authorised).when(create(2_380, Answer::Authorised)).then_nothing();
    given::<Stream>(authorised)
        .when(create(2_380, Answer::Declined(reason())))
        .then_refused(Refusal::PaymentAlreadyAuthorised);
}

#[test]
fn an_order_is_charged_one_amount() {
    given::<Stream>([]).when(create(2_380, Answer::Unknown)).then(after(&[]));
    given::<Stream>(after(&[])).when(create(2_380, Answer::Unknown)).then_nothing();
    given::<Stream>(after(&[])).when(create(1, Answer::Unknown)).then_refused(Refusal::OtherCharge);
}

#[test]
fn what_is_captured_is_captured_once() {
    let authorised = after(&[Event::PaymentAuthorised {}]);
    given::<Stream>(&authorised).when(Command::Capture).then([Event::PaymentCaptured {}]);
    let captured = [authorised, vec![Event::PaymentCaptured {}]].concat();
    given::<Stream>(&captured).when(Command::Capture).then_nothing();
    given::<Stream>(&captured).when(Command::Authorise).then_nothing();
    given::<Stream>(captured).when(Command::FailCapture { reason: reason() }).then_nothing();
}

#[test]
fn a_capture_that_fails_is_an_open_item_and_may_succeed_later() {
    let failed = Event::PaymentCaptureFailed { reason: reason() };
    let authorised = after(&[Event::PaymentAuthorised {}]);
    given::<Stream>(&authorised).when(Command::FailCapture { reason: reason() }).then([failed.clone()]);
    given::<Stream>([authorised, vec![failed]].concat()).when(Command::Capture).then([Event::PaymentCaptured {}]);
}

#[test]
fn what_is_held_is_voided_and_what_was_taken_is_refunded() {
    let authorised = after(&[Event::PaymentAuthorised {}]);
    given::<Stream>(&authorised).when(Command::Void).then([Event::PaymentVoided {}]);
    given::<Stream>(&authorised).when(Command::Refund).then_refused(Refusal::PaymentNotCaptured);
    let captured = [authorised, vec![Event::PaymentCaptured {}]].concat();
    given::<Stream>(&captured).when(Command::Refund).then([Event::PaymentRefunded {}]);
    given::<Stream>(captured).when(Command::Void).then_refused(Refusal::PaymentCaptured);
}

#[test]
fn an_answer_that_contradicts_the_first_is_refused() {
    let declined = after(&[Event::PaymentDeclined { reason: reason() }]);
    given::<Stream>(declined).when(Command::Authorise).then_refused(Refusal::PaymentDeclined(reason()));
    given::<Stream>(after(&[Event::PaymentAuthorised {}]))
        .when(Command::Decline { reason: reason() })
        .then_refused(Refusal::PaymentAlreadyAuthorised);
}
