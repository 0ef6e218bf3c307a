//! What holds of every provider.

use crate::stage::{eur, reference};
use shop_payments::{Asked, Decline, Failure, Payment, Provider, ProviderRefusal, Sandbox, Standing, Step, settle};

const fn authorise(amount: shop_domain::values::Money, card: &str) -> Step<'_> {
    Step::Authorise { amount, card }
}

fn ok() -> Step<'static> {
    authorise(eur(7_699), "tok_ok")
}

fn stands(standing: Standing) -> Payment {
    Payment { amount: eur(7_699), standing, expires_at: None, refunds: vec![] }
}

pub(crate) async fn a_card_that_pays_is_authorised_and_known<P: Provider>(provider: &P, _: &Sandbox) {
    let cafe = reference("cafe");
    assert_eq!(provider.status(&cafe).await, Ok(None));
    assert_eq!(provider.carry_out(&cafe, ok()).await, Ok(stands(Standing::Authorised)));
    assert_eq!(provider.status(&cafe).await, Ok(Some(stands(Standing::Authorised))));
}

pub(crate) async fn a_card_that_does_not_pay_is_declined_for_good<P: Provider>(provider: &P, _: &Sandbox) {
    for (card, reason) in [("tok_declined", Decline::CardDeclined), ("tok_of_another_shop", Decline::UnknownCard)] {
        let (cafe, declined) = (reference(card), stands(Standing::Declined { reason }));
        for _ in 0..2 {
            assert_eq!(provider.carry_out(&cafe, authorise(eur(7_699), card)).await, Ok(declined.clone()), "{card}");
            assert_eq!(provider.status(&cafe).await, Ok(Some(declined.clone())), "{card}");
        }
    }
}

pub(crate) async fn an_answer_that_is_lost_is_unknown_until_it_is_asked_about<P: Provider>(
    provider: &P,
    sandbox: &Sandbox,
) {
    let (cafe, step) = (reference("cafe"), authorise(eur(7_699), "tok_timeout_then_charged"));
    let lost = provider.carry_out(&cafe, step).await;
    assert!(matches!(lost, Err(Failure::Unknown(_))), "{lost:?}");
    assert_eq!(provider.status(&cafe).await, Ok(Some(stands(Standing::Authorised))));
    assert_eq!(provider.carry_out(&cafe, step).await, Ok(stands(Standing::Authorised)));
    assert_eq!(sandbox.changes(0).len(), 1);
}

pub(crate) async fn who_is_unavailable_at_first_did_nothing<P: Provider>(provider: &P, sandbox: &Sandbox) {
    let step = authorise(eur(7_699), "tok_unavailable");
    for cafe in [reference("cafe"), reference("bar")] {
        for _ in 0..2 {
            let refused = provider.carry_out(&cafe, step).await;
            assert!(matches!(refused, Err(Failure::Unavailable(_))), "{refused:?}");
            assert_eq!(provider.status(&cafe).await, Ok(None));
        }
        assert_eq!(provider.carry_out(&cafe, step).await, Ok(stands(Standing::Authorised)));
    }
    assert_eq!(sandbox.changes(0).len(), 2);
}

pub(crate) async fn payments_of_two_references_know_nothing_of_each_other<P: Provider>(
    provider: &P,
    sandbox: &Sandbox,
) {
    let (cafe, bar) = (reference("cafe"), reference("bar"));
    provider.carry_out(&cafe, ok()).await.unwrap();
    assert_eq!(provider.status(&bar).await, Ok(None));
    let other = provider.carry_out(&bar, authorise(eur(5), "tok_ok")).await;
    assert_eq!(
        other,
        Ok(Payment { amount: eur(5), standing: Standing::Authorised, expires_at: None, refunds: vec![] })
    );
    provider.carry_out(&bar, Step::Void).await.unwrap();
    assert_eq!(provider.status(&cafe).await, Ok(Some(stands(Standing::Authorised))));
    assert_eq!(sandbox.asked(&cafe), [Asked::Step("authorise"), Asked::Status]);
}

pub(crate) async fn a_reference_is_good_for_one_amount_and_one_card<P: Provider>(provider: &P, sandbox: &Sandbox) {
    let cafe = reference("cafe");
    provider.carry_out(&cafe, ok()).await.unwrap();
    let usd = shop_domain::values::Money::new(7_699, iso_currency::Currency::USD).unwrap();
    for other in [authorise(eur(7_698), "tok_ok"), authorise(usd, "tok_ok"), authorise(eur(7_699), "tok_declined")] {
        assert_eq!(provider.carry_out(&cafe, other).await, Err(ProviderRefusal::OtherContent.into()), "{other:?}");
    }
    assert_eq!(sandbox.changes(0), [(cafe, stands(Standing::Authorised))]);
}

