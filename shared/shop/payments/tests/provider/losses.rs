//! Settling does each step once and returns the truth, even if requests and answers are lost.

use crate::stage::{eur, reference};
use futures::executor::block_on;
use proptest::prelude::*;
use shop_payments::{Failure, Payment, Provider, Reference, Sandbox, Standing, Step, settle};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// What becomes of one request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    NotSent,
    LostBefore,
    LostAfter,
    /// Lost, and carried out after the caller has stopped waiting.
    Late,
}

/// A provider at the end of a bad line, whose requests fare as foretold, and well when all of that is used up.
struct BadLine<'a> {
    sandbox: &'a Sandbox,
    fates: Mutex<Vec<Fate>>,
    late: AtomicBool,
}

impl BadLine<'_> {
    fn next(&self) -> Fate {
        self.fates.lock().unwrap().pop().unwrap_or(Fate::Answered)
    }
}

fn lost<T>() -> Result<T, Failure> {
    Err(Failure::Unknown("lost".to_owned()))
}

impl Provider for BadLine<'_> {
    async fn status(&self, reference: &Reference) -> Result<Option<Payment>, Failure> {
        match self.next() {
            Fate::Answered => self.sandbox.status(reference).await,
            Fate::NotSent | Fate::LostBefore | Fate::LostAfter | Fate::Late => lost(),
        }
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        match self.next() {
            Fate::Answered => self.sandbox.carry_out(reference, step).await,
            Fate::NotSent => Err(Failure::Unavailable("not sent".to_owned())),
            Fate::LostBefore => lost(),
            Fate::LostAfter => self.sandbox.carry_out(reference, step).await.and_then(|_| lost()),
            Fate::Late => {
                self.late.store(true, Ordering::SeqCst);
                lost()
            }
        }
    }
}

fn part(number: u32) -> Step<'static> {
    Step::RefundPart { number, amount: eur(300) }
}

const FATES: [Fate; 5] = [Fate::Answered, Fate::NotSent, Fate::LostBefore, Fate::LostAfter, Fate::Late];

proptest! {
    #[test]
    fn whatever_is_lost_each_step_is_done_once_and_only_what_was_not_done_is_called_unavailable(
        fates in prop::collection::vec(prop::sample::select(&FATES[..]), 0..30),
        card in prop::sample::select(vec!["tok_ok", "tok_timeout_then_charged", "tok_unavailable"]),
        last in prop::sample::select(vec![
            vec![Step::Void],
            vec![Step::Capture],
            vec![Step::Capture, Step::Refund],
            vec![Step::Capture, part(1), part(2), Step::Refund],
        ]),
    ) {
        let (sandbox, cafe) = (Sandbox::default(), reference("cafe"));
        let line = BadLine { sandbox: &sandbox, fates: Mutex::new(fates), late: AtomicBool::new(false) };
        let steps = std::iter::once(Step::Authorise { amount: eur(7_699), card }).chain(last);
        let mut expected = vec![];
        for step in steps {
            let payment = loop {
                let before = sandbox.changes(0);
                let told = block_on(settle(&line, &cafe, step));
                if line.late.swap(false, Ordering::SeqCst) {
                    prop_assert!(matches!(told, Err(Failure::Unknown(_))), "{:?}, and done later", told);
                    // The caller never learns its result.
                    drop(block_on(sandbox.carry_out(&cafe, step)));
                }
                match told {
                    Ok(payment) => break payment,
                    Err(Failure::Unavailable(_)) => prop_assert_eq!(sandbox.changes(0), before),
                    Err(Failure::Unknown(_)) => {}
                    Err(Failure::Refused(refusal)) => panic!("{step:?}: {refusal}"),
                }
            };
            expected.push(match step {
                Step::Authorise { .. } => Standing::Authorised,
                Step::Capture | Step::RefundPart { .. } => Standing::Captured,
                Step::Void => Standing::Voided,
                Step::Refund => Standing::Refunded,
            });
            prop_assert_eq!(Some(&payment.standing), expected.last());
            let changes: Vec<_> = sandbox.changes(0).into_iter().map(|(_, payment)| payment.standing).collect();
            prop_assert_eq!(&changes, &expected);
        }
    }
}
