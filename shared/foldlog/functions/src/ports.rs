//! What functions stand on. A function asks for the ports that it needs when it is made; a port that it does not ask for
//! is not made, and its client is not linked.

use foldlog::read::projection::partitions_of;
use foldlog::rebuild::{RebuildProgress, SumScan};
use foldlog::{
    Bus, Clock, Commands, Decider, EventLog, LogScan, LogSpans, Lookups, ParkingLot, ProjectionEngine, Randomness,
    Subscription, TotalsEngine, TotalsFold, TotalsStore, ViewScan, Views,
};
use foldlog_lambda::queue::{Hints, Reactions, Reactor};
use foldlog_lambda::{Http, HttpHandler, SettingError};

/// A view: its name, and the attributes that are partition keys of its indexes.
pub type Indexed = (&'static str, &'static [&'static str]);

/// The commands of one stream type on these ports.
pub type CommandsOn<D, P> = Commands<D, <P as Ports>::Log, <P as Ports>::Host>;

/// The folds of views on these ports.
pub type ProjectionsOn<P> =
    ProjectionEngine<<P as Ports>::Log, <P as Ports>::Views, <P as Ports>::ParkingLot, <P as Ports>::Host>;

/// The folds of totals on these ports.
pub type TotalsOn<P> =
    TotalsEngine<<P as Ports>::Log, <P as Ports>::TotalsStore, <P as Ports>::ParkingLot, <P as Ports>::Host>;

/// The folds of totals as a function on these ports.
pub type HintsOn<P> = Hints<<P as Ports>::Log, <P as Ports>::TotalsStore, <P as Ports>::ParkingLot, <P as Ports>::Host>;

/// A handler of requests as a function on these ports.
pub type HttpOn<T, P> = Http<T, <P as Ports>::Host>;

/// A reactor as a function on these ports.
pub type ReactionsOn<T, P> = Reactions<T, <P as Ports>::ParkingLot, <P as Ports>::Host>;

/// The ports of a service, each made when a function asks for it. A setting that one needs and lacks is an error then.
pub trait Ports: Sized + Send + Sync + 'static {
    /// The log.
    type Log: EventLog + LogScan + LogSpans + 'static;
    /// The rows of the views.
    type Views: Views + ViewScan + Lookups + RebuildProgress + 'static;
    /// The rows of totals.
    type TotalsStore: TotalsStore + SumScan + 'static;
    /// The notes about what cannot be followed.
    type ParkingLot: ParkingLot + 'static;
    /// Clock and randomness.
    type Host: Clock + Randomness + 'static;

    /// The log.
    fn log(&self) -> Result<Self::Log, SettingError>;

    /// The log, with a marker for each reaction: for the streams of a category that many processes react on. All writers
    /// of a category have to agree in this.
    fn marked_log(&self) -> Result<Self::Log, SettingError>;

    /// The rows of these views.
    fn views(&self, of: impl IntoIterator<Item = Indexed>) -> Result<Self::Views, SettingError>;

    /// The rows of totals, and how far each stream is added to them.
    fn totals_store(&self, totals: &str) -> Result<Self::TotalsStore, SettingError>;

    /// How far each stream is added to totals, as the rows of a view of that name.
    fn checkpoints(&self, totals: &str) -> Result<Self::Views, SettingError>;

    /// The notes about what cannot be followed.
    fn parked(&self) -> Result<Self::ParkingLot, SettingError>;

    /// Clock and randomness.
    fn host(&self) -> Self::Host;

    /// The folds that run here, of those that a release has: all, unless a simulation plays an older release.
    fn subscriptions(&self, of_release: Vec<Box<dyn Subscription>>) -> Vec<Box<dyn Subscription>> {
        of_release
    }

    /// The commands of one stream type.
    fn commands<D: Decider>(&self) -> Result<CommandsOn<D, Self>, SettingError> {
        Ok(Commands::new(self.log()?, self.host()))
    }

    /// What keeps these views up to date. The newest fold of a view stands first, and says which indexes it has.
    fn projections(&self, folds: Vec<Box<dyn Subscription>>) -> Result<ProjectionsOn<Self>, SettingError> {
        let views = self.views(partitions_of(&folds))?;
        Ok(ProjectionEngine::new(self.log()?, views, self.parked()?, self.host(), self.subscriptions(folds)))
    }

    /// What keeps totals up to date.
    fn totals(&self, totals: &str, folds: Vec<Box<dyn TotalsFold>>) -> Result<TotalsOn<Self>, SettingError> {
        Ok(TotalsEngine::new(self.log()?, self.totals_store(totals)?, self.parked()?, self.host(), folds))
    }

    /// A handler of requests as a function.
    fn http<T: HttpHandler>(&self, handler: T) -> HttpOn<T, Self> {
        Http(handler, self.host())
    }

    /// A reactor as a function that notes what it cannot react to.
    fn reactions<T: Reactor>(&self, reactor: T) -> Result<ReactionsOn<T, Self>, SettingError> {
        Ok(Reactions::new(reactor, self.parked()?, self.host()))
    }
}

/// Ports with a bus to publish on.
pub trait BusPorts: Ports {
    /// Where events are published.
    type Bus: Bus + 'static;

    /// The bus of a function that publishes whenever it is invoked.
    fn bus(&self) -> Result<Self::Bus, SettingError>;

    /// The bus of a function that seldom publishes: its client may be made when it first does.
    fn seldom_bus(&self) -> Result<Self::Bus, SettingError> {
        self.bus()
    }
}
