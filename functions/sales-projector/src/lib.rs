//! The sales projector: it adds each order that moved to the totals of its days, in whatever order its queue delivers.

use foldlog_functions::Ports;
use foldlog_functions::ports::HintsOn;
use foldlog_lambda::queue::Hints;
use foldlog_lambda::{SettingError, Settings};
use shop_domain::views::sales;

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<HintsOn<P>, SettingError> {
    ports.totals(sales::NAME, sales::totals()).map(Hints)
}
