//! The usage of functions: invocations, requests, the capacity that the database reports, events and messages.
//!
//! Requests are always counted. Everything else is counted where [`Options::counted`](crate::Options::counted) asks for
//! it, and `Host::usage` shows it: the capacity that each request took of tables and indexes, events and messages. To
//! make each run count the same, every invocation then has one record or message and an environment that remembers
//! nothing, the function of a queue takes one at a time, and the clock moves only by `advance_clock`. The host asks the
//! database for the capacity on behalf of the function, which does not see that part of the answer.

use crate::database::Answer;
use crate::lock::lock;
use crate::logs::{self, Logging};
use crate::policy::table_name;
use crate::tables::Table;
use crate::template::loose::each;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Mutex;

/// The unit in which an event on a bus is charged: each begun 64 KiB of an entry is one.
const EVENT_BYTES: usize = 64 * 1024;

/// The usage of functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Invocations, by function.
    pub invocations: BTreeMap<String, u64>,
    /// Requests to the services, by function and operation.
    pub requests: BTreeMap<String, BTreeMap<String, u64>>,
    /// The capacity that requests took, by the table's logical id and by function.
    pub capacity: BTreeMap<String, BTreeMap<String, Capacity>>,
    /// Events put on buses, by function; each begun 64 KiB of one counts.
    pub events: BTreeMap<String, u64>,
    /// Messages sent to queues, by the queue's logical id.
    pub messages: BTreeMap<String, u64>,
    /// The bytes that functions wrote into their logs, by function, as `CloudWatch` charges for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub logged: BTreeMap<String, u64>,
    /// The metrics that `CloudWatch` took from the logs, by function: how often it got each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, BTreeMap<String, u64>>,
    /// Requests that the database refused, by function. Most of them had a failed condition.
    pub refused: BTreeMap<String, u64>,
}

/// The capacity that requests took from a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Write units of the table itself.
    pub table_writes: u64,
    /// Write units of each of its indexes, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub index_writes: BTreeMap<String, u64>,
    /// Half read units, of the table and its indexes.
    pub half_reads: u64,
}

impl AddAssign for Capacity {
    fn add_assign(&mut self, more: Self) {
        self.table_writes += more.table_writes;
        for (index, writes) in more.index_writes {
            *self.index_writes.entry(index).or_default() += writes;
        }
        self.half_reads += more.half_reads;
    }
}

impl Capacity {
    fn less(&mut self, earlier: &Self) {
        self.table_writes = self.table_writes.saturating_sub(earlier.table_writes);
        fewer(&mut self.index_writes, &earlier.index_writes);
        self.half_reads = self.half_reads.saturating_sub(earlier.half_reads);
    }
}

impl Usage {
    /// The usage since an earlier count.
    #[must_use]
    pub fn since(mut self, earlier: &Self) -> Self {
        fewer(&mut self.invocations, &earlier.invocations);
        fewer(&mut self.events, &earlier.events);
        fewer(&mut self.messages, &earlier.messages);
        fewer(&mut self.refused, &earlier.refused);
        fewer(&mut self.logged, &earlier.logged);
        less(&mut self.requests, &earlier.requests, fewer);
        less(&mut self.metrics, &earlier.metrics, fewer);
        less(&mut self.capacity, &earlier.capacity, |own, before| less(own, before, Capacity::less));
        self
    }
}

/// Subtracts what an earlier count has by the same names, and leaves out what did not change.
fn less<T: Default + PartialEq>(
    counts: &mut BTreeMap<String, T>,
    earlier: &BTreeMap<String, T>,
    subtract: impl Fn(&mut T, &T),
) {
    let nothing = T::default();
    for (name, count) in counts.iter_mut() {
        subtract(count, earlier.get(name).unwrap_or(&nothing));
    }
    counts.retain(|_, count| *count != nothing);
}

fn fewer(counts: &mut BTreeMap<String, u64>, earlier: &BTreeMap<String, u64>) {
    less(counts, earlier, |count, earlier| *count = count.saturating_sub(*earlier));
}

