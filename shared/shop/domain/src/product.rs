//! `product-<sku>`: a product and its price.

use crate::values::{Category, Description, Money, Name, Sku};
use foldlog::{Decider, RefusalKind};
use iso_currency::Currency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The decider of a product.
pub struct Product;

/// A command to a product.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Register the product. It is not listed yet.
    Register {
        /// Its name, description, category and price.
        product: Registration,
        /// The currency of the shop.
        shop_currency: Currency,
    },
    /// Change name, description or both.
    Describe {
        /// The new name; none keeps the old one.
        name: Option<Name>,
        /// The new description; none keeps the old one.
        description: Option<Description>,
    },
    /// Change the category.
    Categorise(Category),
    /// Change the price.
    Reprice(Money),
    /// List it: offer it to customers.
    List,
    /// Delist it: stop offering it.
    Delist,
}

/// The content of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Registration {
    /// Its name.
    pub name: Name,
    /// Its description.
    pub description: Option<Description>,
    /// Its category.
    pub category: Option<Category>,
    /// The price of one unit, without tax.
    pub price: Money,
}

/// An event of a product.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    ProductRegistered(Registration),
    ProductDescribed { name: Name, description: Option<Description> },
    ProductCategorised { category: Category },
    ProductRepriced { price: Money },
    ProductListed {},
    ProductDelisted {},
}

impl foldlog::Event for Event {}

/// The state of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The product does not exist.
    #[default]
    Unregistered,
    /// The product is listed: customers can buy it.
    Listed(Registration),
    /// The product exists, but is not listed.
    Unlisted(Registration),
}

/// Why a product refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Another product has this SKU.
    #[error("a product with this sku is registered already; choose another sku, or change that product")]
    ProductAlreadyRegistered,
    /// The product does not exist.
    #[error("there is no product with this sku")]
    UnknownProduct,
    /// The price is not in the currency of the shop.
    #[error("the shop's currency is {0}; give the price in it")]
    ForeignCurrency(Currency),
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownProduct) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}

impl State {
    /// The product, whether listed or not.
    #[must_use]
    pub const fn product(&self) -> Option<&Registration> {
        match self {
            Self::Unregistered => None,
            Self::Listed(product) | Self::Unlisted(product) => Some(product),
        }
    }

    fn map(self, change: impl FnOnce(Registration) -> Registration) -> Self {
        match self {
            Self::Unregistered => Self::Unregistered,
            Self::Listed(product) => Self::Listed(change(product)),
            Self::Unlisted(product) => Self::Unlisted(change(product)),
        }
    }
}

impl Decider for Product {
    const CATEGORY: &'static str = "product";
    const STATE_SCHEMA: u32 = 1;
    type Id = Sku;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Register { .. })
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        if let Command::Register { product, shop_currency } = command {
            return register(state, product, *shop_currency);
        }
        let product = state.product().ok_or(Refusal::UnknownProduct)?;
        Ok(match command {
            Command::Describe { name, description } => {
                let name = name.clone().unwrap_or_else(|| product.name.clone());
                let description = description.clone().or_else(|| product.description.clone());
                if name == product.name && description == product.description {
                    vec![]
                } else {
                    vec![Event::ProductDescribed { name, description }]
                }
            }
            Command::Categorise(category) if product.category.as_ref() == Some(category) => vec![],
            Command::Categorise(category) => vec![Event::ProductCategorised { category: category.clone() }],
            Command::Reprice(price) if price.currency() != product.price.currency() => {
                return Err(Refusal::ForeignCurrency(product.price.currency()));
            }
            Command::Reprice(price) if *price == product.price => vec![],
            Command::Reprice(price) => vec![Event::ProductRepriced { price: *price }],
            Command::List if matches!(state, State::Listed(_)) => vec![],
            Command::List => vec![Event::ProductListed {}],
            Command::Delist if matches!(state, State::Unlisted(_)) => vec![],
            Command::Delist => vec![Event::ProductDelisted {}],
            Command::Register { .. } => vec![],
        })
    }

    fn evolve(state: State, event: &Event) -> State {
        match event.clone() {
            Event::ProductRegistered(product) => State::Unlisted(product),
            Event::ProductDescribed { name, description } => {
                state.map(|product| Registration { name, description, ..product })
            }
            Event::ProductCategorised { category } => {
                state.map(|product| Registration { category: Some(category), ..product })
            }
            Event::ProductRepriced { price } => state.map(|product| Registration { price, ..product }),
            Event::ProductListed {} => state.product().cloned().map_or(State::Unregistered, State::Listed),
            Event::ProductDelisted {} => state.product().cloned().map_or(State::Unregistered, State::Unlisted),
        }
    }
}

