//! The ports of a run, as one process has them.

use crate::defects::{Defect, Forgetful, Provider, way_to};
use crate::hints::{Batches, SimBus};
use crate::keys::Wrap;
use crate::provider::WEBHOOK_SECRET;
use crate::release::Fold;
use crate::stores::{Log, Parked, TotalsStore, Views};
use crate::world::Host;
use foldlog::{Keyring, Subscription};
use foldlog_functions::keys::{KeyPorts, KeyringOn};
use foldlog_functions::ports::Indexed;
use foldlog_functions::secrets::{SecretPorts, Secrets};
use foldlog_functions::{BusPorts, Ports};
use foldlog_lambda::{SettingError, Settings};
use foldlog_testing::faulty::FaultyBus;

/// The bus of a run.
type Bus = FaultyBus<SimBus>;

/// The ports of the functions of one process.
pub(crate) struct Simulated {
    /// The process.
    pub(crate) host: Host,
    /// Whether it knows only the generations of views that are read.
    pub(crate) unaware: bool,
}

impl Ports for Simulated {
    type Log = Log;
    type Views = Views;
    type TotalsStore = TotalsStore;
    type ParkingLot = Parked;
    type Host = Host;

    fn log(&self) -> Result<Log, SettingError> {
        Ok(way_to(&self.host.world.stores.faulty, &self.host))
    }

    fn marked_log(&self) -> Result<Log, SettingError> {
        Ok(way_to(&self.host.world.stores.marked, &self.host))
    }

    fn views(&self, _: impl IntoIterator<Item = Indexed>) -> Result<Views, SettingError> {
        let world = &self.host.world;
        Ok(world.stores.views.clone().mistaken(world.has(Defect::DamageTakenAsPassing)).unaware(self.unaware))
    }

    fn totals_store(&self, _: &str) -> Result<TotalsStore, SettingError> {
        let world = &self.host.world;
        Ok(world.stores.totals_store.clone().unguarded(world.has(Defect::DeltaUnguarded)))
    }

    fn checkpoints(&self, _: &str) -> Result<Views, SettingError> {
        Ok(self.host.world.stores.views.clone())
    }

    fn parked(&self) -> Result<Parked, SettingError> {
        Ok(self.host.world.stores.parked.clone())
    }

    fn host(&self) -> Host {
        self.host.clone()
    }

    /// The folds of the running release.
    fn subscriptions(&self, of_release: Vec<Box<dyn Subscription>>) -> Vec<Box<dyn Subscription>> {
        let fold = |fold| Box::new(Fold { world: self.host.world.clone(), fold }) as Box<dyn Subscription>;
        of_release.into_iter().map(fold).collect()
    }
}

impl KeyPorts for Simulated {
    type KeyStore = Forgetful;
    type KeyWrap = Wrap;

    fn key_store(&self) -> Result<Forgetful, SettingError> {
        Ok(Forgetful::of(&self.host.world))
    }

    fn keyring(&self) -> Result<KeyringOn<Self>, SettingError> {
        Ok(Keyring::new(self.key_store()?, Wrap, self.host.clone()))
    }
}

impl BusPorts for Simulated {
    type Bus = Bus;

    fn bus(&self) -> Result<Bus, SettingError> {
        let world = &self.host.world;
        Ok(FaultyBus::under(SimBus(world.clone()), world.stores.fault_model.clone()))
    }
}

impl reconcile::Ports for Simulated {
    type Batches = Batches;

    fn lost_batches(&self, _: &Settings) -> Result<Batches, SettingError> {
        Ok(Batches(self.host.world.clone()))
    }
}

impl SecretPorts for Simulated {
    type Secrets = Kept;

    fn secrets(&self) -> Kept {
        Kept
    }
}

/// The secrets, which do not change.
pub(crate) struct Kept;

impl Secrets for Kept {
    async fn values(&self, id: &str) -> Result<Vec<String>, foldlog_lambda::Error> {
        let webhooks = (id == shop_composition::SECRET_ARN).then(|| WEBHOOK_SECRET.to_owned());
        Ok(webhooks.into_iter().collect())
    }
}

impl payment_reactions::Ports for Simulated {
    type Provider = Provider;

    fn provider(&self, _: &Settings) -> Result<Provider, SettingError> {
        Ok(Provider::of(&self.host.world))
    }
}
