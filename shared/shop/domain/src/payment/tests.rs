//! The payment's rules, as given / when / then.

use super::*;
use crate::values::Personal;
use foldlog::Version;
use foldlog::write::decider::fold;
use foldlog_testing::specification::given;

fn charge(amount: i64) -> Charge {
    let amount = Money::new(amount, "EUR".parse().unwrap()).unwrap();
    Charge { amount, card: Personal::Clear("tok_ok".parse().unwrap()) }
}

fn hold(amount: i64) -> Hold {
    Hold { amount: charge(amount).amount, expires_at: Some(Timestamp(1_000)) }
}

fn authorised() -> Event {
    Event::PaymentAuthorised { expires_at: Some(Timestamp(1_000)) }
}

fn capture(amount: i64) -> Command {
    Command::Capture { amount: charge(amount).amount }
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
    let authorised = after(&[authorised()]);
    given::<Payment>([]).when(create(2_380, Answer::Authorised(hold(2_380)))).then(&authorised);
    given::<Payment>([])
        .when(create(2_380, Answer::Declined(reason())))
        .then(after(&[Event::PaymentDeclined { reason: reason() }]));
    given::<Payment>(after(&[])).when(create(2_380, Answer::Authorised(hold(2_380)))).then(&authorised[1..]);
    given::<Payment>(&authorised).when(create(2_380, Answer::Authorised(hold(2_380)))).then_nothing();
    given::<Payment>(authorised)
        .when(create(2_380, Answer::Declined(reason())))
        .then_refused(Refusal::PaymentAlreadyAuthorised);
}

#[test]
fn an_order_is_charged_one_amount() {
    given::<Payment>([]).when(create(2_380, Answer::Unknown)).then(after(&[]));
    given::<Payment>(after(&[])).when(create(2_380, Answer::Unknown)).then_nothing();
    given::<Payment>(after(&[])).when(create(1, Answer::Unknown)).then_refused(Refusal::OtherCharge);
}

#[test]
fn what_is_captured_is_captured_once() {
    let authorised = after(&[authorised()]);
    given::<Payment>(&authorised).when(capture(2_380)).then([Event::PaymentCaptured {}]);
    let captured = [authorised, vec![Event::PaymentCaptured {}]].concat();
    given::<Payment>(&captured).when(capture(2_380)).then_nothing();
    given::<Payment>(&captured).when(Command::Authorise(hold(2_380))).then_nothing();
    given::<Payment>(captured).when(Command::FailCapture { reason: reason() }).then_nothing();
}

#[test]
fn a_capture_that_fails_is_an_open_item_and_may_succeed_later() {
    let failed = Event::PaymentCaptureFailed { reason: reason() };
    let authorised = after(&[authorised()]);
    given::<Payment>(&authorised).when(Command::FailCapture { reason: reason() }).then([failed.clone()]);
    given::<Payment>([authorised, vec![failed]].concat()).when(capture(2_380)).then([Event::PaymentCaptured {}]);
}

#[test]
fn what_is_held_is_voided_and_what_was_taken_is_refunded() {
    let authorised = after(&[authorised()]);
    given::<Payment>(&authorised).when(Command::Void).then([Event::PaymentVoided {}]);
    given::<Payment>(&authorised).when(Command::Refund).then_refused(Refusal::PaymentNotCaptured);
    let captured = [authorised, vec![Event::PaymentCaptured {}]].concat();
    given::<Payment>(&captured).when(Command::Refund).then([Event::PaymentRefunded {}]);
    given::<Payment>(captured).when(Command::Void).then_refused(Refusal::PaymentCaptured);
}

#[test]
fn an_answer_that_contradicts_the_first_is_refused() {
    let declined = after(&[Event::PaymentDeclined { reason: reason() }]);
    given::<Payment>(declined).when(Command::Authorise(hold(2_380))).then_refused(Refusal::PaymentDeclined(reason()));
    given::<Payment>(after(&[authorised()]))
        .when(Command::Decline { reason: reason() })
        .then_refused(Refusal::PaymentAlreadyAuthorised);
}

