//! `cart-<id>`: the products that a customer wants to buy, and their prices at checkout.

mod offer;

pub use offer::Offer;

use crate::order::Placement;
use crate::values::{
    AccountId, AddressId, CardChoice, CardId, CartId, Category, Line, Money, Quantity, Sku, TaxRate, Totals,
};
use foldlog::write::event::Upcaster;
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The maximum number of lines in a cart.
pub const MOST_LINES: usize = 20;

/// The decider of a cart.
pub struct Cart;

/// A command to a cart, with the account that sends it.
#[derive(Clone, Debug)]
pub struct Command {
    /// The account that sends the command.
    pub by: AccountId,
    /// The action.
    pub action: Action,
}

/// The action of a command.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Action {
    /// Open the cart.
    Open,
    /// Add a product, or more of it.
    AddItem {
        /// The product.
        sku: Sku,
        /// The quantity to add.
        quantity: Quantity,
        /// The price of the product, from its own stream.
        offer: Offer,
    },
    /// Change the quantity of a product.
    ChangeQuantity {
        /// The product.
        sku: Sku,
        /// The new quantity.
        quantity: Quantity,
    },
    /// Remove a product.
    RemoveItem {
        /// The product.
        sku: Sku,
    },
    /// Remove all products.
    Clear,
    /// Check the cart out: it becomes an order.
    CheckOut {
        /// The prices of the products, from their own streams.
        offers: BTreeMap<Sku, Offer>,
        /// The categories of those products that have one.
        categories: BTreeMap<Sku, Category>,
        /// The tax to add.
        tax_rate: TaxRate,
        /// The card to charge, one of the account's own. The default is the default card of the account.
        card: Option<CardId>,
        /// The address to ship to. The default is the default address of the account.
        address: Option<AddressId>,
        /// The total that the customer was shown. Without one, the customer accepts any.
        shown: Option<Money>,
    },
}

/// An event of a cart.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    CartOpened {
        owner: AccountId,
    },
    ItemAdded {
        sku: Sku,
        quantity: Quantity,
        unit_price: Money,
    },
    QuantityChanged {
        sku: Sku,
        quantity: Quantity,
    },
    ItemRemoved {
        sku: Sku,
    },
    CartCleared {},
    CartCheckedOut {
        owner: AccountId,
        lines: Vec<Line>,
        totals: Totals,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<CardChoice>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<AddressId>,
    },
}

impl Event {
    /// The order that this event places: only a checkout places one.
    #[must_use]
    pub fn placement(&self) -> Option<Placement> {
        match self.clone() {
            Self::CartCheckedOut { owner: account, lines, totals, card, address } => {
                Some(Placement { account, lines, totals, card, address })
            }
            Self::CartOpened { .. }
            | Self::ItemAdded { .. }
            | Self::QuantityChanged { .. }
            | Self::ItemRemoved { .. }
            | Self::CartCleared {} => None,
        }
    }
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // The older payload has no categories: they are optional.
        Upcaster { event: "CartCheckedOut", from: 1, step: |data| data },
        // The older payload has no card or address: they are optional.
        Upcaster { event: "CartCheckedOut", from: 2, step: |data| data },
    ];
}

/// The state of a cart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The cart does not exist.
    #[default]
    Unopened,
    /// The cart can change.
    Open {
        /// The account that owns it.
        owner: AccountId,
        /// Its lines.
        lines: Vec<Line>,
    },
    /// The cart was checked out.
    CheckedOut {
        /// The account that owns it.
        owner: AccountId,
        /// Its lines, at the prices of the checkout.
        lines: Vec<Line>,
        /// Its totals.
        totals: Totals,
        /// The card that was chosen, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<CardId>,
        /// The address that was chosen, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<AddressId>,
    },
}

