//! The sales of each day, by product and by category, over all orders.
//!
//! An order counts as sold once it is confirmed. Its lines count on the day of the confirmation, at the prices and in
//! the categories of its checkout, without tax. A cancelled order counts as a cancellation on the day of the
//! cancellation, whether it was confirmed before or not; its sale, if any, still counts. A failed order counts nowhere.
//! Goods that come back count on the day of their return, with what the customer gets back for them; their sale still
//! counts. A refund includes tax. It is divided over the goods by their prices, so that the parts add up to it exactly.
//! Days are in UTC, by the time of the commit.

use super::shard;
use crate::order::{self, Event, Return};
use crate::values::{Invalid, Line};
use foldlog::totals::{Amounts, Sums, TotalKey};
use foldlog::{Recorded, Timestamp, Totals, TotalsFold};
use schemars::JsonSchema;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use strum::VariantArray;

/// The view's name.
pub const NAME: &str = "sales";
/// The number of rows over which the orders spread each sum. One row takes some hundreds of transactions a second, and
/// concurrent ones conflict.
pub const SHARDS: u64 = 8;

const UNITS: &str = "units";
const ORDERS: &str = "orders";
const CANCELLATIONS: &str = "cancellations";
const RETURNED: &str = "returned";
/// The prefixes of the code of a currency.
const REVENUE: &str = "revenue_";
const REFUNDS: &str = "refunds_";

/// Separates the day of a row from its product or category. Neither contains it.
const SEPARATOR: char = '#';

/// The read model.
pub struct View;

/// The folds of the sales.
#[must_use]
pub fn totals() -> Vec<Box<dyn TotalsFold>> {
    vec![Box::new(View)]
}

/// The dimension by which the sales of a day are summed up.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, JsonSchema, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
)]
#[schemars(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", parse_err_ty = Invalid, parse_err_fn = neither)]
pub enum By {
    /// By product.
    Sku,
    /// By category. Products without a category are a group of their own.
    Category,
}

/// A day of UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
pub struct Day(#[schemars(extend("format" = "date"))] String);

/// The figures of a product or category on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// The units sold.
    pub units: i64,
    /// The revenue without tax, in minor units by currency.
    pub revenue: BTreeMap<String, i64>,
    /// The number of orders with it.
    pub orders: i64,
    /// The number of those orders that were cancelled.
    pub cancellations: i64,
    /// The units that came back.
    pub returned: i64,
    /// The amounts that customers get back for them, with tax, in minor units by currency.
    pub refunds: BTreeMap<String, i64>,
}

impl By {
    /// Its name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The product or category of a line; empty if the line has no category.
    fn of(self, line: &Line) -> &str {
        match self {
            Self::Sku => line.sku.as_str(),
            Self::Category => line.category.as_ref().map_or("", |category| category.as_str()),
        }
    }

    fn partition(self, shard: u64) -> String {
        format!("{}/{shard}", self.name())
    }

    /// All partitions over which the sums are spread.
    pub fn partitions(self) -> impl Iterator<Item = String> {
        (0..SHARDS).map(move |shard| self.partition(shard))
    }
}

fn neither(text: &str) -> Invalid {
    Invalid::new(text, "\"sku\" or \"category\"")
}

impl Day {
    /// The day of a moment.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        let text = moment.to_string();
        Self(text.split_once('T').map_or(text.as_str(), |(day, _)| day).to_owned())
    }

    /// The number of days up to `last`, including both; 0 if `last` is earlier.
    #[must_use]
    pub fn count_to(&self, last: &Self) -> u64 {
        let milliseconds = last.begin().and_then(|end| Some(end.0 - self.begin()?.0)).unwrap_or_default();
        u64::try_from(milliseconds / 86_400_000 + 1).unwrap_or_default()
    }

    fn begin(&self) -> Option<Timestamp> {
        format!("{}T00:00:00Z", self.0).parse().ok()
    }
}