#[test]
fn a_hold_that_ended_by_itself_is_recorded_once_and_never_captured_by_the_shop() {
    let held = after(&[authorised()]);
    let lapse = || Command::Lapse { reason: reason() };
    given::<Payment>(&held).when(lapse()).then([Event::PaymentLapsed { reason: reason() }]);
    let failed = [held.clone(), vec![Event::PaymentCaptureFailed { reason: reason() }]].concat();
    given::<Payment>(failed).when(lapse()).then([Event::PaymentLapsed { reason: reason() }]);
    for end in [Event::PaymentLapsed { reason: reason() }, Event::PaymentVoided {}] {
        let ended = [held.clone(), vec![end]].concat();
        for late in [lapse(), Command::Void, Command::FailCapture { reason: reason() }] {
            given::<Payment>(&ended).when(late).then_nothing();
        }
        given::<Payment>(&ended).when(Command::Refund).then_refused(Refusal::PaymentVoided);
        // The provider's own word says where the money is, even if it said otherwise before.
        given::<Payment>(ended).when(capture(2_380)).then([Event::PaymentCaptured {}]);
    }
}

#[test]
fn another_amount_than_the_charges_is_not_believed() {
    let disputed = Event::PaymentDisputed { amount: charge(2_379).amount };
    given::<Payment>(after(&[])).when(Command::Authorise(hold(2_379))).then([disputed.clone()]);
    let held = after(&[authorised()]);
    given::<Payment>(&held).when(Command::Authorise(hold(2_379))).then([disputed.clone()]);
    given::<Payment>(&held).when(capture(2_379)).then([disputed.clone()]);
    let disputed = [held, vec![disputed]].concat();
    given::<Payment>(&disputed).when(capture(2_379)).then_nothing();
    given::<Payment>(&disputed).when(capture(2_380)).then([Event::PaymentCaptured {}]);
    given::<Payment>(&disputed).when(Command::Refund).then([Event::PaymentRefunded {}]);
    given::<Payment>(disputed).when(Command::Void).then([Event::PaymentVoided {}]);
}

#[test]
fn a_refund_that_fails_is_an_open_item_until_somebody_refunds_it() {
    let captured = after(&[authorised(), Event::PaymentCaptured {}]);
    let fail = || Command::FailRefund { reason: reason() };
    let failed = Event::PaymentRefundFailed { reason: reason() };
    given::<Payment>(&captured).when(fail()).then([failed.clone()]);
    let failed = [captured, vec![failed]].concat();
    given::<Payment>(&failed).when(fail()).then_nothing();
    given::<Payment>(failed).when(Command::Refund).then([Event::PaymentRefunded {}]);
    given::<Payment>(after(&[authorised()])).when(fail()).then_refused(Refusal::PaymentNotCaptured);
}

#[test]
fn only_what_finds_another_amount_ends_a_report() {
    let state = fold::<Payment>(State::default(), &after(&[Event::PaymentDisputed { amount: charge(2_379).amount }]));
    let executed = |effect| Executed { state: state.clone(), version: Version(3), committed_at: None, effect };
    let capture = capture(2_379);
    assert!(disputes(&capture, &executed(Effect::Appended)) && !disputes(&capture, &executed(Effect::Unchanged)));
    let by_hand = Command::NoteRefundByHand { amount: charge(1_000).amount };
    assert!(!disputes(&by_hand, &executed(Effect::Appended)));
    assert!(!disputes(&Command::Refund, &executed(Effect::Appended)));
}

#[test]
fn a_report_of_another_amount_is_compared_before_anything_it_says() {
    let captured = [authorised(), Event::PaymentCaptured {}];
    let failed = Event::PaymentRefundFailed { reason: reason() };
    for before in [captured.to_vec(), [captured.to_vec(), vec![failed]].concat()] {
        given::<Payment>(after(&before)).when(Command::Authorise(hold(1))).then_refused(Refusal::OtherAmount);
    }
    let disputed = after(&[authorised(), Event::PaymentDisputed { amount: charge(2_379).amount }]);
    given::<Payment>(&disputed).when(Command::Authorise(hold(2_379))).then_nothing();
    given::<Payment>(&disputed).when(Command::Authorise(hold(1))).then_refused(Refusal::OtherAmount);
    let left = [disputed, vec![Event::PaymentRefundFailed { reason: reason() }]].concat();
    given::<Payment>(&left).when(Command::Authorise(hold(2_379))).then_nothing();
    given::<Payment>(&left).when(Command::Authorise(hold(1))).then_refused(Refusal::OtherAmount);
    let failed = Event::PaymentCaptureFailed { reason: reason() };
    let disputed = Event::PaymentDisputed { amount: charge(1).amount };
    given::<Payment>(after(&[authorised(), failed])).when(Command::Authorise(hold(1))).then([disputed]);
    // What has ended is not touched by a late report.
    for end in [vec![Event::PaymentVoided {}], vec![Event::PaymentCaptured {}, Event::PaymentRefunded {}]] {
        let ended = after(&[vec![authorised()], end].concat());
        given::<Payment>(ended).when(Command::Authorise(hold(1))).then_nothing();
    }
}
