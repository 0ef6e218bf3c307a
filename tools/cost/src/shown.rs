//! The text form of bills and needs.

use crate::bill::{Assumptions, Bill, Rates};
use crate::figures::Sum;
use crate::limits::Limits;
use crate::scale::Need;
use crate::worst::Hour;
use rust_decimal::{Decimal, RoundingStrategy};

/// The widths of a bill's columns.
const SERVICE: usize = 16;
const WHAT: usize = 34;
const QUANTITY: usize = 20;
const DOLLARS: usize = 14;

/// A month, line by line, beside a month without orders.
pub(crate) fn bill_table(rates: &Rates, bill: &Bill, idle: &Bill) -> String {
    let row = |service: &str, what: &str, quantity: &str, dollars: &str, idle: &str| {
        format!("{service:<SERVICE$}{what:<WHAT$}{quantity:>QUANTITY$}{dollars:>DOLLARS$}{idle:>DOLLARS$}\n")
    };
    let mut text = row("", "", "a month", "US$", "US$ idle");
    for (line, idle) in bill.lines.iter().zip(&idle.lines) {
        let quantity = decimal(line.quantity, 0);
        text += &row(&line.service, &line.what, &quantity, &decimal(line.dollars, 2), &decimal(idle.dollars, 2));
    }
    text += &row("in all", "", "", &decimal(bill.total(), 2), &decimal(idle.total(), 2));
    if bill.orders > 0 {
        let all = bill.total() / Decimal::from(bill.orders);
        text += &row("an order", "", "", &decimal(all, 6), "");
    }
    text + "\n" + &said(rates)
}

/// The basis of the figures.
fn said(rates: &Rates) -> String {
    let Sum { invocations, requests, writes, half_reads, events, messages } = Sum::of(&rates.figures.steps());
    let reads = Decimal::from(half_reads) / Decimal::from(2);
    let Assumptions { function_ms, lambda_log_bytes, looks, rechecks, months } = &rates.assumptions;
    let traced = if rates.inventory.traced { "as Lambda samples" } else { "none" };
    let (region, looked_up) = (&rates.prices.region, &rates.prices.looked_up);
    format!(
        "Counted, the dearest way: an order of one line, from cart to delivery, takes {invocations} invocations,\n\
         {requests} requests, {writes} write and {reads} read units, {events} events and {messages} messages (docs/cost/order.json).\n\
         Counted too: what functions print and the metrics in it, and what alarms read. Traces: {traced}.\n\
         Assumed: {function_ms} ms an invocation, {lambda_log_bytes} bytes that Lambda logs about it, {looks} looks at an order,\n\
         {rechecks} re-checks at each of its two waits, orders of {months} months kept, a daily run over what moved.\n\
         Prices of {region}, looked up on {looked_up} (docs/cost/prices.yaml says where, and what is not in it).\n\
         Left out: data sent to the internet, queries of logs, tax, and whatever the payment provider charges.\n"
    )
}

/// Some months side by side, by service, in Markdown.
pub(crate) fn summary(idle: &Bill, bills: &[Bill]) -> String {
    let bills: Vec<&Bill> = std::iter::once(idle).chain(bills).collect();
    let title = |bill: &&Bill| match bill.orders {
        0 => "no orders".to_owned(),
        orders => format!("{} orders", decimal(orders.into(), 0)),
    };
    let each = |bill: &&Bill| match bill.orders {
        0 => String::new(),
        orders => decimal(bill.total() / Decimal::from(orders), 6),
    };
    let services = idle.by_service().into_iter().enumerate();
    let services = services
        .map(|(index, (service, _))| row(service, bills.iter().map(|bill| decimal(bill.by_service()[index].1, 2))));
    let head = [row("US$ a month", bills.iter().map(title)), rule(0, bills.len(), 0)];
    let sums = [
        row("in all", bills.iter().map(|bill| decimal(bill.total(), 2))),
        row("of that, besides the orders", bills.iter().map(|bill| decimal(bill.standing(idle), 2))),
        row("an order", bills.iter().map(each)),
    ];
    head.into_iter().chain(services).chain(sums).collect()
}

/// The worst hours, in Markdown.
pub(crate) fn worst_table(hours: &[Hour]) -> String {
    let open = hours.iter().filter(|hour| hour.who == "anybody").map(|hour| hour.dollars).sum();
    let rows = hours.iter().map(|hour| {
        let numbers = [decimal(hour.rate.into(), 0), decimal(hour.dollars, 2)];
        row(hour.who, [hour.routes.clone()].into_iter().chain(numbers))
    });
    let head = row("who", ["requests", "a second, at most", "US$ an hour"].map(ToOwned::to_owned));
    let sum = row("anybody", ["all routes without a token".to_owned(), String::new(), decimal(open, 2)]);
    [head, rule(1, 2, 0)].into_iter().chain(rows).chain([sum]).collect()
}

/// The needs at some rates, the scarcest first, in Markdown.
pub(crate) fn scale_table(limits: &Limits, needs: &[Need], rates: &[u64]) -> String {
    let at = rates.iter().map(|rate| format!("at {}/s", decimal((*rate).into(), 0)));
    let titles = ["there is", "an order takes", "enough up to"].map(ToOwned::to_owned).into_iter().chain(at);
    let head = [row("each second", titles.chain(["then".to_owned()])), rule(1, 2 + rates.len(), 1)];
    let needs = needs.iter().map(|need| {
        let there_is = format!("{} {}", decimal(need.most, 0), need.unit);
        let enough = format!("{}/s", decimal(need.holds_up_to(), 0));
        let at = rates.iter().map(|rate| {
            let used = need.per_order * Decimal::from(*rate);
            let bold = if used > need.most { "**" } else { "" };
            format!("{bold}{}{bold}", decimal(used, 0))
        });
        let cells = [there_is, decimal(need.per_order, 2), enough].into_iter().chain(at);
        row(&need.what, cells.chain([need.remedy.to_owned()]))
    });
    let said = format!("\nBold is more than there is. Limits, as looked up on {}:\n\n", limits.looked_up);
    let limits = limits.all().map(|limit| {
        let kind = if limit.raised { "raised by AWS when asked" } else { "fixed" };
        format!("- {} {}, {kind}: {}\n", decimal(limit.most.into(), 0), limit.unit, limit.source)
    });
    head.into_iter().chain(needs).chain([said]).chain(limits).collect()
}

/// The line between titles and rows: columns of text, then of numbers, then of text again.
fn rule(text: usize, numbers: usize, more: usize) -> String {
    let columns = ["---|".repeat(1 + text), "---:|".repeat(numbers), "---|".repeat(more)];
    format!("|{}\n", columns.concat())
}

fn row(first: &str, cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<_> = std::iter::once(first.to_owned()).chain(cells).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A number with this number of decimals and separated thousands.
fn decimal(number: Decimal, places: u32) -> String {
    let rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{rounded:.*}", usize::try_from(places).unwrap_or_default());
    let (whole, decimals) = text.split_once('.').map_or((text.as_str(), ""), |(whole, decimals)| (whole, decimals));
    let digits: Vec<char> = whole.chars().collect();
    let groups: Vec<String> = digits.rchunks(3).rev().map(|group| group.iter().collect()).collect();
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{}{point}{decimals}", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_parted() {
        let shown = |text: &str, places| decimal(text.parse().unwrap(), places);
        assert_eq!(
            [shown("1234567.895", 2), shown("0.0000125", 6), shown("999.5", 0), shown("12", 2)],
            ["1,234,567.90", "0.000013", "1,000", "12.00"]
        );
    }
}
