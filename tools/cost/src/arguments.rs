//! The command line of `shop-cost`, and its commands.

use crate::bill::{Assumptions, Rates};
use crate::count::{STEPS, count};
use crate::docs::write_pages;
use crate::failure::Failure;
use crate::figures::Figures;
use crate::inventory::Inventory;
use crate::limits::Limits;
use crate::prices::{LISTED, Prices};
use crate::scale::needs;
use crate::shown::{bill_table, scale_table, summary, worst_table};
use crate::worst::hours;
use clap::Parser;
use rust_decimal::Decimal;
use serde_json::json;
use shop_terminal as terminal;
use std::path::{Path, PathBuf};

/// The sizes in docs/COST.md, in orders a month,
const SIZES: [u64; 3] = [1_000, 100_000, 10_000_000];
/// and the rates in docs/SCALE.md, in orders a second.
const RATES: [u64; 3] = [10, 1_000, 100_000];
/// The file of the counted figures.
const BUDGET: &str = "docs/cost/order.json";

/// Compute the cost of the shop on AWS, or the limits of an order rate
#[derive(Debug, Parser)]
#[command(name = "shop-cost", version)]
#[command(group(clap::ArgGroup::new("wanted").required(true).multiple(true)
    .args(["orders_per_month", "orders_per_second", "count", "write_docs"])))]
#[command(after_help = "\
Needs no shop and no AWS: what an order takes was counted on this machine's kind of shop, and
stands in docs/cost/order.json; prices and limits stand beside it, with the day on which each was
looked up. --count counts anew, in some seconds.

Examples:
  shop-cost --orders-per-month 100000
  shop-cost --orders-per-month 100000 --function-ms 12 --prices mine.yaml --json
  shop-cost --orders-per-second 1000
  shop-cost --count --write-docs        after a change that an order may cost")]
pub(crate) struct Cost {
    /// Print the bill of a month with N orders
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=10_000_000_000))]
    orders_per_month: Option<u64>,
    /// Print the usage of N orders a second, and the limits that are too low
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    orders_per_second: Option<u64>,
    /// Count the usage of an order instead of reading docs/cost/order.json
    #[arg(long)]
    count: bool,
    /// Write the counts, and the tables of docs/COST.md and docs/SCALE.md, below the current directory
    #[arg(long, conflicts_with_all = ["orders_per_month", "orders_per_second", "prices"])]
    write_docs: bool,
    /// Use these prices instead of docs/cost/prices.yaml
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// The milliseconds that a function takes for a full batch
    #[arg(long, value_name = "MS", default_value_t = 100, help_heading = "Assumptions")]
    batch_ms: u64,
    #[command(flatten)]
    assumptions: Assumptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Cost {
    pub(crate) async fn run(&self) -> Result<(), Failure> {
        let figures = if self.count {
            let bar = terminal::bar("count an order", STEPS);
            Box::pin(count(&bar)).await?
        } else {
            Figures::budget()?
        };
        let rates = self.rates(figures)?;
        if self.write_docs {
            return self.write(&rates);
        }
        if self.count && self.orders_per_month.is_none() && self.orders_per_second.is_none() {
            return Ok(terminal::pretty_json(&rates.figures)?);
        }
        if let Some(orders) = self.orders_per_month {
            let (bill, idle) = (rates.bill(orders)?, rates.bill(0)?);
            if self.json {
                let prices = json!({"region": rates.prices.region, "looked_up": rates.prices.looked_up});
                let total = bill.total();
                let per_order = if orders > 0 { Some(total / Decimal::from(orders)) } else { None };
                terminal::json_line(&json!({
                    "bill": bill, "dollars": total, "per_order": per_order, "idle": idle.total(),
                    "assumptions": rates.assumptions, "prices": prices,
                }))?;
            } else {
                terminal::line(bill_table(&rates, &bill, &idle).trim_end())?;
            }
        }
        if let Some(rate) = self.orders_per_second {
            let limits = Limits::listed()?;
            let needs = needs(&rates, &limits, self.batch_ms)?;
            if self.json {
                terminal::json_line(&json!({"orders_per_second": rate, "needs": needs}))?;
            } else {
                terminal::line(scale_table(&limits, &needs, &[rate]).trim_end())?;
            }
        }
        Ok(())
    }

    fn rates(&self, figures: Figures) -> Result<Rates, Failure> {
        let prices = match &self.prices {
            None => LISTED.to_owned(),
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| Failure::Machine(format!("{}: {error}", file.display())))?,
        };
        let (prices, inventory) = (Prices::read(&prices)?, Inventory::read()?);
        Ok(Rates { figures, inventory, prices, assumptions: self.assumptions.clone() })
    }

    fn write(&self, rates: &Rates) -> Result<(), Failure> {
        if self.count {
            let json = serde_json::to_string_pretty(&rates.figures).map_err(std::io::Error::other)?;
            std::fs::write(BUDGET, json + "\n")?;
        }
        Ok(write_pages(Path::new("."), &pages(rates, self.batch_ms)?)?)
    }
}

