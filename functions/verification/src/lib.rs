//! Compares the whole log with its views and totals when an operator requests it, and records the result. It writes
//! only that report.

mod shop;

pub use shop::{Found, Shop, streams};

use foldlog::verify::{Limits, VerifyError};
use foldlog::{Clock, EventLog, EventMessage, Metadata};
use foldlog_functions::Ports;
use foldlog_functions::ports::{CommandsOn, ReactionsOn};
use foldlog_lambda::queue::{ReactionError, Reactor};
use foldlog_lambda::{SettingError, Settings};
use shop_domain::audit::{Audit, Command, Event, Report, Scope, Verifier};
use shop_domain::views::{read_models, sales};
use std::time::Duration;

/// The step that identifies the report of a request.
const REPORT: &str = "verify";

/// The handler of the requests.
pub struct Verification<P: Ports> {
    commands: CommandsOn<Audit, P>,
    views: P::Views,
    sales: P::TotalsStore,
    /// The time after which it stops and reports its result so far.
    budget: Duration,
}

/// The function.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<ReactionsOn<Verification<P>, P>, SettingError> {
    ports.reactions(Verification {
        commands: ports.commands()?,
        views: ports.views(read_models().partitions())?,
        sales: ports.totals_store(sales::NAME)?,
        budget: Duration::from_secs(settings.parse("BUDGET_SECONDS")?),
    })
}

impl<P: Ports> Reactor for Verification<P> {
    const NAME: &'static str = "verification";
    type Log = P::Log;

    fn log(&self) -> &P::Log {
        self.commands.log()
    }

    /// The report is in the stream of the request, so a repeated request finds it there.
    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let Event::VerificationRequested { scope: Scope::Whole } = message.decode()? else { return Ok(()) };
        let metadata @ Metadata { id, .. } = &message.metadata(Self::NAME, REPORT);
        if self.log().find(&message.subject, id, message.time).await?.is_some() {
            return Ok(());
        }
        let report = Event::VerificationReported(self.verify().await?);
        self.commands.execute(&message.subject, &Command::Record(report), metadata).await?;
        Ok(())
    }
}

impl<P: Ports> Verification<P> {
    async fn verify(&self) -> Result<Report, ReactionError> {
        let (log, host) = (self.commands.log(), self.commands.host());
        let shop = Shop { log, views: &self.views, sales: &self.sales, host };
        let limits = Limits { differences: Report::MOST_DIFFERENCES, until: Some(host.now().after(self.budget)) };
        let found = shop.whole(limits, |_| {}).await.map_err(|error| match error {
            VerifyError::Log(error) => ReactionError::Log(error),
            other @ (VerifyError::View(_) | VerifyError::Different(_)) => ReactionError::Unavailable(other.into()),
        })?;
        found.report(Verifier::Verification, Scope::Whole).map_err(ReactionError::malformed)
    }
}
