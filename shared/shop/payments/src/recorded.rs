//! How the shop records the answers of its payment provider.

use crate::payment::{Decline, PartialRefund, Payment, Standing};
use crate::refusal::ProviderRefusal;
use shop_domain::payment::{Answer, Command, Hold};
use shop_domain::values::{Money, Reason};

impl Payment {
    /// The answer of the provider to the authorisation.
    #[must_use]
    pub fn answer(&self) -> Answer {
        match self.standing {
            Standing::Declined { reason } => Answer::Declined(reason.into()),
            Standing::Authorised | Standing::Captured | Standing::Voided | Standing::Refunded => {
                Answer::Authorised(self.hold())
            }
        }
    }

    const fn hold(&self) -> Hold {
        Hold { amount: self.amount, expires_at: self.expires_at }
    }

    /// The commands that bring the shop's payment to this status, in order, from any status. A command that was
    /// recorded before changes nothing.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        let (authorise, capture) = (Command::Authorise(self.hold()), Command::Capture { amount: self.amount });
        match self.standing {
            Standing::Declined { reason } => vec![Command::Decline { reason: reason.into() }],
            Standing::Authorised => vec![authorise],
            Standing::Captured => [vec![authorise, capture], self.partial_refunds()].concat(),
            Standing::Voided => vec![authorise, Command::Void],
            Standing::Refunded => [vec![authorise, capture], self.partial_refunds(), vec![Command::Refund]].concat(),
        }
    }

    /// What was refunded in parts: each part that the shop requested, and the sum of what was refunded by hand.
    fn partial_refunds(&self) -> Vec<Command> {
        let of_shop = |part: &PartialRefund| Some(Command::RefundPart { number: part.number?, amount: part.amount });
        let by_hand = || self.refunds.iter().filter(|part| part.number.is_none()).map(|part| part.amount);
        // A part in another currency makes the sum one in that currency, which the payment refuses.
        let currency = by_hand().map(|part| part.currency()).find(|currency| *currency != self.amount.currency());
        let sum = by_hand().map(|part| part.amount()).sum();
        let by_hand = Money::new(sum, currency.unwrap_or(self.amount.currency())).ok().filter(|sum| sum.amount() > 0);
        let by_hand = by_hand.map(|amount| Command::NoteRefundByHand { amount });
        self.refunds.iter().filter_map(of_shop).chain(by_hand).collect()
    }
}

impl From<Decline> for Reason {
    fn from(decline: Decline) -> Self {
        written(match decline {
            Decline::CardDeclined => "the card was declined",
            Decline::UnknownCard => "there is no such card",
            Decline::Other => "the provider names another reason",
        })
    }
}

impl From<ProviderRefusal> for Reason {
    fn from(refusal: ProviderRefusal) -> Self {
        written(&refusal.to_string())
    }
}

fn written(text: &str) -> Reason {
    #[expect(clippy::expect_used, reason = "each of the texts above is one, and of each refusal: see the test")]
    text.parse().expect("a short line")
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldlog::Decider;
    use foldlog::write::decider::fold;
    use shop_domain::payment::{self, Charge, State, Status};
    use shop_domain::values::Money;
    use strum::IntoEnumIterator;

    fn charge() -> Charge {
        Charge {
            amount: Money::new(500, "EUR".parse().unwrap()).unwrap(),
            card: foldlog::Personal::Clear("tok_ok".parse().unwrap()),
        }
    }

    /// Where the shop's payment is after it has recorded these standings.
    fn after(standings: &[Standing]) -> Status {
        let created = Command::Create { charge: charge(), answer: Answer::Unknown };
        let told = standings.iter().map(|standing| Payment {
            amount: charge().amount,
            standing: *standing,
            expires_at: None,
            refunds: vec![],
        });
        let commands = std::iter::once(created).chain(told.flat_map(|payment| payment.commands()));
        let state = commands.fold(State::default(), |state, command| {
            let events = payment::Payment::decide(&state, &command).unwrap();
            fold::<payment::Payment>(state, &events)
        });
        match state {
            State::Created { status, .. } => status,
            State::Uncreated => panic!("it was created"),
        }
    }

    #[test]
    fn whatever_was_missed_on_the_way_the_payment_comes_to_stand_as_its_provider_says() {
        let declined = Standing::Declined { reason: Decline::CardDeclined };
        assert_eq!(after(&[Standing::Authorised]), Status::Authorised);
        assert_eq!(after(&[declined]), Status::Declined(Decline::CardDeclined.into()));
        assert_eq!(after(&[Standing::Captured]), Status::Captured);
        assert_eq!(after(&[Standing::Voided]), Status::Voided);
        assert_eq!(after(&[Standing::Refunded]), Status::Refunded);
    }

    #[test]
    fn what_is_told_late_or_again_changes_nothing() {
        assert_eq!(after(&[Standing::Captured, Standing::Authorised, Standing::Captured]), Status::Captured);
        assert_eq!(after(&[Standing::Refunded, Standing::Captured]), Status::Refunded);
        assert_eq!(after(&[Standing::Voided, Standing::Authorised]), Status::Voided);
    }

    #[test]
    fn each_refusal_is_a_reason() {
        for refusal in ProviderRefusal::iter() {
            assert_eq!(Reason::from(refusal).as_str(), refusal.to_string());
        }
    }
}
