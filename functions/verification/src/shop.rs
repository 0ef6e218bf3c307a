//! Compares the shop's log, views and totals with each other.

use foldlog::verify::{
    Difference, Findings, Limits, Surveyed, TotalsVerification, Verification, Verified, VerifyError,
};
use foldlog::{Clock, LogScan, Registry, StreamName, TotalsFold, TotalsStore, ViewScan, Views};
use futures::future::{Either, select};
use shop_domain::audit::{Extent, Report, Scope, Verifier};
use shop_domain::streams::stream_types;
use shop_domain::values::Invalid;
use shop_domain::views::read_models;
use std::pin::pin;
use std::time::Duration;

/// The parts of a shop that are compared.
pub struct Shop<'a, L, V, R, H> {
    /// The log.
    pub log: &'a L,
    /// The views.
    pub views: &'a V,
    /// The totals of sales.
    pub sales: &'a R,
    /// The clock, and the pauses before a row that is behind is read again.
    pub host: &'a H,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Of streams and their rows.
    pub surveyed: Surveyed,
    /// The number of rows of totals that equal the sums over all streams.
    pub totals: usize,
}

/// Compares some streams with their chains, and their rows with them. Totals depend on all streams, so they are left
/// out.
pub async fn streams<L: LogScan, V: Views, H: Clock>(
    log: &L,
    views: &V,
    host: &H,
    streams: &[StreamName],
) -> Result<Found, VerifyError> {
    let (subscriptions, types, registered) = (read_models().views, stream_types(), views.registered().await?);
    let registry = &registered.registry;
    let verification = Verification { log, views, host, subscriptions: &subscriptions, registry, types: &types };
    let findings = verification.survey(streams).await?;
    Ok(Found { surveyed: Surveyed { findings, complete: true }, totals: 0 })
}

impl<L: LogScan, V: Views + ViewScan, R: TotalsStore, H: Clock> Shop<'_, L, V, R, H> {
    /// Compares everything, and passes what agrees so far to `done`. It keeps in memory a page of the log, 16 bytes a
    /// stream, and the names of the streams that add to the totals.
    pub async fn whole(&self, limits: Limits, mut done: impl FnMut(&Verified) + Send) -> Result<Found, VerifyError> {
        let (subscriptions, types) = (read_models().views, stream_types());
        let registered = self.views.registered().await?;
        let (log, views, host, registry) = (self.log, self.views, self.host, &registered.registry);
        let verification = Verification { log, views, host, subscriptions: &subscriptions, registry, types: &types };
        let (folds, mut orders) = (read_models().totals, Vec::new());
        let met = |streams: &[StreamName], verified: &Verified| {
            let follows = |stream: &&StreamName| folds.iter().any(|fold| fold.follows(stream.category()));
            orders.extend(streams.iter().filter(follows).cloned());
            done(verified);
        };
        let mut surveyed = verification.whole(limits, met).await?;
        let mut totals = 0;
        if surveyed.complete {
            orders.sort();
            match self.totals(&folds, registry, &orders, limits).await? {
                Some((compared, differences)) => {
                    totals =
                        compared - differences.iter().filter(|all| matches!(all, Difference::Total { .. })).count();
                    add(&mut surveyed.findings.differences, differences);
                }
                None => surveyed.complete = false,
            }
        }
        surveyed.complete &= surveyed.findings.differences.len() <= limits.differences;
        surveyed.findings.differences.truncate(limits.differences);
        Ok(Found { surveyed, totals })
    }

    /// Compares the totals, unless the time is over before.
    async fn totals(
        &self,
        folds: &[Box<dyn TotalsFold>],
        registry: &Registry,
        orders: &[StreamName],
        limits: Limits,
    ) -> Result<Option<(usize, Vec<Difference>)>, VerifyError> {
        let (log, totals_store, host) = (self.log, self.sales, self.host);
        let totals = TotalsVerification { log, totals_store, host, folds, registry };
        let compared = totals.survey(orders);
        let Some(until) = limits.until else { return compared.await.map(Some) };
        let left = u64::try_from(until.0 - host.now().0).unwrap_or_default();
        let over = host.sleep(Duration::from_millis(left));
        match select(pin!(compared), pin!(over)).await {
            Either::Left((compared, _)) => compared.map(Some),
            Either::Right(((), _)) => Ok(None),
        }
    }
}

/// Adds the differences that are new: a broken stream is found once for its rows and once for the totals.
fn add(differences: &mut Vec<Difference>, others: Vec<Difference>) {
    for other in others {
        if !differences.contains(&other) {
            differences.push(other);
        }
    }
}

impl Found {
    /// The report of the comparison for the audit stream.
    pub fn report(&self, by: Verifier, scope: Scope) -> Result<Report, Invalid> {
        let Surveyed { findings: Findings { verified, differences }, complete } = &self.surveyed;
        let Verified { streams, commits, rows } = *verified;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let differences = differences.iter().take(Report::MOST_DIFFERENCES).map(TryInto::try_into);
        Ok(Report {
            by,
            scope,
            extent: if *complete { Extent::All } else { Extent::Part },
            streams: count(streams),
            commits: count(commits),
            rows: count(rows),
            totals: count(self.totals),
            differences: differences.collect::<Result<_, _>>()?,
        })
    }
}
