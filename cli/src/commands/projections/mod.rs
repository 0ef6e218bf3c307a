//! `shop projections`: the read models, made anew while they are in use.

mod rebuild;
mod shown;
mod status;
mod switch;

use crate::arguments::Global;
use crate::failure::Failure;
pub(super) use status::all;

/// See how the read models are, and make them anew while they are in use
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Projections {
    Status(status::Status),
    Rebuild(rebuild::Rebuild),
    Flip(switch::Flip),
    Rollback(switch::Rollback),
    Cleanup(switch::Cleanup),
}

impl Projections {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        match self {
            Self::Status(command) => command.run(global).await,
            Self::Rebuild(command) => command.run(global).await,
            Self::Flip(command) => command.run(global).await,
            Self::Rollback(command) => command.run(global).await,
            Self::Cleanup(command) => command.run(global).await,
        }
    }
}
