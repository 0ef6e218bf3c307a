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
/// What a function is billed by.
const MB_MS_OF_A_GB_SECOND: u64 = 1_024 * 1_000;
const BYTES_OF_A_GB: u64 = 1 << 30;
/// A message is sent, received, and deleted.
const REQUESTS_OF_A_MESSAGE: u64 = 3;
/// Lambda asks each queue with five requests at a time, which wait 20 s for a message.
const EMPTY_RECEIVES_A_MINUTE: u64 = 5 * 3;
/// The first of each second is traced of each function, beside a share of the others.
const TRACED_A_SECOND: u64 = 1;

/// What is not counted but assumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, clap::Args)]
pub(crate) struct Assumptions {
    /// Milliseconds that an invocation is billed for on average, starts of environments included
    #[arg(long, value_name = "MS", default_value_t = 20, help_heading = "Assumptions")]
    pub(crate) function_ms: u64,
    /// Bytes that an invocation and its request write into logs: Lambda's own lines, metrics, the gateway's line
    #[arg(long, value_name = "BYTES", default_value_t = 1_500, help_heading = "Assumptions")]
    pub(crate) log_bytes: u64,
    /// How often an order is looked at by its customer
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Assumptions")]
    pub(crate) looks: u64,
    /// How often the re-check asks for an order while it waits to be shipped, and again while it is on its way: 12
    /// marks are in a day
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(..=12))]
    #[arg(help_heading = "Assumptions")]
    pub(crate) rechecks: u64,
    /// For how many months orders have been kept, all of this month's number
    #[arg(long, value_name = "N", default_value_t = 12, help_heading = "Assumptions")]
    pub(crate) months: u64,
    /// How many orders a daily reconciliation gets through in its 15 minutes
    #[arg(long, value_name = "N", default_value_t = 100_000, help_heading = "Assumptions")]
    pub(crate) reconciled: u64,
    /// How many metrics of their own the functions and the gateway's routes have
    #[arg(long, value_name = "N", default_value_t = 250, help_heading = "Assumptions")]
    pub(crate) metrics: u64,
    /// How many of a hundred invocations are traced, beside the first of each second of each function
    #[arg(long, value_name = "PERCENT", default_value_t = 5, value_parser = clap::value_parser!(u64).range(..=100))]
    #[arg(help_heading = "Assumptions")]
    pub(crate) traced_percent: u64,
}

/// A line of the bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    /// Who sells it.
    pub(crate) service: String,
    /// What it is.
    pub(crate) what: String,
    /// How much of it is used in a month.
    pub(crate) quantity: Decimal,
    /// What that costs, in dollars.
    pub(crate) dollars: Decimal,
}

/// A month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Bill {
    /// How many orders it has.
    pub(crate) orders: u64,
    /// What is paid for.
    pub(crate) lines: Vec<Line>,
}

/// The inputs of a bill.
#[derive(Clone, Debug)]
pub(crate) struct Rates {
    /// What was counted.
    pub(crate) figures: Figures,
    /// What the template declares.
    pub(crate) inventory: Inventory,
    /// The prices.
    pub(crate) prices: Prices,
    /// What is assumed.
    pub(crate) assumptions: Assumptions,
}

impl Rates {
    /// A month with this number of orders.
    pub(crate) fn bill(&self, orders: u64) -> Result<Bill, Failure> {
        let month = self.month(orders)?;
        let lines = month.into_iter().map(|(name, quantity)| {
            let price = self.prices.of(name)?;
            let dollars = price.cost(quantity);
            Ok(Line { service: price.service.clone(), what: price.what.clone(), quantity, dollars })
        });
        Ok(Bill { orders, lines: lines.collect::<Result<_, Failure>>()? })
    }

    /// What a month takes, by the names of prices, in the order of the way that a request takes.
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
        // A daily run may take as long as its function may.
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

    /// How often each of the counted usages occurs in a month.
    fn times(&self, orders: u64) -> Vec<(&Usage, u64)> {
        let Assumptions { looks, rechecks, months, reconciled, .. } = self.assumptions;
        let figures = &self.figures;
        let mut times: Vec<_> = figures.steps().into_iter().map(|usage| (usage, orders)).collect();
        times.extend([
            (&figures.look, orders * looks),
            (&figures.asked_confirmed, orders * rechecks),
            (&figures.asked_shipped, orders * rechecks),
            (&figures.minute, MINUTES),
            (&figures.first_reconciled, orders),
            (&figures.day, DAYS),
            (&figures.reconciled, (orders * months).min(reconciled) * DAYS),
        ]);
        times
    }
}

fn gigabytes(bytes: u128) -> Decimal {
    Decimal::from(bytes) / Decimal::from(BYTES_OF_A_GB)
}

impl Bill {
    /// What it comes to.
    pub(crate) fn total(&self) -> Decimal {
        self.lines.iter().map(|line| line.dollars).sum()
    }

    /// What each service comes to, in the order of the lines.
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
