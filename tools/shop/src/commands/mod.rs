//! The commands, with a file for each: its arguments and its work.

mod account;
mod catalogue;
mod diff;
mod doctor;
mod erase;
mod events;
mod export;
mod import;
mod openapi;
mod parked;
mod projections;
mod provider;
mod reconcile;
mod seed;
mod serve;
mod snapshots;
mod state;
mod streams;
mod token;
mod trace;
mod verify;

use crate::failure::Failure;
use crate::global::Global;

/// A command.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Serve(serve::Serve),
    Provider(provider::Provider),
    Token(token::Token),
    Seed(seed::Seed),
    #[command(subcommand)]
    Events(events::Events),
    #[command(subcommand)]
    Streams(streams::Streams),
    Snapshots(snapshots::Snapshots),
    State(state::State),
    Diff(diff::Diff),
    Trace(trace::Trace),
    #[command(subcommand)]
    Parked(parked::Parked),
    Account(account::Account),
    Erase(erase::Erase),
    #[command(subcommand)]
    Projections(projections::Projections),
    Doctor(doctor::Doctor),
    Reconcile(reconcile::Reconcile),
    Verify(verify::Verify),
    Export(export::Export),
    Import(import::Import),
    Openapi(openapi::Openapi),
    Catalogue(catalogue::Catalogue),
}

impl Command {
    /// Runs the command.
    pub(crate) async fn run(&self, global: &Global) -> Result<(), Failure> {
        match self {
            Self::Serve(command) => command.run(global).await,
            Self::Provider(command) => command.run(global).await,
            Self::Token(command) => command.run(global).await,
            Self::Seed(command) => command.run(global).await,
            Self::Events(events::Events::Tail(command)) => command.run(global).await,
            Self::Streams(command) => command.run(global).await,
            Self::Snapshots(command) => command.run(global).await,
            Self::State(command) => command.run(global).await,
            Self::Diff(command) => command.run(global).await,
            Self::Trace(command) => command.run(global).await,
            Self::Parked(command) => command.run(global).await,
            Self::Account(command) => command.run(global).await,
            Self::Erase(command) => command.run(global).await,
            Self::Projections(command) => command.run(global).await,
            Self::Doctor(command) => command.run(global).await,
            Self::Reconcile(command) => command.run(global).await,
            Self::Verify(command) => command.run(global).await,
            Self::Export(command) => command.run(global).await,
            Self::Import(command) => command.run(global).await,
            Self::Openapi(command) => command.run(global),
            Self::Catalogue(command) => command.run(global),
        }
    }
}
