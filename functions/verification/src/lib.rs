//! Compares the whole log with all that follows from it, where an operator asks for it, and records what it found.
//! It writes nothing but that.

mod shop;

pub use shop::{Found, Shop, streams};

use aws_config::SdkConfig;
use foldlog::verify::{Limits, VerifyError};
use foldlog::{Clock, Commands, EventLog, EventMessage, LogScan, Metadata, Randomness, ViewScan};
use foldlog_dynamo::{Log, Parked, TotalsStore, Views};
use foldlog_lambda::queue::{ReactionError, Reactions, Reactor};
use foldlog_lambda::{SettingError, Settings, SystemHost};
use shop_domain::audit::{Audit, Command, Event, Report, Scope, Verifier};
use std::time::Duration;

/// The step by which a report is known for that of a wish.
const REPORT: &str = "verify";

/// The handler.
pub struct Verification<L, V, R, H> {
    commands: Commands<Audit, L, H>,
    views: V,
    sales: R,
    /// After so long it reports how far it came.
    budget: Duration,
}

/// The handler on the deployed stores.
type OnAws = Verification<Log, Views, TotalsStore, SystemHost>;

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Reactions<OnAws, Parked, SystemHost>, SettingError> {
    let client = aws_sdk_dynamodb::Client::new(aws);
    let log = Log::new(client.clone(), settings.text("EVENT_LOG_TABLE")?);
    let views = projector::views(settings, &client)?;
    let sales = sales_projector::totals_store(settings, &client)?;
    let parked = Parked::new(client, settings.text("PARKED_TABLE")?);
    let budget = Duration::from_secs(settings.parse("BUDGET_SECONDS")?);
    Ok(Reactions::new(Verification::new(log, views, sales, SystemHost, budget), parked, SystemHost))
}

impl<L: EventLog, V, R, H: Clock + Randomness> Verification<L, V, R, H> {
    /// The handler on these ports.
    pub fn new(log: L, views: V, sales: R, host: H, budget: Duration) -> Self {
        Self { commands: Commands::new(log, host), views, sales, budget }
    }
}

impl<L, V, R, H> Reactor for Verification<L, V, R, H>
where
    L: EventLog + LogScan + 'static,
    V: foldlog::Views + ViewScan + 'static,
    R: foldlog::TotalsStore + 'static,
    H: Clock + Randomness + 'static,
{
    const NAME: &'static str = "verification";
    type Log = L;

    fn log(&self) -> &L {
        self.commands.log()
    }

    /// The report stands in the stream of the wish, and whoever gets the same wish again finds it there.
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

impl<L, V, R, H> Verification<L, V, R, H>
where
    L: EventLog + LogScan,
    V: foldlog::Views + ViewScan,
    R: foldlog::TotalsStore,
    H: Clock + Randomness,
{
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
