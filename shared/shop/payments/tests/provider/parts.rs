//! What holds of refunds of parts at every provider.

use crate::stage::{eur, reference};
use shop_domain::values::Money;
use shop_payments::webhook::Webhook;
use shop_payments::{
    Asked, ByItself, Failure, PartialRefund, Payment, Provider, ProviderRefusal, Reference, Sandbox, Standing, Step,
    settle,
};

fn part(number: u32, amount: i64) -> Step<'static> {
    Step::RefundPart { number, amount: eur(amount) }
}

/// The payment after these parts; a part without a number was refunded by hand.
fn stands(standing: Standing, parts: &[(u32, i64)]) -> Payment {
    let part = |(number, amount): &(u32, i64)| PartialRefund {
        number: Some(*number).filter(|number| *number > 0),
        amount: eur(*amount),
    };
    Payment { amount: eur(1_000), standing, expires_at: None, refunds: parts.iter().map(part).collect() }
}

async fn captured<P: Provider>(provider: &P, card: &str) -> Reference {
    let cafe = reference("cafe");
    provider.carry_out(&cafe, Step::Authorise { amount: eur(1_000), card }).await.unwrap();
    provider.carry_out(&cafe, Step::Capture).await.unwrap();
    cafe
}

pub(crate) async fn each_part_is_refunded_once_under_its_number<P: Provider>(provider: &P, sandbox: &Sandbox) {
    let cafe = captured(provider, "tok_ok").await;
    let one = stands(Standing::Captured, &[(1, 300)]);
    for _ in 0..2 {
        assert_eq!(provider.carry_out(&cafe, part(1, 300)).await, Ok(one.clone()));
        assert_eq!(settle(provider, &cafe, part(1, 300)).await, Ok(one.clone()));
    }
    assert_eq!(provider.status(&cafe).await, Ok(Some(one)));
    assert_eq!(provider.carry_out(&cafe, part(1, 301)).await, Err(ProviderRefusal::OtherContent.into()));
    let two = stands(Standing::Captured, &[(1, 300), (7, 300)]);
    assert_eq!(provider.carry_out(&cafe, part(7, 300)).await, Ok(two));
    assert_eq!(sandbox.changes(0).len(), 4);
    let asked = sandbox.asked(&cafe).iter().filter(|asked| **asked == Asked::Step("refund_part")).count();
    assert_eq!(asked, 4, "settling sends nothing that is done");
}

pub(crate) async fn parts_add_up_to_at_most_the_amount_and_all_of_it_reads_as_refunded<P: Provider>(
    provider: &P,
    sandbox: &Sandbox,
) {
    let cafe = captured(provider, "tok_ok").await;
    provider.carry_out(&cafe, part(1, 300)).await.unwrap();
    let usd = Money::new(1, iso_currency::Currency::USD).unwrap();
    let nothing = part(4, 0);
    for wrong in [part(2, 701), part(2, 1_000), nothing, Step::RefundPart { number: 3, amount: usd }] {
        assert_eq!(provider.carry_out(&cafe, wrong).await, Err(ProviderRefusal::NotPossible.into()), "{wrong:?}");
    }
    let all = stands(Standing::Refunded, &[(1, 300), (2, 700)]);
    assert_eq!(provider.carry_out(&cafe, part(2, 700)).await, Ok(all.clone()));
    // Nothing is left: what comes later is answered with how the payment stands.
    for late in [part(1, 300), part(3, 1), Step::Refund, Step::Capture] {
        assert_eq!(provider.carry_out(&cafe, late).await, Ok(all.clone()), "{late:?}");
    }
    assert_eq!(sandbox.changes(0).len(), 4);
}

pub(crate) async fn a_part_needs_a_captured_payment_that_can_be_refunded<P: Provider>(provider: &P, _: &Sandbox) {
    let none = reference("none");
    assert_eq!(provider.carry_out(&none, part(1, 1)).await, Err(ProviderRefusal::Absent.into()));
    let held = reference("held");
    provider.carry_out(&held, Step::Authorise { amount: eur(1_000), card: "tok_ok" }).await.unwrap();
    assert_eq!(provider.carry_out(&held, part(1, 1)).await, Err(ProviderRefusal::NotPossible.into()));
    let cafe = captured(provider, "tok_unrefundable").await;
    let refused: Result<_, Failure> = provider.carry_out(&cafe, part(1, 1)).await;
    assert_eq!(refused, Err(ProviderRefusal::NotPossible.into()));
    assert_eq!(provider.status(&cafe).await, Ok(Some(stands(Standing::Captured, &[]))));
}

pub(crate) async fn what_was_refunded_by_hand_has_no_number_and_leaves_less<P: Provider>(
    provider: &P,
    sandbox: &Sandbox,
) {
    let cafe = captured(provider, "tok_ok").await;
    provider.carry_out(&cafe, part(1, 300)).await.unwrap();
    sandbox.by_itself(&cafe, ByItself::RefundPart(eur(200))).unwrap();
    assert!(sandbox.by_itself(&cafe, ByItself::RefundPart(eur(501))).is_err());
    let some = stands(Standing::Captured, &[(1, 300), (0, 200)]);
    assert_eq!(provider.status(&cafe).await, Ok(Some(some)));
    assert_eq!(provider.carry_out(&cafe, part(2, 501)).await, Err(ProviderRefusal::NotPossible.into()));
    let rest = stands(Standing::Refunded, &[(1, 300), (0, 200)]);
    assert_eq!(provider.carry_out(&cafe, Step::Refund).await, Ok(rest));
    let told = sandbox.changes(0).into_iter().map(|(reference, payment)| Webhook::new(reference, payment).id);
    let ids = ["cafe:authorised", "cafe:captured", "cafe:captured:1", "cafe:captured:2", "cafe:refunded:2"];
    assert_eq!(told.collect::<Vec<_>>(), ids);
}
