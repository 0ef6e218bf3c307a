//! `GET /sales?from=&to=&by=`: the sales of each day, summed over the rows that hold the parts of each sum.

use crate::Queries;
use foldlog::{Generations, TotalsStore};
use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request, Response};
use futures::future::try_join_all;
use http::StatusCode;
use shop_api::sales::{Revenue, Sales, SoldOf, SoldOnDay};
use shop_domain::views::sales::{By, Day, NAME, figures, names};
use std::collections::BTreeMap;

/// The maximum number of days in one answer.
const MOST_DAYS: u64 = 31;

impl<P: KeyPorts> Queries<P> {
    /// The figures of each day of a period, both ends included, by product or by category.
    pub(crate) async fn sales(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["from", "to", "by"])?;
        let (from, to) = (day(request, "from")?, day(request, "to")?);
        let by = request.query::<By>("by")?.unwrap_or(By::Sku);
        if !(1..=MOST_DAYS).contains(&from.count_to(&to)) {
            let detail = format!("has to be a day from {from} on, of at most {MOST_DAYS} days with it");
            return Err(Problem::invalid_parameter("to", &detail));
        }
        let names = names(&from, &to);
        let generation = self.sales.current(NAME).await?.generation;
        let partitions = by.partitions().map(|partition| {
            let names = names.start().as_str()..=names.end().as_str();
            async move { self.sales.rows(NAME, generation, &partition, names).await }
        });
        let rows = try_join_all(partitions).await?;
        let items = figures(rows.into_iter().flatten()).into_iter().map(|((day, of), figures)| {
            let sums = |of: BTreeMap<String, i64>| {
                of.into_iter().map(|(currency, amount)| Revenue { amount, currency }).collect()
            };
            SoldOnDay {
                day,
                of: match by {
                    By::Sku => SoldOf::Sku(of),
                    By::Category => SoldOf::Category(Some(of).filter(|category| !category.is_empty())),
                },
                units: figures.units,
                revenue: sums(figures.revenue),
                orders: figures.orders,
                cancellations: figures.cancellations,
                returned: figures.returned,
                refunds: sums(figures.refunds),
            }
        });
        let (from, to, by) = (from.to_string(), to.to_string(), by.name().to_owned());
        let body = Sales { from, to, by, items: items.collect() };
        Response::json(StatusCode::OK, &body)
    }
}

fn day(request: &Request, name: &str) -> Result<Day, Problem> {
    request.query(name)?.ok_or_else(|| Problem::invalid_parameter(name, "is needed: a day such as 2026-11-21"))
}