fn register(state: &State, product: &Registration, shop_currency: Currency) -> Result<Vec<Event>, Refusal> {
    if product.price.currency() != shop_currency {
        return Err(Refusal::ForeignCurrency(shop_currency));
    }
    match state.product() {
        None => Ok(vec![Event::ProductRegistered(product.clone())]),
        Some(registered) if registered == product => Ok(vec![]),
        Some(_) => Err(Refusal::ProductAlreadyRegistered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldlog_testing::specification::given;

    fn mug() -> Registration {
        Registration {
            name: "Mug".parse().unwrap(),
            description: None,
            category: None,
            price: Money::new(1_299, Currency::EUR).unwrap(),
        }
    }

    fn registered() -> Vec<Event> {
        vec![Event::ProductRegistered(mug())]
    }

    fn register(product: Registration) -> Command {
        Command::Register { product, shop_currency: Currency::EUR }
    }

    #[test]
    fn a_new_sku_is_registered() {
        given::<Product>([]).when(register(mug())).then(registered());
    }

    #[test]
    fn registering_the_same_again_changes_nothing_and_another_is_refused() {
        given::<Product>(registered()).when(register(mug())).then_nothing();
        let cup = Registration { name: "Cup".parse().unwrap(), ..mug() };
        given::<Product>(registered()).when(register(cup)).then_refused(Refusal::ProductAlreadyRegistered);
    }

    #[test]
    fn a_price_in_another_currency_is_refused() {
        let price = Money::new(1, Currency::USD).unwrap();
        given::<Product>([])
            .when(register(Registration { price, ..mug() }))
            .then_refused(Refusal::ForeignCurrency(Currency::EUR));
        given::<Product>(registered())
            .when(Command::Reprice(price))
            .then_refused(Refusal::ForeignCurrency(Currency::EUR));
    }

    #[test]
    fn what_is_not_registered_cannot_be_changed() {
        for command in
            [Command::List, Command::Delist, Command::Reprice(mug().price), Command::Categorise("a".parse().unwrap())]
        {
            given::<Product>([]).when(command).then_refused(Refusal::UnknownProduct);
        }
    }

    #[test]
    fn listing_and_delisting_happen_once() {
        given::<Product>(registered()).when(Command::Delist).then_nothing();
        given::<Product>(registered()).when(Command::List).then([Event::ProductListed {}]);
        let listed = [registered(), vec![Event::ProductListed {}]].concat();
        given::<Product>(&listed).when(Command::List).then_nothing();
        given::<Product>(&listed).when(Command::Delist).then([Event::ProductDelisted {}]);
    }

    #[test]
    fn changes_are_noted_and_repetitions_are_not() {
        let price = Money::new(999, Currency::EUR).unwrap();
        given::<Product>(registered()).when(Command::Reprice(price)).then([Event::ProductRepriced { price }]);
        given::<Product>(registered()).when(Command::Reprice(mug().price)).then_nothing();
        let category: Category = "kitchen".parse().unwrap();
        let categorised = vec![Event::ProductCategorised { category: category.clone() }];
        given::<Product>(registered()).when(Command::Categorise(category.clone())).then(&categorised);
        given::<Product>([registered(), categorised].concat()).when(Command::Categorise(category)).then_nothing();
        let description: Description = "Holds tea".parse().unwrap();
        let describe = Command::Describe { name: None, description: Some(description.clone()) };
        let described = vec![Event::ProductDescribed { name: mug().name, description: Some(description) }];
        given::<Product>(registered()).when(describe.clone()).then(&described);
        given::<Product>([registered(), described].concat()).when(describe).then_nothing();
    }
}
