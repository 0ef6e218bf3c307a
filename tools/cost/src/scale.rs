//! The needs of an order rate, compared with the limits of the services and the template.

use crate::bill::Rates;
use crate::failure::Failure;
use crate::inventory::Function;
use crate::limits::{Limits, LimitsError};
use foldlog_local::{Capacity, Usage};
use rust_decimal::Decimal;
use serde::Serialize;
use shop_domain::views::{activity, order, sales, waiting};
use std::collections::BTreeMap;

/// The log and its markers, the function that writes stock, and the relay, which reads the log's stream.
/// The route from which an order follows.
const CHECKOUT: &str = "POST /carts/{id}/checkout";
const LOG: &str = "EventLog";
const MARKERS: &str = "StockMarkers";
const STOCK: &str = "stock-reactions";
const RELAY: &str = "relay";
/// The kinds of rows of the totals: each order adds to one partition of each.
const KINDS_OF_TOTALS: u64 = 2;
/// The number of partitions of a new table on demand, and of shards of its stream.
const FEWEST_PARTITIONS: u64 = 4;

/// A limited resource: the need of an order, and the limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Need {
    /// The resource.
    pub(crate) what: String,
    /// Its unit, for a second.
    pub(crate) unit: String,
    /// The need of an order.
    pub(crate) per_order: Decimal,
    /// The limit for each second.
    pub(crate) most: Decimal,
    /// What to do if the limit is too low.
    pub(crate) remedy: &'static str,
}

impl Need {
    /// The maximum number of orders a second within the limit, rounded down.
    pub(crate) fn holds_up_to(&self) -> Decimal {
        self.most.checked_div(self.per_order).map_or(Decimal::MAX, |orders| orders.floor())
    }
}

/// The needs, the scarcest first.
pub(crate) fn needs(rates: &Rates, limits: &Limits, batch_ms: u64) -> Result<Vec<Need>, Failure> {
    let mut needs = of_the_gateway(rates, limits)?;
    needs.extend(of_tables(rates, limits)?);
    needs.extend(of_hot_keys(rates, limits)?);
    needs.extend(of_streams_and_bus(rates, limits, batch_ms)?);
    needs.retain(|need| !need.per_order.is_zero());
    needs.sort_by_key(Need::holds_up_to);
    Ok(needs)
}

fn of_the_gateway(rates: &Rates, limits: &Limits) -> Result<Vec<Need>, Failure> {
    let looks = rates.assumptions.looks;
    let mut calls = looks;
    let mut invocations = looks;
    for usage in rates.figures.steps() {
        for (name, count) in &usage.invocations {
            invocations += count;
            calls += if rates.inventory.function(name)?.routes > 0 { *count } else { 0 };
        }
    }
    let busy_seconds = Decimal::from(invocations * rates.assumptions.function_ms) / Decimal::from(1_000);
    let (looked_at, checkout) = (rates.inventory.rate("GET /orders/{id}")?, rates.inventory.rate(CHECKOUT)?);
    Ok(vec![
        listed(limits, "api-requests", "Requests to the API, looks included", calls, QUOTA)?,
        Need {
            what: "`GET /orders/{id}`, the busiest route".to_owned(),
            unit: "requests (`ThrottlingRateLimit` of the template)".to_owned(),
            per_order: looks.into(),
            most: looked_at.into(),
            remedy: "raise `ThrottlingRateLimit`; let clients look less often (`Retry-After`)",
        },
        Need {
            what: format!("`{CHECKOUT}`"),
            unit: "requests (`ThrottlingRateLimit` of the template)".to_owned(),
            per_order: Decimal::ONE,
            most: checkout.into(),
            remedy: "raise `ThrottlingRateLimit`, and know what an hour of it costs (COST.md)",
        },
        listed(limits, "concurrency", "Invocations at once, none of them batched", busy_seconds, QUOTA)?,
    ])
}

/// Each table that an order writes to, and the log.
fn of_tables(rates: &Rates, limits: &Limits) -> Result<Vec<Need>, LimitsError> {
    let written = written(rates);
    let mut needs = Vec::new();
    if let Some(log) = written.get(LOG) {
        let remedy = "raise the quota; then a log for each context";
        needs.push(listed(limits, "table-writes", "Writes to the log", log.table_writes, remedy)?);
    }
    // An index has a throughput of its own, as large as the table's.
    let views = written.iter().filter(|(name, _)| **name != LOG);
    let widest = |taken: &Capacity| taken.table_writes.max(taken.index_writes.values().copied().max().unwrap_or(0));
    if let Some((name, taken)) = views.max_by_key(|(_, taken)| widest(taken)) {
        let what = format!("Writes to `{name}`, the view that is written most");
        needs.push(listed(limits, "table-writes", what, widest(taken), QUOTA)?);
    }
    Ok(needs)
}