/// Why a cart refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The cart does not exist, or belongs to another account.
    #[error("there is no such cart")]
    UnknownCart,
    /// The cart was checked out.
    #[error("the cart is checked out and cannot be changed; open a new one")]
    CartCheckedOut,
    /// The cart was checked out with another card or address.
    #[error("the cart is checked out with another card or address; cancel its order, or leave it as it is")]
    CheckedOutOtherwise,
    /// The cart is empty.
    #[error("the cart is empty; add an item first")]
    CartEmpty,
    /// The cart has the maximum number of lines.
    #[error("a cart has at most {MOST_LINES} lines; check this one out or remove an item")]
    TooManyLines,
    /// The quantity of a product is too large.
    #[error("a line has at most {} of a product", Quantity::MOST)]
    QuantityTooLarge,
    /// The cart has no line with that product.
    #[error("{0} is not in the cart")]
    ItemNotInCart(Sku),
    /// The product does not exist.
    #[error("there is no product {0}")]
    UnknownProduct(Sku),
    /// The product is not for sale.
    #[error("product {0} is not for sale; remove it from the cart")]
    ProductNotListed(Sku),
    /// The total is larger than the maximum amount.
    #[error("the total is more than can be paid; order less")]
    TotalTooLarge,
    /// The total is larger than the customer was shown, because a price has risen.
    #[error("the total is {total} now, more than was shown; show it to the customer, and check out with it")]
    TotalHasRisen {
        /// The total now.
        total: Money,
    },
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownCart) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }

    fn members(&self) -> Vec<(&'static str, Value)> {
        if let Self::TotalHasRisen { total } = self { vec![("total", json!(total))] } else { vec![] }
    }
}

impl State {
    /// The account that owns it.
    #[must_use]
    pub const fn owner(&self) -> Option<&AccountId> {
        match self {
            Self::Unopened => None,
            Self::Open { owner, .. } | Self::CheckedOut { owner, .. } => Some(owner),
        }
    }

    /// Its lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        match self {
            Self::Unopened => &[],
            Self::Open { lines, .. } | Self::CheckedOut { lines, .. } => lines,
        }
    }

    /// The same without the card and address that were chosen.
    #[must_use]
    pub fn without_choice(self) -> Self {
        match self {
            Self::CheckedOut { owner, lines, totals, .. } => {
                Self::CheckedOut { owner, lines, totals, card: None, address: None }
            }
            other @ (Self::Unopened | Self::Open { .. }) => other,
        }
    }

    fn change(self, change: impl FnOnce(&mut Vec<Line>)) -> Self {
        match self {
            Self::Open { owner, mut lines } => {
                change(&mut lines);
                Self::Open { owner, lines }
            }
            other @ (Self::Unopened | Self::CheckedOut { .. }) => other,
        }
    }
}