/// The counter.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Whether everything is counted, and not only requests.
    pub(crate) counted: bool,
    usage: Mutex<Usage>,
}

impl Meter {
    /// Nothing is counted yet.
    pub(crate) fn new(counted: bool) -> Self {
        Self { counted, usage: Mutex::default() }
    }

    /// The usage so far.
    pub(crate) fn usage(&self) -> Usage {
        lock(&self.usage).clone()
    }

    /// A function is invoked.
    pub(crate) fn invoked(&self, function: &str) {
        *lock(&self.usage).invocations.entry(function.to_owned()).or_default() += 1;
    }

    /// A function sends a request.
    pub(crate) fn requested(&self, function: &str, operation: &str) {
        let mut usage = lock(&self.usage);
        *usage.requests.entry(function.to_owned()).or_default().entry(operation.to_owned()).or_default() += 1;
    }

    /// A function put events on a bus, of these sizes in bytes.
    pub(crate) fn published(&self, function: &str, sizes: impl IntoIterator<Item = usize>) {
        let events: usize = sizes.into_iter().map(|bytes| bytes.div_ceil(EVENT_BYTES)).sum();
        *lock(&self.usage).events.entry(function.to_owned()).or_default() += events as u64;
    }

    /// A function printed lines. Those below its level never reach its log.
    pub(crate) fn printed(&self, function: &str, logging: &Logging, text: &str) {
        let mut usage = lock(&self.usage);
        for line in text.lines().filter(|line| logging.keeps(line)) {
            *usage.logged.entry(function.to_owned()).or_default() += logs::charged(line) as u64;
            for metric in logs::metrics(line) {
                *usage.metrics.entry(function.to_owned()).or_default().entry(metric).or_default() += 1;
            }
        }
    }

    /// Counts the capacity of a request to the database, and removes it from the answer if the function did not ask for
    /// it.
    pub(crate) fn took(&self, function: &str, operation: &str, tables: &[Table], asked: bool, answer: &mut Answer) {
        if answer.status != 200 {
            *lock(&self.usage).refused.entry(function.to_owned()).or_default() += 1;
        }
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&answer.body) else { return };
        let Some(consumed) = fields.remove("ConsumedCapacity") else { return };
        for one in each(&consumed) {
            let name = table_name(one.get("TableName").and_then(Value::as_str).unwrap_or_default());
            let logical = tables.iter().find(|table| table.name == name).map_or(name, |table| &table.logical);
            let mut usage = lock(&self.usage);
            let of_table = usage.capacity.entry(logical.to_owned()).or_default();
            *of_table.entry(function.to_owned()).or_default() += capacity(operation, one);
        }
        if !asked {
            answer.body = Value::Object(fields).to_string();
        }
    }
}

/// Makes a request ask the database for the capacity of tables and indexes. Returns whether the function asked for it
/// itself.
pub(crate) fn ask(operation: &str, request: &mut Value) -> bool {
    let takes = ["Item", "Items", "Query", "Scan"].iter().any(|kind| operation.ends_with(kind));
    let Some(fields) = request.as_object_mut().filter(|_| takes) else { return true };
    let wish = fields.get("ReturnConsumedCapacity").and_then(Value::as_str);
    let asked = wish.is_some_and(|wish| wish != "NONE");
    if !asked {
        fields.insert("ReturnConsumedCapacity".to_owned(), Value::from("INDEXES"));
    }
    asked
}

fn capacity(operation: &str, consumed: &Value) -> Capacity {
    let all = halves(consumed.get("CapacityUnits"));
    let reads = ["Get", "Query", "Scan"].iter().any(|kind| operation.contains(kind));
    if reads {
        return Capacity { half_reads: all, ..Capacity::default() };
    }
    let indexes = consumed.get("GlobalSecondaryIndexes").and_then(Value::as_object).into_iter().flatten();
    let index_writes: BTreeMap<_, _> =
        indexes.map(|(name, index)| (name.clone(), halves(index.get("CapacityUnits")) / 2)).collect();
    let table_writes = (all / 2).saturating_sub(index_writes.values().sum());
    Capacity { table_writes, index_writes, half_reads: 0 }
}

