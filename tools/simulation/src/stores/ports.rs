//! The types of the ports that the functions run on.

use super::{Parked, Views};
use crate::defects::{Log, TotalsStore};
use crate::hints::{Batches, SimBus};
use crate::world::Host;
use foldlog_testing::faulty::FaultyBus;

/// The bus of a run.
pub(crate) type Bus = FaultyBus<SimBus>;

/// The ports of a run.
pub(crate) struct Simulated;

impl reconcile::Ports for Simulated {
    type Log = Log;
    type Views = Views;
    type TotalsStore = TotalsStore;
    type Parked = Parked;
    type Host = Host;
    type Bus = Bus;
    type Batches = Batches;
}