impl FromStr for Day {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let day = Self(text.to_owned());
        let same = day.begin().is_some_and(|begin| Self::of(begin) == day);
        if same { Ok(day) } else { Err(Invalid::new(text, "a day (such as 2026-11-21)")) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The first and the last name of rows of these days.
#[must_use]
pub fn names(from: &Day, to: &Day) -> RangeInclusive<String> {
    format!("{from}{SEPARATOR}")..=format!("{to}{SEPARATOR}{}", char::MAX)
}

/// The figures of rows from all partitions, by day and by product or category.
#[must_use]
pub fn figures(rows: impl IntoIterator<Item = (String, Amounts)>) -> BTreeMap<(String, String), Figures> {
    let mut all: BTreeMap<_, Figures> = BTreeMap::new();
    for (name, amounts) in rows {
        let (day, of) = name.split_once(SEPARATOR).unwrap_or((&name, ""));
        let figures = all.entry((day.to_owned(), of.to_owned())).or_default();
        for (amount, by) in amounts {
            match amount.as_str() {
                UNITS => figures.units += by,
                ORDERS => figures.orders += by,
                CANCELLATIONS => figures.cancellations += by,
                RETURNED => figures.returned += by,
                other => {
                    for (prefix, money) in [(REVENUE, &mut figures.revenue), (REFUNDS, &mut figures.refunds)] {
                        if let Some(currency) = other.strip_prefix(prefix) {
                            *money.entry(currency.to_owned()).or_default() += by;
                        }
                    }
                }
            }
        }
    }
    all
}

impl Totals for View {
    const NAME: &'static str = NAME;
    type Decider = order::Order;
    type Document = Vec<Line>;

    fn partitions() -> Vec<String> {
        By::VARIANTS.iter().copied().flat_map(By::partitions).collect()
    }

    fn apply(lines: Option<Vec<Line>>, recorded: &Recorded<'_, Event>) -> (Option<Vec<Line>>, Sums) {
        let lines = lines.unwrap_or_default();
        let shard = shard(recorded.stream.id(), SHARDS);
        let day = Day::of(recorded.committed_at);
        match &recorded.event {
            Event::OrderPlaced(placement) => (Some(placement.lines.clone()), Sums::default()),
            Event::OrderConfirmed {} => {
                let mut sums = each(&lines, shard, &day, ORDERS);
                for (line, by) in lines.iter().flat_map(|line| [(line, By::Sku), (line, By::Category)]) {
                    let key = key(by, shard, &day, by.of(line));
                    let units = i64::try_from(line.quantity.get()).unwrap_or(i64::MAX);
                    sums.add(key.clone(), UNITS, units);
                    let revenue = format!("{REVENUE}{}", line.unit_price.currency().code());
                    sums.add(key, &revenue, line.unit_price.amount().saturating_mul(units));
                }
                (Some(lines), sums)
            }
            Event::OrderCancelled { .. } => {
                let sums = each(&lines, shard, &day, CANCELLATIONS);
                (Some(lines), sums)
            }
            Event::GoodsReturned(returned) => {
                let sums = taken_back(&lines, returned, shard, &day);
                (Some(lines), sums)
            }
            Event::AccountConnected(_)
            | Event::ReservationRequested {}
            | Event::ReservationSucceeded {}
            | Event::ReservationFailed { .. }
            | Event::PaymentConnected {}
            | Event::PaymentSucceeded {}
            | Event::PaymentFailed {}
            | Event::OrderShipped { .. }
            | Event::OrderDelivered {}
            | Event::OrderFailed { .. }
            | Event::PaymentLost { .. }
            | Event::PaymentRegained {}
            | Event::CardReplaced { .. }
            | Event::PaymentWrittenOff { .. }
            | Event::ReservationWithdrawn { .. }
            | Event::ReservationReplaced { .. } => (Some(lines), Sums::default()),
        }
    }
}

/// Counts an order once for each of its products and each of its categories.
fn each(lines: &[Line], shard: u64, day: &Day, amount: &str) -> Sums {
    let mut sums = Sums::default();
    for by in By::VARIANTS.iter().copied() {
        for of in lines.iter().map(|line| by.of(line)).collect::<BTreeSet<_>>() {
            sums.add(key(by, shard, day, of), amount, 1);
        }
    }
    sums
}

/// Counts units that came back, and divides their refund. Each line gets the share that the lines up to it are worth
/// together, without what the lines before it got.
fn taken_back(lines: &[Line], returned: &Return, shard: u64, day: &Day) -> Sums {
    let mut sums = Sums::default();
    let goods = lines.iter().filter_map(|line| Some((line, i64::try_from(returned.goods.get(&line.sku)?.get()).ok()?)));
    let worth = |(line, units): (&Line, i64)| i128::from(line.unit_price.amount()) * i128::from(units);
    let all: i128 = goods.clone().map(worth).sum();
    let refunds = format!("{REFUNDS}{}", returned.refund.currency().code());
    let (mut seen, mut divided) = (0, 0);
    for (line, units) in goods {
        seen += worth((line, units));
        let upto = (i128::from(returned.refund.amount()) * seen).checked_div(all);
        let upto = upto.and_then(|amount| i64::try_from(amount).ok()).unwrap_or_default();
        for by in By::VARIANTS.iter().copied() {
            let key = key(by, shard, day, by.of(line));
            sums.add(key.clone(), RETURNED, units);
            sums.add(key, &refunds, upto - divided);
        }
        divided = upto;
    }
    sums
}

fn key(by: By, shard: u64, day: &Day, of: &str) -> TotalKey {
    TotalKey { partition: by.partition(shard), name: format!("{day}{SEPARATOR}{of}") }
}

#[cfg(test)]
mod tests;