/// Capacity is reported in units and half units.
fn halves(units: Option<&Value>) -> u64 {
    let text = units.and_then(Value::as_f64).map(|units| format!("{units:.1}")).unwrap_or_default();
    let (whole, half) = text.split_once('.').unwrap_or_default();
    whole.parse::<u64>().unwrap_or_default() * 2 + u64::from(half == "5")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn took(operation: &str, asked: bool, answer: &Value) -> (Usage, Value) {
        let meter = Meter::new(true);
        let mut answer = Answer { status: 200, body: answer.to_string() };
        meter.took("writer", operation, &[], asked, &mut answer);
        (meter.usage(), serde_json::from_str(&answer.body).unwrap())
    }

    #[test]
    fn a_write_is_divided_into_table_and_indexes_and_the_function_sees_nothing_of_it() {
        let consumed = json!({"TableName": "Log", "CapacityUnits": 5.0, "Table": {"CapacityUnits": 2.0},
            "GlobalSecondaryIndexes": {"a": {"CapacityUnits": 1.0}, "b": {"CapacityUnits": 2.0}}});
        let (usage, seen) = took("PutItem", false, &json!({"ConsumedCapacity": consumed, "Attributes": {}}));
        let index_writes = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        let taken = Capacity { table_writes: 2, index_writes, half_reads: 0 };
        assert_eq!(usage.capacity["Log"]["writer"], taken);
        assert_eq!(seen, json!({"Attributes": {}}));
    }

    #[test]
    fn a_transaction_is_counted_at_each_of_its_tables_and_a_read_in_halves() {
        let consumed =
            json!([{"TableName": "Log", "CapacityUnits": 2.0}, {"TableName": "Marks", "CapacityUnits": 4.0}]);
        let (usage, _) = took("TransactWriteItems", false, &json!({"ConsumedCapacity": consumed}));
        let writes: Vec<_> = usage.capacity.values().map(|functions| functions["writer"].table_writes).collect();
        assert_eq!(writes, [2, 4]);
        let (usage, seen) =
            took("Query", true, &json!({"ConsumedCapacity": {"TableName": "Log", "CapacityUnits": 2.5}}));
        assert_eq!(usage.capacity["Log"]["writer"].half_reads, 5);
        assert!(seen.get("ConsumedCapacity").is_some(), "who asked for it gets it");
    }

    #[test]
    fn what_takes_capacity_is_asked_for_it_and_nothing_else() {
        for operation in ["PutItem", "TransactWriteItems", "Query", "Scan", "BatchGetItem"] {
            let mut request = json!({"TableName": "Log"});
            assert!(!ask(operation, &mut request));
            assert_eq!(request["ReturnConsumedCapacity"], "INDEXES", "{operation}");
        }
        let mut own = json!({"ReturnConsumedCapacity": "TOTAL"});
        assert!(ask("PutItem", &mut own) && own["ReturnConsumedCapacity"] == "TOTAL");
        let mut other = json!({"TableName": "Log"});
        assert!(ask("DescribeTable", &mut other) && other.get("ReturnConsumedCapacity").is_none());
    }

    #[test]
    fn what_was_used_since_leaves_out_what_did_not_change() {
        let meter = Meter::new(true);
        meter.invoked("a");
        meter.requested("a", "PutItem");
        meter.published("a", [1, EVENT_BYTES + 1]);
        let earlier = meter.usage();
        assert_eq!(earlier.events["a"], 3);
        meter.requested("a", "Query");
        meter.invoked("b");
        let since = meter.usage().since(&earlier);
        let requests = BTreeMap::from([("a".to_owned(), BTreeMap::from([("Query".to_owned(), 1)]))]);
        let expected = Usage { invocations: BTreeMap::from([("b".to_owned(), 1)]), requests, ..Usage::default() };
        assert_eq!(since, expected);
    }
}
