//! `cart-<id>`: what a customer means to buy, and at checkout the prices that hold for it.

mod offer;

pub use offer::Offer;

use crate::values::{AccountId, AddressId, CardChoice, CartId, Category, Line, Money, Quantity, Sku, TaxRate, Totals};
use foldlog::write::event::Upcaster;
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most lines of a cart.
pub const MOST_LINES: usize = 20;

/// The decider of a cart.
pub struct Cart;

/// What can be asked of a cart, and by whom.
#[derive(Clone, Debug)]
pub struct Command {
    /// The account that asks.
    pub by: AccountId,
    /// What it asks for.
    pub action: Action,
}

/// What can be asked of a cart.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Action {
    /// Begin with it.
    Open,
    /// Put more of a product into it.
    AddItem {
        /// The product.
        sku: Sku,
        /// How many more.
        quantity: Quantity,
        /// What the product's own stream says of it.
        offer: Offer,
    },
    /// Have so many of a product in it.
    ChangeQuantity {
        /// The product.
        sku: Sku,
        /// How many.
        quantity: Quantity,
    },
    /// Take a product out.
    RemoveItem {
        /// The product.
        sku: Sku,
    },
    /// Take everything out.
    Clear,
    /// Order what is in it.
    CheckOut {
        /// What the products' own streams say of them.
        offers: BTreeMap<Sku, Offer>,
        /// What they are filed under, where they are.
        categories: BTreeMap<Sku, Category>,
        /// The tax to add.
        tax_rate: TaxRate,
        /// Which card to charge; none for the account's default one.
        card: Option<CardChoice>,
        /// Which of the account's addresses to send it to; none for its default one.
        address: Option<AddressId>,
    },
}

/// What happened to a cart.
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

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // Lines without a category are what they were.
        Upcaster { event: "CartCheckedOut", from: 1, step: |data| data },
        // Nothing could be chosen then.
        Upcaster { event: "CartCheckedOut", from: 2, step: |data| data },
    ];
}

/// What a cart is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is none.
    #[default]
    Unopened,
    /// It can be changed.
    Open {
        /// Whose it is.
        owner: AccountId,
        /// What is in it.
        lines: Vec<Line>,
    },
    /// It became an order.
    CheckedOut {
        /// Whose it is.
        owner: AccountId,
        /// What was in it, at the prices that hold.
        lines: Vec<Line>,
        /// What it costs.
        totals: Totals,
    },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nothing there, or somebody else's.
    #[error("there is no such cart")]
    UnknownCart,
    /// It became an order.
    #[error("the cart is checked out and cannot be changed; open a new one")]
    CartCheckedOut,
    /// Nothing to order.
    #[error("the cart is empty; add an item first")]
    CartEmpty,
    /// Too many different products.
    #[error("a cart has at most {MOST_LINES} lines; check this one out or remove an item")]
    TooManyLines,
    /// Too many of one product.
    #[error("a line has at most {} of a product", Quantity::MOST)]
    QuantityTooLarge,
    /// No line of that product.
    #[error("{0} is not in the cart")]
    ItemNotInCart(Sku),
    /// No such product.
    #[error("there is no product {0}")]
    UnknownProduct(Sku),
    /// Not sold, or not any more.
    #[error("product {0} is not for sale; remove it from the cart")]
    ProductNotListed(Sku),
    /// More than can be paid.
    #[error("the total is more than can be paid; order less")]
    TotalTooLarge,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownCart => RefusalKind::NotFound,
            Self::CartCheckedOut
            | Self::CartEmpty
            | Self::TooManyLines
            | Self::QuantityTooLarge
            | Self::ItemNotInCart(_)
            | Self::UnknownProduct(_)
            | Self::ProductNotListed(_)
            | Self::TotalTooLarge => RefusalKind::RuleViolated,
        }
    }
}

impl State {
    /// Whose it is.
    #[must_use]
    pub const fn owner(&self) -> Option<&AccountId> {
        match self {
            Self::Unopened => None,
            Self::Open { owner, .. } | Self::CheckedOut { owner, .. } => Some(owner),
        }
    }

    /// What is in it.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        match self {
            Self::Unopened => &[],
            Self::Open { lines, .. } | Self::CheckedOut { lines, .. } => lines,
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
    const STATE_SCHEMA: u32 = 2;
    type Id = CartId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command.action, Action::Open)
    }

    /// To its owner; where there is none yet, to whoever opens it.
    fn visible(state: &State, command: &Command) -> Result<(), Refusal> {
        let visible = state.owner().map_or_else(|| Self::creates(command), |owner| *owner == command.by);
        if visible { Ok(()) } else { Err(Refusal::UnknownCart) }
    }

    fn decide(state: &State, Command { by, action }: &Command) -> Result<Vec<Event>, Refusal> {
        match (state, action) {
            (State::Unopened, Action::Open) => Ok(vec![Event::CartOpened { owner: by.clone() }]),
            (State::Open { .. } | State::CheckedOut { .. }, Action::Open)
            | (State::CheckedOut { .. }, Action::CheckOut { .. }) => Ok(vec![]),
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
            (State::Open { owner, lines }, Action::CheckOut { offers, categories, tax_rate, card, address }) => {
                let lines = priced(lines, offers, categories)?;
                let totals = Totals::of(&lines, *tax_rate).ok_or(Refusal::TotalTooLarge)?;
                let (owner, card, address) = (owner.clone(), card.clone(), address.clone());
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
            Event::CartCheckedOut { owner, lines, totals, .. } => State::CheckedOut { owner, lines, totals },
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

/// The lines at the prices and in the categories of the moment.
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