impl Decider for Cart {
    const CATEGORY: &'static str = "cart";
    const STATE_SCHEMA: u32 = 3;
    type Id = CartId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command.action, Action::Open)
    }

    /// A cart is visible to its owner. One that does not exist is visible to the account that opens it.
    fn visible(state: &State, command: &Command) -> Result<(), Refusal> {
        let visible = state.owner().map_or_else(|| Self::creates(command), |owner| *owner == command.by);
        if visible { Ok(()) } else { Err(Refusal::UnknownCart) }
    }

    fn decide(state: &State, Command { by, action }: &Command) -> Result<Vec<Event>, Refusal> {
        match (state, action) {
            (State::Unopened, Action::Open) => Ok(vec![Event::CartOpened { owner: by.clone() }]),
            (State::Open { .. } | State::CheckedOut { .. }, Action::Open) => Ok(vec![]),
            // A repetition. It may leave out what the first one chose.
            (State::CheckedOut { card: first, address: to, .. }, Action::CheckOut { card, address, .. }) => {
                let is_same = (card.is_none() || card == first) && (address.is_none() || address == to);
                if is_same { Ok(vec![]) } else { Err(Refusal::CheckedOutOtherwise) }
            }
            (State::Unopened, _) => Err(Refusal::UnknownCart),
            (State::CheckedOut { .. }, _) => Err(Refusal::CartCheckedOut),
            (State::Open { lines, .. }, Action::AddItem { sku, quantity, offer }) => add(lines, sku, *quantity, *offer),
            (State::Open { lines, .. }, Action::ChangeQuantity { sku, quantity }) => {
                let line = line(lines, sku).ok_or_else(|| Refusal::ItemNotInCart(sku.clone()))?;
                let changed = Event::QuantityChanged { sku: sku.clone(), quantity: *quantity };
                Ok(if line.quantity == *quantity { vec![] } else { vec![changed] })
            }
            (State::Open { lines, .. }, Action::RemoveItem { sku }) => {
                Ok(line(lines, sku).map(|_| Event::ItemRemoved { sku: sku.clone() }).into_iter().collect())
            }
            (State::Open { lines, .. }, Action::Clear) => {
                Ok(if lines.is_empty() { vec![] } else { vec![Event::CartCleared {}] })
            }
            (State::Open { owner, lines }, Action::CheckOut { offers, categories, tax_rate, card, address, shown }) => {
                let lines = priced(lines, offers, categories)?;
                let totals = Totals::of(&lines, *tax_rate).ok_or(Refusal::TotalTooLarge)?;
                if shown.is_some_and(|shown| !totals.total.is_at_most(shown)) {
                    return Err(Refusal::TotalHasRisen { total: totals.total });
                }
                let (owner, card, address) = (owner.clone(), card.clone().map(Into::into), address.clone());
                Ok(vec![Event::CartCheckedOut { owner, lines, totals, card, address }])
            }
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match event.clone() {
            Event::CartOpened { owner } => State::Open { owner, lines: vec![] },
            Event::ItemAdded { sku, quantity, unit_price } => state.change(|lines| {
                let earlier = line(lines, &sku).map(|line| line.quantity);
                let quantity = earlier.map_or(quantity, |earlier| earlier.plus(quantity).unwrap_or(quantity));
                match lines.iter_mut().find(|line| line.sku == sku) {
                    Some(line) => *line = Line { sku, quantity, unit_price, category: None },
                    None => lines.push(Line { sku, quantity, unit_price, category: None }),
                }
            }),
            Event::QuantityChanged { sku, quantity } => state.change(|lines| {
                lines.iter_mut().filter(|line| line.sku == sku).for_each(|line| line.quantity = quantity);
            }),
            Event::ItemRemoved { sku } => state.change(|lines| lines.retain(|line| line.sku != sku)),
            Event::CartCleared {} => state.change(Vec::clear),
            Event::CartCheckedOut { owner, lines, totals, card, address } => {
                State::CheckedOut { owner, lines, totals, card: card.map(|choice| choice.id()), address }
            }
        }
    }
}

fn line<'a>(lines: &'a [Line], sku: &Sku) -> Option<&'a Line> {
    lines.iter().find(|line| line.sku == *sku)
}

fn add(lines: &[Line], sku: &Sku, quantity: Quantity, offer: Offer) -> Result<Vec<Event>, Refusal> {
    let unit_price = price(offer, sku)?;
    match line(lines, sku) {
        Some(line) => drop(line.quantity.plus(quantity).map_err(|_| Refusal::QuantityTooLarge)?),
        None if lines.len() >= MOST_LINES => return Err(Refusal::TooManyLines),
        None => {}
    }
    Ok(vec![Event::ItemAdded { sku: sku.clone(), quantity, unit_price }])
}

/// The price of a product, if it is for sale.
fn price(offer: Offer, sku: &Sku) -> Result<Money, Refusal> {
    match offer {
        Offer::At(price) => Ok(price),
        Offer::NotListed => Err(Refusal::ProductNotListed(sku.clone())),
        Offer::Unknown => Err(Refusal::UnknownProduct(sku.clone())),
    }
}

/// The lines with the current prices and categories.
fn priced(
    lines: &[Line],
    offers: &BTreeMap<Sku, Offer>,
    categories: &BTreeMap<Sku, Category>,
) -> Result<Vec<Line>, Refusal> {
    if lines.is_empty() {
        return Err(Refusal::CartEmpty);
    }
    let priced = |line: &Line| {
        let offer = offers.get(&line.sku).copied().unwrap_or(Offer::Unknown);
        let category = categories.get(&line.sku).cloned();
        Ok(Line { unit_price: price(offer, &line.sku)?, category, ..line.clone() })
    };
    lines.iter().map(priced).collect()
}

#[cfg(test)]
mod tests;
