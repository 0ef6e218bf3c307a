//! The counted usage of an order, and the file that holds it: the budget.

use crate::failure::Failure;
use foldlog_local::{Capacity, Usage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The counted figures that the repository holds; a test counts again and compares.
pub(crate) const BUDGET: &str = include_str!("../../../docs/cost/order.json");

/// The counted usage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// From the opening of a cart of one line to its order's confirmation, with invoice, shipment and authorised
    /// payment.
    pub(crate) ordering: Usage,
    /// From the staff's report that it is shipped to the captured payment.
    pub(crate) shipping: Usage,
    /// From its delivery to the paid invoice.
    pub(crate) delivering: Usage,
    /// One re-check of a confirmed order that waits to be shipped.
    pub(crate) asked_confirmed: Usage,
    /// One re-check of an order that is on its way.
    pub(crate) asked_shipped: Usage,
    /// The customer looks at the order once.
    pub(crate) look: Usage,
    /// A customer opens a cart and adds an item to it.
    pub(crate) filled: Usage,
    /// The dearest request on each route that needs no token, by its method and path.
    pub(crate) open: BTreeMap<String, Open>,
    /// A minute without waiting orders.
    pub(crate) minute: Usage,
    /// A daily run in a shop of one order, and the minute's runs beside it.
    pub(crate) day: Usage,
    /// The usage that an order adds to the first daily run after it, beyond what it adds to each, together with the
    /// fixed usage of such a run.
    pub(crate) first_reconciled: Usage,
    /// The usage that one order more adds to a daily run.
    pub(crate) reconciled: Usage,
    /// The bytes that the order leaves in each table and its indexes.
    pub(crate) bytes: BTreeMap<String, u64>,
}

/// A request that needs no token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Open {
    /// What it takes.
    pub(crate) usage: Usage,
    /// The bytes of the answer's body.
    pub(crate) answer_bytes: u64,
}

/// Sums of usages, without names.
pub(crate) struct Sum {
    /// Invocations.
    pub(crate) invocations: u64,
    /// Requests to the services.
    pub(crate) requests: u64,
    /// Write units, those of indexes included.
    pub(crate) writes: u64,
    /// Halves of read units.
    pub(crate) half_reads: u64,
    /// Events put on the bus.
    pub(crate) events: u64,
    /// Messages sent to queues.
    pub(crate) messages: u64,
}

impl Sum {
    /// All of them.
    pub(crate) fn of(usages: &[&Usage]) -> Self {
        let usages = || usages.iter().copied();
        let mut all = Capacity::default();
        let taken = usages().flat_map(|usage| usage.capacity.values().flat_map(BTreeMap::values));
        taken.for_each(|capacity| all += capacity.clone());
        Self {
            invocations: usages().flat_map(|usage| usage.invocations.values()).sum(),
            requests: usages().flat_map(|usage| usage.requests.values().flat_map(BTreeMap::values)).sum(),
            writes: all.table_writes + all.index_writes.values().sum::<u64>(),
            half_reads: all.half_reads,
            events: usages().flat_map(|usage| usage.events.values()).sum(),
            messages: usages().flat_map(|usage| usage.messages.values()).sum(),
        }
    }
}

impl Figures {
    /// The figures that the repository holds.
    pub(crate) fn budget() -> Result<Self, Failure> {
        serde_json::from_str(BUDGET).map_err(Failure::Figures)
    }

    /// All usages.
    #[cfg(test)]
    fn usages(&mut self) -> Vec<&mut Usage> {
        let Self {
            ordering,
            shipping,
            delivering,
            asked_confirmed,
            asked_shipped,
            look,
            filled,
            open,
            minute,
            day,
            first_reconciled,
            reconciled,
            bytes: _,
        } = self;
        let fixed = [
            ordering,
            shipping,
            delivering,
            asked_confirmed,
            asked_shipped,
            look,
            filled,
            minute,
            day,
            first_reconciled,
            reconciled,
        ];
        fixed.into_iter().chain(open.values_mut().map(|open| &mut open.usage)).collect()
    }

    /// The order's own steps, from cart to delivery.
    pub(crate) const fn steps(&self) -> [&Usage; 3] {
        [&self.ordering, &self.shipping, &self.delivering]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count;
    use serde_json::Value;

    /// Bytes follow from how many digits moments have, which differs from run to run by a few.
    const BYTES_APART: u64 = 64;

    fn counted() -> Figures {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(count::count(&indicatif::ProgressBar::hidden())).unwrap()
    }

    /// Lists each difference with its path in the file.
    fn differences(place: &str, budget: &Value, counted: &Value, found: &mut Vec<String>) {
        match (budget, counted) {
            (Value::Object(budget), Value::Object(counted)) => {
                let names: std::collections::BTreeSet<_> = budget.keys().chain(counted.keys()).collect();
                for name in names {
                    let [budget, counted] = [budget, counted].map(|fields| fields.get(name).unwrap_or(&Value::Null));
                    differences(&format!("{place}/{name}"), budget, counted, found);
                }
            }
            _ if budget == counted => {}
            _ => found.push(format!("{place}: {budget} in the budget, {counted} counted")),
        }
    }

    #[test]
    fn an_order_takes_what_the_budget_says() {
        let (mut budget, mut counted) = (Figures::budget().unwrap(), counted());
        let names: Vec<_> = counted.bytes.keys().cloned().collect();
        assert_eq!(names, budget.bytes.keys().cloned().collect::<Vec<_>>());
        for (table, bytes) in &budget.bytes {
            assert!(counted.bytes[table].abs_diff(*bytes) <= BYTES_APART, "{table}: {bytes}, {}", counted.bytes[table]);
        }
        counted.bytes.clone_from(&budget.bytes);
        for (route, open) in &mut counted.open {
            let expected = budget.open[route].answer_bytes;
            assert!(open.answer_bytes.abs_diff(expected) <= BYTES_APART, "{route}: {expected}, {}", open.answer_bytes);
            open.answer_bytes = expected;
        }
        for (usage, budget) in counted.usages().into_iter().zip(budget.usages()) {
            for (function, bytes) in &mut usage.logged {
                let expected = budget.logged.get(function).copied().unwrap_or_default();
                assert!(
                    bytes.abs_diff(expected) <= BYTES_APART.max(expected / 50),
                    "the log of {function}: {expected}, {bytes}"
                );
                *bytes = expected;
            }
        }
        let [budget, counted] = [budget, counted].map(|figures| serde_json::to_value(figures).unwrap());
        let mut found = Vec::new();
        differences("", &budget, &counted, &mut found);
        let advice = "`shop-cost --count --write-docs` writes the new figures, docs/COST.md and docs/SCALE.md";
        assert!(found.is_empty(), "an order takes something else; if that is right, {advice}:\n{}", found.join("\n"));
    }

    #[test]
    fn in_the_counted_story_nothing_is_in_vain() {
        let budget = Figures::budget().unwrap();
        for usage in budget.steps().into_iter().chain([&budget.asked_confirmed, &budget.asked_shipped]) {
            assert!(usage.refused.is_empty(), "{:?}", usage.refused);
        }
        // The order's steps are told one by one and its re-checks are not among them.
        assert!(budget.steps().iter().all(|usage| !usage.invocations.contains_key("reconcile")));
    }
}