/// The contents of the two pages.
fn pages(rates: &Rates, batch_ms: u64) -> Result<[(&'static str, String); 2], Failure> {
    let limits = Limits::listed()?;
    let bills = SIZES.into_iter().map(|orders| rates.bill(orders)).collect::<Result<Vec<_>, _>>()?;
    let worst = worst_table(&hours(rates)?);
    let summary = format!("{}\n## The worst hour\n\n{worst}", summary(&rates.bill(0)?, &bills));
    let scale = scale_table(&limits, &needs(rates, &limits, batch_ms)?, &RATES);
    Ok([("docs/COST.md", summary), ("docs/SCALE.md", scale)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::Bill;

    fn usual() -> (Cost, Rates) {
        let cost = Cost::parse_from(["shop-cost", "--write-docs"]);
        let rates = cost.rates(Figures::budget().unwrap()).unwrap();
        (cost, rates)
    }

    #[test]
    fn the_pages_show_what_is_computed() {
        let (cost, rates) = usual();
        for (name, text) in pages(&rates, cost.batch_ms).unwrap() {
            let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)).unwrap();
            assert!(page.contains(&text), "{name} shows something else: `shop-cost --write-docs` writes\n{text}");
        }
    }

    #[test]
    fn twice_the_orders_take_twice_what_they_take_and_nothing_more_of_what_an_idle_shop_takes() {
        let rates = usual().1;
        // A metric is charged for each hour, and a key is asked for every five minutes, however many orders there are.
        let bounded = ["metrics", "kms-requests"];
        let lines = |orders| rates.bill(orders).unwrap().lines.into_iter().filter(|line| !bounded.contains(&line.name));
        let quantities = |orders| lines(orders).map(|line| line.quantity);
        assert!(quantities(0).count() > 15);
        for (idle, (one, two)) in quantities(0).zip(quantities(1_000).zip(quantities(2_000))) {
            assert_eq!(two - one, one - idle);
        }
    }

    fn quantity(bill: &Bill, name: &str) -> Decimal {
        bill.lines.iter().find(|line| line.name == name).unwrap().quantity
    }

    #[test]
    fn an_idle_shop_costs_less_than_seven_dollars_beside_its_key_and_a_busy_one_less_than_twenty_besides_its_orders() {
        let rates = usual().1;
        let idle = rates.bill(0).unwrap();
        let key = idle.lines.iter().find(|line| line.name == "kms-keys").unwrap().dollars;
        assert!((idle.total() - key) < Decimal::from(7) && key == Decimal::ONE, "{}", idle.total());
        assert_eq!(idle.standing(&idle), idle.total());
        for orders in SIZES {
            let busy = rates.bill(orders).unwrap();
            assert!(busy.standing(&idle) < Decimal::from(20), "{orders}: {}", busy.standing(&idle));
        }
        // What alarms watch each minute is all that an idle shop sends. Each view that an order moves adds its lag.
        assert_eq!(quantity(&idle, "metrics").round(), Decimal::from(4));
        let (busy, views) = (rates.bill(SIZES[2]).unwrap(), 8);
        assert!(quantity(&busy, "metrics") >= Decimal::from(4 + views), "{}", quantity(&busy, "metrics"));
        assert_eq!(quantity(&busy, "alarms"), Decimal::from(rates.inventory.alarm_metrics));
        assert_eq!((quantity(&busy, "large-dashboards"), quantity(&busy, "traces")), (Decimal::ZERO, Decimal::ZERO));
    }

    #[test]
    fn tracing_has_its_price_where_it_is_on() {
        let mut rates = usual().1;
        rates.inventory.traced = true;
        let bill = rates.bill(SIZES[2]).unwrap();
        let invocations = quantity(&bill, "lambda-requests");
        let share = quantity(&bill, "traces") / invocations;
        assert!(share > Decimal::new(5, 2) && share < Decimal::new(20, 2), "{share}");
    }

    #[test]
    fn every_route_without_a_token_has_the_price_of_its_worst_hour() {
        let rates = usual().1;
        let hours = hours(&rates).unwrap();
        let open = rates.inventory.routes.iter().filter(|route| route.scopes.is_empty());
        for route in open {
            let of_route = hours.iter().find(|hour| hour.routes == format!("`{}`", route.key));
            let hour = of_route.expect("a row of each: `shop-cost --count --write-docs`");
            assert_eq!(hour.rate, route.rate);
            // At least the gateway's price: a dollar for a million requests.
            assert!(hour.dollars >= Decimal::from(3_600 * route.rate) / Decimal::from(1_000_000), "{hour:?}");
        }
        let anybody: Decimal = hours.iter().filter(|hour| hour.who == "anybody").map(|hour| hour.dollars).sum();
        assert!(anybody < Decimal::from(10), "{anybody} US$ an hour for anybody to spend");
    }

    #[test]
    fn a_month_s_units_are_those_of_its_orders_looks_and_minutes() {
        let (_, mut rates) = usual();
        rates.assumptions.rechecks = 0;
        let of = |rates: &Rates, orders| -> Decimal {
            let lines = rates.bill(orders).unwrap().lines;
            lines.into_iter().find(|line| line.what == "write units").unwrap().quantity
        };
        let figures = &rates.figures;
        let reconciled = usize::try_from(3 + rates.assumptions.months).unwrap();
        let reconciled = std::iter::repeat_n(&figures.reconciled, reconciled);
        let usages = figures.steps().into_iter().chain([&figures.first_reconciled]).chain(reconciled);
        let writes: u64 = usages
            .flat_map(|usage| usage.capacity.values())
            .flat_map(|functions| functions.values())
            .map(|taken| taken.table_writes + taken.index_writes.values().sum::<u64>())
            .sum();
        assert!(writes > 50, "{writes}");
        assert_eq!(of(&rates, 7) - of(&rates, 0), Decimal::from(7 * writes));
    }
}
