//! The carts: a row for each, found by its key alone.

use crate::cart::{self, Event, State};
use foldlog::{Decider, Projection, Recorded};

/// The read model.
pub struct View;

impl Projection for View {
    const NAME: &'static str = "cart";
    type Decider = cart::Cart;
    type Document = State;

    fn apply(document: Option<State>, recorded: &Recorded<'_, Event>) -> Option<State> {
        // Nobody reads in a row what was chosen at the checkout.
        Some(cart::Cart::evolve(document.unwrap_or_default(), &recorded.event).without_choice())
    }
}
