//! `shop projections`: rebuild read models while they are in use, and write them as they were in the past.

mod as_of;
mod rebuild;
mod status;
mod switch;

use crate::failure::Failure;
use crate::global::Global;
pub(super) use status::all;

/// Show, rebuild and switch read models while they are in use
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Projections {
    Status(status::Status),
    Rebuild(rebuild::Rebuild),
    Flip(switch::Flip),
    Rollback(switch::Rollback),
    Cleanup(switch::Cleanup),
    AsOf(as_of::AsOf),
}

impl Projections {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        match self {
            Self::Status(command) => command.run(global).await,
            Self::Rebuild(command) => command.run(global).await,
            Self::Flip(command) => command.run(global).await,
            Self::Rollback(command) => command.run(global).await,
            Self::Cleanup(command) => command.run(global).await,
            Self::AsOf(command) => command.run(global).await,
        }
    }
}
