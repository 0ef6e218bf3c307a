//! `shop projections`: the read models as a whole.

mod as_of;

use crate::arguments::Global;
use crate::failure::Failure;

/// Look at the read models as a whole
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Projections {
    AsOf(as_of::AsOf),
}

impl Projections {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        match self {
            Self::AsOf(command) => command.run(global).await,
        }
    }
}
