//! The worst hour: what requests cost that come as fast as the gateway lets them through, with nothing free any more.

use crate::bill::{BYTES_OF_A_GB, Rates};
use crate::failure::Failure;
use crate::figures::Open;
use crate::inventory::Route;
use foldlog_local::Usage;
use rust_decimal::Decimal;

const SECONDS: u64 = 3_600;
/// The gateway charges for each begun 512 KiB.
const METERED_BYTES: u64 = 512 * 1_024;
const CUSTOMER: &str = "shop/customer";
/// The route from which an order follows.
const CHECKOUT: &str = "POST /carts/{id}/checkout";

/// Some routes, each used at its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hour {
    /// Who can send these requests.
    pub(crate) who: &'static str,
    /// The routes.
    pub(crate) routes: String,
    /// The requests a second that are let through, on all of them together.
    pub(crate) rate: u64,
    /// The cost of an hour, in dollars.
    pub(crate) dollars: Decimal,
}

/// The worst hour of each route that needs no token, and of what customers may do. The staff and operators hold tokens
/// that you gave them.
pub(crate) fn hours(rates: &Rates) -> Result<Vec<Hour>, Failure> {
    let figures = &rates.figures;
    let mut hours = Vec::new();
    for (key, Open { usage, answer_bytes }) in &figures.open {
        let rate = rates.inventory.rate(key)?;
        let mut hour = hour(rates, "anybody", format!("`{key}`"), rate, usage)?;
        let requests = Decimal::from(rate * SECONDS);
        // A longer answer is charged as more than one request.
        let more = Decimal::from(answer_bytes.div_ceil(METERED_BYTES).saturating_sub(1));
        hour.dollars += rates.prices.of("api-requests")?.unfree(more * requests);
        let sent = Decimal::from(*answer_bytes) * requests / Decimal::from(BYTES_OF_A_GB);
        hour.dollars += rates.prices.of("data-sent")?.unfree(sent);
        hours.push(hour);
    }
    let customers: Vec<_> =
        rates.inventory.routes.iter().filter(|route| route.scopes.iter().any(|scope| scope == CUSTOMER)).collect();
    let rate = |those: &dyn Fn(&Route) -> bool| -> (usize, u64) {
        let those: Vec<_> = customers.iter().filter(|route| those(route)).collect();
        (those.len(), those.iter().map(|route| route.rate).sum())
    };
    let reads = |route: &Route| route.key.starts_with("GET ");
    let (count, all) = rate(&reads);
    hours.push(hour(
        rates,
        "a customer",
        format!("{count} routes that read, each as `GET /orders/{{id}}`"),
        all,
        &figures.look,
    )?);
    let (count, all) = rate(&|route| !reads(route) && route.key != CHECKOUT);
    let those = format!("{count} commands, each as a cart that is opened and filled");
    hours.push(hour(rates, "a customer", those, all, &figures.filled)?);
    let all = rates.inventory.rate(CHECKOUT)?;
    hours.push(hour(rates, "a customer", format!("`{CHECKOUT}`, with all that follows"), all, &figures.ordering)?);
    Ok(hours)
}

fn hour(rates: &Rates, who: &'static str, routes: String, rate: u64, usage: &Usage) -> Result<Hour, Failure> {
    let mut dollars = Decimal::ZERO;
    for (name, quantity) in rates.taken(&[(usage, rate * SECONDS)])? {
        dollars += rates.prices.of(name)?.unfree(quantity);
    }
    Ok(Hour { who, routes, rate, dollars })
}
