//! The rules of a process, each with one mistake about outstanding requests. The meaning of events does not change.

use foldlog::write::decider::fold;
use foldlog::{Decider, NoRefusal};
use shop_domain::fulfilment::{
    Command, Event, Fulfilment, OfPayment, OrderProgress, Outcome, Part, PartProgress, PaymentProgress, State,
    StockPosition,
};
use shop_domain::values::{Attempt, OrderId, Sku};
use std::marker::PhantomData;

/// The domain's rules with one change.
pub(crate) struct Bent<B>(PhantomData<B>);

/// A change of the rules.
pub(crate) trait Bend: 'static {
    /// The events that a command leads to instead.
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal>;
}

impl<B: Bend> Decider for Bent<B> {
    const CATEGORY: &'static str = Fulfilment::CATEGORY;
    const STATE_SCHEMA: u32 = Fulfilment::STATE_SCHEMA;
    type Id = OrderId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = NoRefusal;

    fn creates(command: &Command) -> bool {
        Fulfilment::creates(command)
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        B::decide(state, command)
    }

    fn evolve(state: State, event: &Event) -> State {
        Fulfilment::evolve(state, event)
    }
}

/// A deadline undoes steps that an outstanding confirmation may need.
pub(crate) struct UndoneUnconfirmed;

impl Bend for UndoneUnconfirmed {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let mut state = state.clone();
        if let (State::Started(process), Command::PassDeadline { .. }) = (&mut state, command)
            && matches!(process.order, OrderProgress::ConfirmationRequested(_))
        {
            process.order = OrderProgress::Placed;
        }
        Fulfilment::decide(&state, command)
    }
}

/// Goods and money leave as soon as the order is confirmed, even if it has been cancelled since.
pub(crate) struct SentUnasked;

impl Bend for SentUnasked {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        match command {
            Command::Note { outcome: Outcome::Confirmed, at } => {
                let outcome = Outcome::Shipped { tracking: [].into() };
                Fulfilment::decide(state, &Command::Note { outcome, at: *at })
            }
            Command::Start { .. } | Command::Note { .. } | Command::PassDeadline { .. } => {
                Fulfilment::decide(state, command)
            }
        }
    }
}

/// A step that was only requested is undone as if it had been taken.
pub(crate) struct UndoneUnknown;

impl Bend for UndoneUnknown {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        Ok(once_stopped(state, decided, Event::ReservationReleaseRequested, Event::PaymentVoidRequested))
    }
}

/// A step that was only requested when an order fails or is cancelled is not undone later.
pub(crate) struct ForgottenOutstanding;

impl Bend for ForgottenOutstanding {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        Ok(forgetting(state, Fulfilment::decide(state, command)?))
    }
}

/// A passed deadline is the outcome of all open requests.
pub(crate) struct DeadlineIsOutcome;

impl Bend for DeadlineIsOutcome {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        Ok(match command {
            Command::PassDeadline { .. } => forgetting(state, decided),
            Command::Start { .. } | Command::Note { .. } => decided,
        })
    }
}

/// While a process waits until a reservation is closed, it asks for that again, whenever it notes something else. The
/// stock closes it once, so nothing is broken.
pub(crate) struct AskedTwice;

impl Bend for AskedTwice {
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        let decided = Fulfilment::decide(state, command)?;
        if decided.is_empty() {
            return Ok(decided);
        }
        let after = closing(&fold::<Fulfilment>(state.clone(), &decided));
        let again = closing(state).into_iter().filter(|closing| after.contains(closing));
        Ok(decided.into_iter().chain(again).collect())
    }
}

/// The requests to close reservations that a process waits for.
fn closing(state: &State) -> Vec<Event> {
    let State::Started(process) = state else { return vec![] };
    let parts = process.lines.iter().flat_map(|line| line.parts.iter().map(move |part| (&line.sku, part)));
    let request = |(sku, part): (&Sku, &Part)| {
        let (warehouse, reservation) = (part.warehouse.clone(), part.reservation());
        let at = StockPosition { warehouse, sku: sku.clone(), reservation };
        match part.progress {
            PartProgress::ReleaseRequested(_) => Some(Event::ReservationReleaseRequested(at)),
            PartProgress::DispatchRequested(_) => Some(Event::StockDispatchRequested(at)),
            PartProgress::Requested(_)
            | PartProgress::Held
            | PartProgress::Withdrawn
            | PartProgress::Rejected
            | PartProgress::Released
            | PartProgress::Dispatched => None,
        }
    };
    parts.filter_map(request).collect()
}

/// If the order fails or is cancelled, the process stops waiting for its open requests.
fn forgetting(state: &State, decided: Vec<Event>) -> Vec<Event> {
    let rejected = |StockPosition { warehouse, sku, reservation }| Event::RejectionNoted {
        warehouse,
        sku,
        reservation,
        candidates: None,
    };
    once_stopped(state, decided, rejected, Event::DeclineNoted)
}

/// The decided events. If they fail or cancel the order, an event for each outstanding step follows.
fn once_stopped(
    state: &State,
    decided: Vec<Event>,
    of_part: impl Fn(StockPosition) -> Event,
    of_payment: impl Fn(OfPayment) -> Event,
) -> Vec<Event> {
    let State::Started(process) = fold::<Fulfilment>(state.clone(), &decided) else { return decided };
    let stops =
        matches!(process.order, OrderProgress::FailureRequested(_) | OrderProgress::Failed | OrderProgress::Cancelled);
    if decided.is_empty() || !stops {
        return decided;
    }
    let parts = process.lines.iter().flat_map(|line| line.parts.iter().map(move |part| (&line.sku, part)));
    let asked = parts.filter_map(|(sku, part)| match part.progress {
        PartProgress::Requested(intent) => {
            let (warehouse, reservation) = (part.warehouse.clone(), Some(intent));
            Some(StockPosition { warehouse, sku: sku.clone(), reservation })
        }
        PartProgress::Held
        | PartProgress::Withdrawn
        | PartProgress::Rejected
        | PartProgress::ReleaseRequested(_)
        | PartProgress::Released
        | PartProgress::DispatchRequested(_)
        | PartProgress::Dispatched => None,
    });
    let of_parts = asked.map(of_part);
    let last = Attempt::after(process.earlier.len());
    let is_asked = matches!(process.payment, PaymentProgress::Requested(_));
    decided.into_iter().chain(of_parts).chain(is_asked.then(|| of_payment(last.into()))).collect()
}
