//! The cost of a month: the counted usage of all orders and of an idle shop, at listed prices.

use crate::failure::Failure;
use crate::figures::{Figures, Sum};
use crate::inventory::{Function, Inventory, MINUTES, Undeclared};
use crate::prices::Prices;
use foldlog_local::Usage;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

const SECONDS: u64 = MINUTES * 60;
const DAYS: u64 = 30;
/// An order is placed, shipped and delivered on three days, and the daily run looks at it after each.
const DAYS_OF_AN_ORDER: u64 = 3;
/// The unit of a function's bill.
const MB_MS_OF_A_GB_SECOND: u64 = 1_024 * 1_000;
pub(crate) const BYTES_OF_A_GB: u64 = 1 << 30;
/// A message is sent, received, and deleted.
const REQUESTS_OF_A_MESSAGE: u64 = 3;
/// Lambda polls each queue with five requests at a time, which wait 20 s for a message.
const EMPTY_RECEIVES_A_MINUTE: u64 = 5 * 3;
/// The first request of each second and function is traced, beside a share of the others. No sampling rule changes that.
const TRACED_A_SECOND: u64 = 1;
const TRACED_PERCENT: u64 = 5;
/// A metric is charged for each hour in which it is sent.
const HOURS: u64 = DAYS * 24;
/// DynamoDB asks KMS for a table's key again when a connection has used it for five minutes.
const KEYS_A_MONTH: u64 = MINUTES / 5;
/// The dashboards with more metrics are never free.
const METRICS_OF_A_FREE_DASHBOARD: u64 = 50;
/// The name of the price of logs.
const LOGGED: &str = "log-ingestion";
/// The lines of the bill that a shop pays for being there, with orders and without.
const STANDING: [&str; 4] = ["metrics", "alarms", "dashboards", "large-dashboards"];

/// Assumptions: quantities that are not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, clap::Args)]
pub(crate) struct Assumptions {
    /// Milliseconds that an invocation is billed for on average, starts of environments included
    #[arg(long, value_name = "MS", default_value_t = 20, help_heading = "Assumptions")]
    pub(crate) function_ms: u64,
    /// Bytes of the two lines that Lambda itself writes about an invocation
    #[arg(long, value_name = "BYTES", default_value_t = 700, help_heading = "Assumptions")]
    pub(crate) lambda_log_bytes: u64,
    /// The number of times that the customer looks at an order
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Assumptions")]
    pub(crate) looks: u64,
    /// The number of re-checks of an order while it waits to be shipped, and again while it is on its way: a day has 12
    /// marks
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(..=12))]
    #[arg(help_heading = "Assumptions")]
    pub(crate) rechecks: u64,
    /// The number of months for which orders have been kept, each with this month's number of orders
    #[arg(long, value_name = "N", default_value_t = 12, help_heading = "Assumptions")]
    pub(crate) months: u64,
}

/// A line of the bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    /// The name of its price.
    pub(crate) name: &'static str,
    /// The AWS service.
    pub(crate) service: String,
    /// The billed item.
    pub(crate) what: String,
    /// The quantity in a month.
    pub(crate) quantity: Decimal,
    /// The cost, in dollars.
    pub(crate) dollars: Decimal,
}

/// The bill of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Bill {
    /// The number of orders.
    pub(crate) orders: u64,
    /// The billed items.
    pub(crate) lines: Vec<Line>,
}

/// The inputs of a bill.
#[derive(Clone, Debug)]
pub(crate) struct Rates {
    /// The counted figures.
    pub(crate) figures: Figures,
    /// The resources that the template declares.
    pub(crate) inventory: Inventory,
    /// The prices.
    pub(crate) prices: Prices,
    /// The assumptions.
    pub(crate) assumptions: Assumptions,
}

impl Rates {
    /// The bill of a month with this number of orders.
    pub(crate) fn bill(&self, orders: u64) -> Result<Bill, Failure> {
        let month = self.month(orders)?;
        let lines = month.into_iter().map(|(name, quantity)| {
            let price = self.prices.of(name)?;
            let dollars = price.cost(quantity);
            Ok(Line { name, service: price.service.clone(), what: price.what.clone(), quantity, dollars })
        });
        Ok(Bill { orders, lines: lines.collect::<Result<_, Failure>>()? })
    }