/// The needs that all orders share: partitions that are not spread by order, or only over a few.
fn of_hot_keys(rates: &Rates, limits: &Limits) -> Result<Vec<Need>, LimitsError> {
    let written = written(rates);
    let spread = |what: String, writes: u64, over: u64, remedy| {
        listed(limits, "partition-writes", what, Decimal::from(writes) / Decimal::from(over), remedy)
    };
    let processes = u64::try_from(waiting::process_partitions().count()).unwrap_or(u64::MAX);
    let indexes = [
        ("ActivityView", activity::RECENT, activity::SHARDS),
        ("WaitingView", waiting::INDEX, processes),
        ("OrderView", order::STATUS, order::SHARDS),
        ("OrderView", order::MOVED, order::MOVED_SHARDS),
    ];
    let mut needs = Vec::new();
    for (view, index, over) in indexes {
        let writes = written.get(view).and_then(|taken| taken.index_writes.get(index)).copied().unwrap_or_default();
        let what = format!("Index `{index}` of `{view}`, {over} partitions");
        needs.push(spread(what, writes, over, "more shards: a new fold and a rebuild, while the shop is open")?);
    }
    let totals = written.get("SalesView").map_or(0, |taken| taken.table_writes);
    let what = format!("The totals of a day, {} partitions of each kind", sales::SHARDS);
    needs.push(spread(what, totals, KINDS_OF_TOTALS * sales::SHARDS, "more shards of the totals, and a rebuild")?);
    let by_stock = |table| -> u64 {
        let taken = rates.figures.steps().into_iter().filter_map(|usage| usage.capacity.get(table)?.get(STOCK));
        taken.map(|taken| taken.table_writes).sum()
    };
    let remedy = "divide the product over warehouses, or its stock over several streams";
    let what = "One product in every order: writes to its stream".to_owned();
    needs.push(spread(what, by_stock(LOG).max(by_stock(MARKERS)), 1, remedy)?);
    let commits: u64 = rates.figures.steps().iter().filter_map(|usage| usage.invocations.get(STOCK)).sum();
    needs.push(Need {
        what: "One product in every order: its commits, one after the other".to_owned(),
        unit: "commits in a row".to_owned(),
        per_order: commits.into(),
        most: Decimal::from(1_000) / Decimal::from(rates.assumptions.function_ms.max(1)),
        remedy,
    });
    Ok(needs)
}

fn of_streams_and_bus(rates: &Rates, limits: &Limits, batch_ms: u64) -> Result<Vec<Need>, LimitsError> {
    let steps = rates.figures.steps();
    let invoked = |name: &str| -> u64 { steps.iter().filter_map(|usage| usage.invocations.get(name)).sum() };
    let messages: u64 = steps.iter().flat_map(|usage| usage.messages.values()).sum();
    let batches = |batch: u64, at_once: u64| {
        Decimal::from(batch * at_once) * Decimal::from(1_000) / Decimal::from(batch_ms.max(1))
    };
    let more_puts = "raise the quota; batches have up to 10 events a call; then a stream for those who read all";
    let more_deliveries = "raise the quota: what is above it waits";
    let mut needs = vec![
        listed(limits, "bus-puts", "Calls to the bus, one a commit", invoked(RELAY), more_puts)?,
        listed(limits, "bus-invocations", "Deliveries from the bus to queues", messages, more_deliveries)?,
    ];
    for (name, function) in &rates.inventory.functions {
        let Function { queue, stream, .. } = function;
        let count = invoked(name);
        if let (Some((batch, at_once)), true) = (queue, count > 0) {
            needs.push(Need {
                what: format!("Messages to `{name}`"),
                unit: format!("messages ({at_once} batches of {batch} at once, {batch_ms} ms each)"),
                per_order: count.into(),
                most: batches(*batch, *at_once),
                remedy: "raise `MaximumConcurrency`, and what is reserved for the function",
            });
        }
        if let (Some((batch, at_once)), true) = (stream, count > 0) {
            needs.push(Need {
                what: format!("Records to `{name}`, {FEWEST_PARTITIONS} shards"),
                unit: format!("records (batches of {batch}, {batch_ms} ms each)"),
                per_order: count.into(),
                most: batches(*batch, FEWEST_PARTITIONS * at_once),
                remedy: "`ParallelizationFactor` up to 10; the table's partitions, and so the shards, grow with it",
            });
        }
    }
    Ok(needs)
}

const QUOTA: &str = "raise the quota";

fn listed(
    limits: &Limits,
    name: &'static str,
    what: impl Into<String>,
    per_order: impl Into<Decimal>,
    remedy: &'static str,
) -> Result<Need, LimitsError> {
    let limit = limits.of(name)?;
    let (what, per_order) = (what.into(), per_order.into());
    Ok(Need { what, unit: limit.unit.clone(), per_order, most: limit.most.into(), remedy })
}

/// The usage of each table by an order, by all functions.
fn written(rates: &Rates) -> BTreeMap<&str, Capacity> {
    let mut written: BTreeMap<&str, Capacity> = BTreeMap::new();
    let of_steps = rates.figures.steps().into_iter().flat_map(|usage: &Usage| &usage.capacity);
    for (table, functions) in of_steps {
        for capacity in functions.values() {
            *written.entry(table).or_default() += capacity.clone();
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(per_order: &str, most: &str) -> Need {
        let [per_order, most] = [per_order, most].map(|number| number.parse().unwrap());
        Need { what: String::new(), unit: String::new(), per_order, most, remedy: QUOTA }
    }

    #[test]
    fn there_is_enough_for_as_many_whole_orders_as_go_into_it() {
        let holds = |per_order, most| need(per_order, most).holds_up_to().to_string();
        assert_eq!([holds("6.5", "1000"), holds("3", "2"), holds("0.25", "1")], ["153", "0", "4"]);
    }
}
