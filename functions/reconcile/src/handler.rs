//! The handler and what it stands on.

use crate::ports::Ports;
use crate::waiting;
use foldlog_functions::ports::{ProjectionsOn, TotalsOn};
use foldlog_functions::{Projector, Relay};
use foldlog_lambda::{SettingError, Settings};
use shop_domain::views::{ReadModels, read_models, sales};

/// The handler.
pub struct Reconcile<P: Ports> {
    /// What follows the log for the per-stream views.
    pub(crate) projector: Projector<P>,
    /// What publishes the log. Hints are repeated where it publishes.
    pub(crate) relay: Relay<P>,
    /// What adds the log to the totals.
    pub(crate) sales: TotalsOn<P>,
    /// The log as reactions on stock see it.
    pub(crate) stock: P::Log,
    /// The processes and carts that wait for something.
    pub(crate) waiting: P::Views,
    /// What Lambda gave up on.
    pub(crate) lost: P::Batches,
}

/// The function. Runs that find nothing waiting or lost do without the bus.
pub fn function<P: Ports>(ports: &P, settings: &Settings) -> Result<Reconcile<P>, SettingError> {
    let ReadModels { views, totals } = read_models();
    Ok(Reconcile {
        projector: Projector::new(ports.projections(views)?),
        relay: Relay::new(ports, ports.seldom_bus()?, settings.text("EVENT_SOURCE")?)?,
        sales: ports.totals(sales::NAME, totals)?,
        stock: ports.marked_log()?,
        waiting: ports.views(waiting::VIEWS)?,
        lost: ports.lost_batches(settings)?,
    })
}

impl<P: Ports> Reconcile<P> {
    /// The folds.
    pub const fn folds(&self) -> &ProjectionsOn<P> {
        self.projector.folds()
    }
}