    /// The quantities of a month, by the names of prices, in the order in which a request causes them.
    fn month(&self, orders: u64) -> Result<Vec<(&'static str, Decimal)>, Undeclared> {
        let Self { figures, inventory, assumptions, .. } = self;
        let times = self.times(orders);
        let stored: u64 = figures.bytes.values().sum();
        let stored = gigabytes(u128::from(stored) * u128::from(orders) * u128::from(assumptions.months));
        let retention = Decimal::from(inventory.retention_days) / Decimal::from(DAYS);
        // A daily run may take as long as its function's time-out.
        let daily = inventory.function("reconcile")?;
        let daily =
            Decimal::from(DAYS * daily.timeout_s * 1_000 * daily.memory_mb) / Decimal::from(MB_MS_OF_A_GB_SECOND);
        let polled = inventory.fed_from_queues() * EMPTY_RECEIVES_A_MINUTE * MINUTES;
        let large = inventory.dashboards.iter().filter(|metrics| **metrics > METRICS_OF_A_FREE_DASHBOARD).count();
        let mut month = self.taken(&times)?;
        let logged = month.iter().find(|(name, _)| *name == LOGGED).map_or(Decimal::ZERO, |(_, logged)| *logged);
        for (name, quantity) in &mut month {
            match *name {
                "lambda-gb-seconds" => *quantity += daily,
                "queue-requests" => *quantity += Decimal::from(polled),
                _ => {}
            }
        }
        month.extend([
            ("dynamodb-storage", stored),
            ("dynamodb-recovery", stored),
            ("schedule-runs", Decimal::from(inventory.scheduled_runs())),
            ("machine-transitions", Decimal::ZERO),
            ("log-storage", logged * retention),
            ("metrics", metrics(&times)),
            ("alarms", Decimal::from(inventory.alarm_metrics)),
            ("dashboards", Decimal::from(inventory.dashboards.len() - large)),
            ("large-dashboards", Decimal::from(large)),
            ("secrets", Decimal::from(inventory.secrets)),
            ("kms-keys", Decimal::from(inventory.keys)),
            ("kms-requests", Decimal::from(self.keys(&times) + unwrapped(&times))),
        ]);
        Ok(month)
    }

    /// The quantities that follow from usages alone, each so many times.
    pub(crate) fn taken(&self, times: &[(&Usage, u64)]) -> Result<Vec<(&'static str, Decimal)>, Undeclared> {
        let Self { inventory, assumptions, .. } = self;
        let total = |of: &dyn Fn(&Usage) -> u64| -> u64 { times.iter().map(|(usage, times)| of(usage) * times).sum() };
        let sum = |of: fn(Sum) -> u64| total(&|usage| of(Sum::of(&[usage])));
        let mut invoked = Vec::new();
        for (usage, times) in times {
            for (name, count) in &usage.invocations {
                invoked.push((inventory.function(name)?, count * times));
            }
        }
        let of_functions = |those: fn(&Function) -> bool| -> u64 {
            invoked.iter().filter(|(function, _)| those(function)).map(|(_, count)| count).sum()
        };
        let mb_ms: u64 = invoked.iter().map(|(function, count)| count * function.memory_mb).sum();
        let gb_seconds = Decimal::from(mb_ms * assumptions.function_ms) / Decimal::from(MB_MS_OF_A_GB_SECOND);
        let (invocations, requests) = (of_functions(|_| true), of_functions(|function| function.routes > 0));
        let lists = total(&|usage| usage.requests.values().filter_map(|by| by.get("ListObjectsV2")).sum());
        let logged = total(&|usage| usage.logged.values().sum())
            + invocations * assumptions.lambda_log_bytes
            + requests * inventory.access_log_bytes;
        Ok(vec![
            ("api-requests", Decimal::from(requests)),
            ("lambda-requests", Decimal::from(invocations)),
            ("lambda-gb-seconds", gb_seconds),
            ("dynamodb-writes", Decimal::from(sum(|sum| sum.writes))),
            ("dynamodb-reads", Decimal::from(sum(|sum| sum.half_reads)) / Decimal::from(2)),
            ("stream-reads", Decimal::from(of_functions(|function| function.stream.is_some()))),
            ("bus-events", Decimal::from(sum(|sum| sum.events))),
            ("queue-requests", Decimal::from(sum(|sum| sum.messages) * REQUESTS_OF_A_MESSAGE)),
            ("bucket-lists", Decimal::from(lists)),
            (LOGGED, gigabytes(u128::from(logged))),
            ("traces", self.traces(invocations)),
        ])
    }

