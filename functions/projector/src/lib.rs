//! The projector of the shop's read models ([`foldlog_functions::projector`]).

use foldlog_functions::{Ports, Projector};
use foldlog_lambda::{SettingError, Settings};
use shop_domain::views::read_models;

/// The function.
pub fn function<P: Ports>(ports: &P, _: &Settings) -> Result<Projector<P>, SettingError> {
    ports.projections(read_models().views).map(Projector::new)
}
