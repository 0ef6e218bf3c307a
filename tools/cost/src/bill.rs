//! The cost of a month: the counted usage of all orders and of an idle shop, at listed prices.

use crate::failure::Failure;
use crate::figures::{Figures, Sum};
use crate::inventory::{Function, Inventory, MINUTES, Undeclared};
use crate::prices::Prices;
use foldlog_local::Usage;
use rust_decimal::Decimal;
use serde::Serialize;

const SECONDS: u64 = MINUTES * 60;
const DAYS: u64 = 30;
/// An order is placed, shipped and delivered on three days, and the daily run looks at it after each.
const DAYS_OF_AN_ORDER: u64 = 3;
/// The unit of a function's bill.
const MB_MS_OF_A_GB_SECOND: u64 = 1_024 * 1_000;
const BYTES_OF_A_GB: u64 = 1 << 30;
/// A message is sent, received, and deleted.
const REQUESTS_OF_A_MESSAGE: u64 = 3;
/// Lambda polls each queue with five requests at a time, which wait 20 s for a message.
const EMPTY_RECEIVES_A_MINUTE: u64 = 5 * 3;
/// The first request of each second and function is traced, beside a share of the others.
const TRACED_A_SECOND: u64 = 1;

/// Assumptions: quantities that are not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, clap::Args)]
pub(crate) struct Assumptions {
    /// Milliseconds that an invocation is billed for on average, starts of environments included
    #[arg(long, value_name = "MS", default_value_t = 20, help_heading = "Assumptions")]
    pub(crate) function_ms: u64,
    /// Bytes that an invocation and its request write into logs: Lambda's own lines, metrics, the gateway's line
    #[arg(long, value_name = "BYTES", default_value_t = 1_500, help_heading = "Assumptions")]
    pub(crate) log_bytes: u64,
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
    /// The number of custom metrics of the functions and the gateway's routes
    #[arg(long, value_name = "N", default_value_t = 250, help_heading = "Assumptions")]
    pub(crate) metrics: u64,
    /// The percentage of invocations that are traced, beside the first of each second of each function
    #[arg(long, value_name = "PERCENT", default_value_t = 5, value_parser = clap::value_parser!(u64).range(..=100))]
    #[arg(help_heading = "Assumptions")]
    pub(crate) traced_percent: u64,
}

/// A line of the bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
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
            Ok(Line { service: price.service.clone(), what: price.what.clone(), quantity, dollars })
        });
        Ok(Bill { orders, lines: lines.collect::<Result<_, Failure>>()? })
    }

    /// The quantities of a month, by the names of prices, in the order in which a request causes them.
    fn month(&self, orders: u64) -> Result<Vec<(&'static str, Decimal)>, Undeclared> {
        let Self { figures, inventory, assumptions, .. } = self;
        let times = self.times(orders);
        let total = |of: &dyn Fn(&Usage) -> u64| -> u64 { times.iter().map(|(usage, times)| of(usage) * times).sum() };
        let sum = |of: fn(Sum) -> u64| total(&|usage| of(Sum::of(&[usage])));
        let mut invoked = Vec::new();
        for (usage, times) in &times {
            for (name, count) in &usage.invocations {
                invoked.push((inventory.function(name)?, count * times));
            }
        }
        let of_functions = |those: fn(&Function) -> bool| -> u64 {
            invoked.iter().filter(|(function, _)| those(function)).map(|(_, count)| count).sum()
        };
        let mb_ms: u64 = invoked.iter().map(|(function, count)| count * function.memory_mb).sum();
        let mb_ms = mb_ms * assumptions.function_ms;
        let invocations = of_functions(|_| true);
        let stored: u64 = figures.bytes.values().sum();
        let stored = gigabytes(u128::from(stored) * u128::from(orders) * u128::from(assumptions.months));
        let lists = total(&|usage| usage.requests.values().filter_map(|by| by.get("ListObjectsV2")).sum());
        // A daily run may take as long as its function's time-out.
        let daily = inventory.function("reconcile")?;
        let daily_mb_ms = DAYS * daily.timeout_s * 1_000 * daily.memory_mb;
        let logged = gigabytes(u128::from(invocations) * u128::from(assumptions.log_bytes));
        let traced =
            (u64::try_from(inventory.functions.len()).unwrap_or(u64::MAX) * SECONDS * TRACED_A_SECOND).min(invocations);
        let traced = Decimal::from(traced)
            + Decimal::from(invocations - traced) * Decimal::from(assumptions.traced_percent) / Decimal::from(100);
        let queues = sum(|sum| sum.messages) * REQUESTS_OF_A_MESSAGE
            + inventory.fed_from_queues() * EMPTY_RECEIVES_A_MINUTE * MINUTES;
        let gb_seconds = Decimal::from(mb_ms + daily_mb_ms) / Decimal::from(MB_MS_OF_A_GB_SECOND);
        let retention = Decimal::from(inventory.retention_days) / Decimal::from(DAYS);
        Ok(vec![
            ("api-requests", Decimal::from(of_functions(|function| function.routes > 0))),
            ("lambda-requests", Decimal::from(invocations)),
            ("lambda-gb-seconds", gb_seconds),
            ("dynamodb-writes", Decimal::from(sum(|sum| sum.writes))),
            ("dynamodb-reads", Decimal::from(sum(|sum| sum.half_reads)) / Decimal::from(2)),
            ("dynamodb-storage", stored),
            ("dynamodb-recovery", stored),
            ("stream-reads", Decimal::from(of_functions(|function| function.stream.is_some()))),
            ("bus-events", Decimal::from(sum(|sum| sum.events))),
            ("schedule-runs", Decimal::from(inventory.scheduled_runs())),
            ("queue-requests", Decimal::from(queues)),
            ("machine-transitions", Decimal::ZERO),
            ("bucket-lists", Decimal::from(lists)),
            ("log-ingestion", logged),
            ("log-storage", logged * retention),
            ("metrics", Decimal::from(assumptions.metrics)),
            ("alarms", Decimal::from(inventory.alarms)),
            ("dashboards", Decimal::from(inventory.dashboards)),
            ("traces", traced),
        ])
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

fn gigabytes(bytes: u128) -> Decimal {
    Decimal::from(bytes) / Decimal::from(BYTES_OF_A_GB)
}

impl Bill {
    /// The total cost.
    pub(crate) fn total(&self) -> Decimal {
        self.lines.iter().map(|line| line.dollars).sum()
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