    /// How often DynamoDB asks KMS for the keys of tables: at most once for each use of a table by an invocation, and at
    /// most every five minutes for each environment.
    fn keys(&self, times: &[(&Usage, u64)]) -> u64 {
        let (mut used, mut invoked) = (BTreeMap::<_, u64>::new(), BTreeMap::<_, u64>::new());
        for (usage, times) in times {
            for (function, count) in &usage.invocations {
                *invoked.entry(function).or_default() += count * times;
            }
            for (table, functions) in
                usage.capacity.iter().filter(|(table, _)| self.inventory.encrypted.contains(*table))
            {
                for function in functions.keys() {
                    let count = usage.invocations.get(function).copied().unwrap_or_default();
                    *used.entry((table, function)).or_default() += count * times;
                }
            }
        }
        let environments = |function: &String| {
            let busy_ms = invoked.get(function).copied().unwrap_or_default() * self.assumptions.function_ms;
            busy_ms.div_ceil(SECONDS * 1_000).max(1)
        };
        used.into_iter().map(|((_, function), count)| count.min(KEYS_A_MONTH * environments(function))).sum()
    }

    fn traces(&self, invocations: u64) -> Decimal {
        if !self.inventory.traced {
            return Decimal::ZERO;
        }
        let functions = u64::try_from(self.inventory.functions.len()).unwrap_or(u64::MAX);
        let first = (functions * SECONDS * TRACED_A_SECOND).min(invocations);
        Decimal::from(first) + Decimal::from((invocations - first) * TRACED_PERCENT) / Decimal::from(100)
    }

    /// The number of times that each counted usage occurs in a month.
    fn times(&self, orders: u64) -> Vec<(&Usage, u64)> {
        let Assumptions { looks, rechecks, months, .. } = self.assumptions;
        let figures = &self.figures;
        let mut times: Vec<_> = figures.steps().into_iter().map(|usage| (usage, orders)).collect();
        times.extend([
            (&figures.look, orders * looks),
            (&figures.asked_confirmed, orders * rechecks),
            (&figures.asked_shipped, orders * rechecks),
            (&figures.minute, MINUTES),
            (&figures.first_reconciled, orders),
            (&figures.day, DAYS),
            // An order moves on some days, and the whole log is read about once a month.
            (&figures.reconciled, orders * (DAYS_OF_AN_ORDER + months)),
        ]);
        times
    }
}

/// How often functions make and unwrap the keys of accounts. The counted environments remember none.
fn unwrapped(times: &[(&Usage, u64)]) -> u64 {
    let of = |usage: &Usage| -> u64 {
        let requests = usage.requests.values().flatten();
        let keys = requests.filter(|(operation, _)| ["Decrypt", "GenerateDataKey"].contains(&operation.as_str()));
        keys.map(|(_, count)| count).sum()
    };
    times.iter().map(|(usage, times)| of(usage) * times).sum()
}

/// The metrics that functions send, each as the part of the month's hours in which it is sent at most.
fn metrics(times: &[(&Usage, u64)]) -> Decimal {
    let mut sent: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (usage, times) in times {
        for (function, metrics) in &usage.metrics {
            for (metric, count) in metrics {
                *sent.entry((function, metric)).or_default() += count * times;
            }
        }
    }
    let hours: u64 = sent.into_values().map(|count| count.min(HOURS)).sum();
    Decimal::from(hours) / Decimal::from(HOURS)
}

fn gigabytes(bytes: u128) -> Decimal {
    Decimal::from(bytes) / Decimal::from(BYTES_OF_A_GB)
}

impl Bill {
    /// The total cost.
    pub(crate) fn total(&self) -> Decimal {
        self.lines.iter().map(|line| line.dollars).sum()
    }

    /// What it costs besides the orders: what an idle shop costs, with as many metrics as this one sends.
    pub(crate) fn standing(&self, idle: &Self) -> Decimal {
        let of = |bill: &Self, standing: bool| -> Decimal {
            let lines = bill.lines.iter().filter(|line| STANDING.contains(&line.name) == standing);
            lines.map(|line| line.dollars).sum()
        };
        of(self, true) + of(idle, false)
    }

    /// The cost of each service, in the order of the lines.
    pub(crate) fn by_service(&self) -> Vec<(&str, Decimal)> {
        let mut sums: Vec<(&str, Decimal)> = Vec::new();
        for line in &self.lines {
            match sums.iter_mut().find(|(service, _)| *service == line.service) {
                Some((_, sum)) => *sum += line.dollars,
                None => sums.push((&line.service, line.dollars)),
            }
        }
        sums
    }
}