/// Each step on a payment that stands in each way; a step that was done before is answered with how it stands now.
pub(crate) async fn each_step_moves_a_payment_only_from_where_it_can<P: Provider>(provider: &P, sandbox: &Sandbox) {
    let declining = authorise(eur(7_699), "tok_declined");
    let (capture, void, refund) = (Step::Capture, Step::Void, Step::Refund);
    let (not, absent) = (Err(ProviderRefusal::NotPossible), Err(ProviderRefusal::Absent));
    let (captured, voided, refunded) = (Ok(Standing::Captured), Ok(Standing::Voided), Ok(Standing::Refunded));
    let ways = [
        (vec![], [absent, absent, absent]),
        (vec![declining], [not, not, not]),
        (vec![ok()], [captured, voided, not]),
        (vec![ok(), capture], [captured, not, refunded]),
        (vec![ok(), void], [not, voided, not]),
        (vec![ok(), capture, refund], [refunded, not, refunded]),
    ];
    for (way, outcomes) in ways {
        for (step, outcome) in [capture, void, refund].into_iter().zip(outcomes) {
            let cafe = reference(&format!("{}-after-{}-steps-of-{}", step.name(), way.len(), sandbox.payments().len()));
            let mut before = None;
            for step in &way {
                before = Some(provider.carry_out(&cafe, *step).await.unwrap());
            }
            let after = provider.carry_out(&cafe, step).await;
            assert_eq!(after, outcome.map(stands).map_err(Failure::Refused), "{way:?}, then {step:?}");
            let now = outcome.map(stands).ok().or(before);
            assert_eq!(provider.status(&cafe).await, Ok(now.clone()), "{way:?}, then {step:?}");
            for step in &way {
                assert_eq!(provider.carry_out(&cafe, *step).await.ok(), now, "{way:?}, {step:?} again");
            }
        }
    }
    let changes = sandbox.changes(0);
    assert!((1..changes.len()).all(|at| !changes[..at].contains(&changes[at])), "nothing happens twice");
}

pub(crate) async fn an_authorisation_that_has_run_out_can_be_let_go<P: Provider>(provider: &P, _: &Sandbox) {
    let cafe = reference("cafe");
    provider.carry_out(&cafe, authorise(eur(7_699), "tok_expires")).await.unwrap();
    assert_eq!(provider.carry_out(&cafe, Step::Capture).await, Err(ProviderRefusal::Expired.into()));
    assert_eq!(provider.status(&cafe).await, Ok(Some(stands(Standing::Authorised))));
    assert_eq!(provider.carry_out(&cafe, Step::Void).await, Ok(stands(Standing::Voided)));
}

pub(crate) async fn settling_asks_first_and_sends_once<P: Provider>(provider: &P, sandbox: &Sandbox) {
    let cafe = reference("cafe");
    for (step, standing) in
        [(ok(), Standing::Authorised), (Step::Capture, Standing::Captured), (Step::Refund, Standing::Refunded)]
    {
        let asked = sandbox.asked(&cafe).len();
        for _ in 0..3 {
            assert_eq!(settle(provider, &cafe, step).await, Ok(stands(standing)));
        }
        let asked = sandbox.asked(&cafe).split_off(asked);
        assert_eq!(asked, [Asked::Status, Asked::Step(step.name()), Asked::Status, Asked::Status]);
    }
}

pub(crate) async fn settling_asks_at_once_what_became_of_a_lost_answer<P: Provider>(provider: &P, sandbox: &Sandbox) {
    let (cafe, step) = (reference("cafe"), authorise(eur(7_699), "tok_timeout_then_charged"));
    assert_eq!(settle(provider, &cafe, step).await, Ok(stands(Standing::Authorised)));
    assert_eq!(sandbox.asked(&cafe), [Asked::Status, Asked::Step("authorise"), Asked::Status]);
    assert_eq!(settle(provider, &cafe, step).await, Ok(stands(Standing::Authorised)));
    assert_eq!(sandbox.changes(0).len(), 1);
}

pub(crate) async fn settling_tells_of_a_payment_as_it_stands<P: Provider>(provider: &P, sandbox: &Sandbox) {
    let cafe = reference("cafe");
    assert_eq!(settle(provider, &cafe, Step::Capture).await, Err(ProviderRefusal::Absent.into()));
    settle(provider, &cafe, ok()).await.unwrap();
    // What it stands at is told as it is. Who asked compares the amount.
    assert_eq!(settle(provider, &cafe, authorise(eur(1), "tok_ok")).await, Ok(stands(Standing::Authorised)));
    settle(provider, &cafe, Step::Void).await.unwrap();
    assert_eq!(settle(provider, &cafe, ok()).await, Ok(stands(Standing::Voided)));
    assert_eq!(settle(provider, &cafe, Step::Capture).await, Err(ProviderRefusal::NotPossible.into()));
    assert_eq!(sandbox.changes(0).len(), 2);
}
