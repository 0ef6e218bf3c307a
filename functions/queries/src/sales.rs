//! `GET /sales?from=&to=&by=`: what was sold, summed up over the rows that each sum is spread over.

use crate::Queries;
use domain::views::sales::{By, Day, NAME, figures, names};
use eventsourcing::Ledger;
use eventsourcing::views::Generation;
use futures::future::try_join_all;
use http::StatusCode;
use lambda::{Problem, Request, Response};
use serde_json::{Value, json};

/// The most days of one answer.
const MOST_DAYS: u64 = 31;

impl<L, V, R: Ledger, H> Queries<L, V, R, H> {
    /// The figures of each day from one to another, both included, by product or by category.
    pub(crate) async fn sales(&self, request: &Request) -> Result<Response, Problem> {
        request.only_query(&["from", "to", "by"])?;
        let (from, to) = (day(request, "from")?, day(request, "to")?);
        let by = request.query::<By>("by")?.unwrap_or(By::Sku);
        if !(1..=MOST_DAYS).contains(&from.count_to(&to)) {
            let detail = format!("has to be a day from {from} on, of at most {MOST_DAYS} days with it");
            return Err(Problem::invalid_parameter("to", &detail));
        }
        let names = names(&from, &to);
        let partitions = by.partitions().map(|partition| {
            let names = names.start().as_str()..=names.end().as_str();
            async move { self.sales.rows(NAME, Generation::FIRST, &partition, names).await }
        });
        let rows = try_join_all(partitions).await?;
        let items: Vec<Value> = figures(rows.into_iter().flatten())
            .into_iter()
            .map(|((day, of), figures)| {
                let revenue = figures.revenue.iter();
                let revenue: Vec<_> =
                    revenue.map(|(currency, amount)| json!({ "amount": amount, "currency": currency })).collect();
                json!({
                    "day": day,
                    by.name(): Some(of).filter(|of| !of.is_empty()),
                    "units": figures.units,
                    "revenue": revenue,
                    "orders": figures.orders,
                    "cancellations": figures.cancellations,
                })
            })
            .collect();
        let body = json!({ "from": from.to_string(), "to": to.to_string(), "by": by.name(), "items": items });
        Response::json(StatusCode::OK, &body)
    }
}

fn day(request: &Request, name: &str) -> Result<Day, Problem> {
    request.query(name)?.ok_or_else(|| Problem::invalid_parameter(name, "is needed: a day such as 2026-11-21"))
}
