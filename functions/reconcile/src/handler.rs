//! The handler of the schedules and its ports.

use crate::parts::Parts;
use crate::ports::Ports;
use crate::waiting;
use foldlog_functions::ports::{ProjectionsOn, TotalsOn};
use foldlog_functions::{Projector, Relay};
use foldlog_lambda::{SettingError, Settings};
use shop_domain::views::{ReadModels, read_models, sales};
use std::time::Duration;

/// The handler of the schedules.
pub struct Reconcile<P: Ports> {
    /// Folds the log into the per-stream views.
    pub(crate) projector: Projector<P>,
    /// Publishes the log. Repeated hints go the same way.
    pub(crate) relay: Relay<P>,
    /// Adds the log to the totals.
    pub(crate) sales: TotalsOn<P>,
    /// The log as reactions on stock see it.
    pub(crate) stock: P::Log,
    /// The views that know which streams wait, and which moved.
    pub(crate) waiting: P::Views,
    /// The batches that Lambda gave up on.
    pub(crate) lost: P::Batches,
    /// How often the parts of the daily run come round.
    pub(crate) parts: Parts,
}

/// The handler of the schedules.
pub fn scheduled<P: Ports>(ports: &P, settings: &Settings) -> Result<Reconcile<P>, SettingError> {
    let ReadModels { views, totals } = read_models();
    Ok(Reconcile {
        projector: Projector::new(ports.projections(views)?),
        relay: Relay::new(ports, ports.seldom_bus()?, settings)?,
        sales: ports.totals(sales::NAME, totals)?,
        stock: ports.marked_log()?,
        waiting: ports.views(waiting::VIEWS)?,
        lost: ports.lost_batches(settings)?,
        parts: Parts { whole_every: Duration::from_hours(24 * settings.parse::<u64>("WHOLE_EVERY_DAYS")?) },
    })
}

impl<P: Ports> Reconcile<P> {
    /// The per-stream folds.
    pub const fn folds(&self) -> &ProjectionsOn<P> {
        self.projector.folds()
    }
}
