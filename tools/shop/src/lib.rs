//! The command `shop`: the whole shop on one machine, and what its operators ask of it.
//!
//! `stack` names what is deployed; `arguments` is the command line, `commands` has a file for each command. They reach
//! the shop through `client` alone, over HTTP, as anybody else does; what reads the whole log opens its `tables`, and
//! `table_source` these are.
//! `import` brings an exported log in. `sample` is what `serve --demo` and `seed` fill a shop with, `log` follows and
//! prints events, `bench` measures the event log and the functions' binaries, `cost` counts and prices an order, `idle_host` is
//! a shop where nothing moves by itself, `provider` takes the place of a payment provider, `terminal` knows what is
//! looked at by a person, `shutdown` when the process is to end.

// The benchmarks await the SDK's deep futures through every layer of the shop.
#![recursion_limit = "256"]

mod arguments;
mod bench;
mod client;
mod commands;
mod cost;
mod failure;
mod idle_host;
mod import;
mod log;
mod provider;
mod sample;
mod shutdown;
mod stack;
mod table_source;
mod tables;
mod terminal;

pub use idle_host::{SilentError, host as silent_host};
pub use provider::Provider;
pub use stack::{TEMPLATE, functions, logical_id, parameters};
pub use tables::{NoTable, Tables};

use arguments::Arguments;
use clap::Parser;
use failure::Failure;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Runs the command line of this process: 0 done, 1 failed, 2 used wrongly, 3 found a difference, 4 not found, 5 in conflict.
pub async fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => {
            let code = u8::try_from(usage.exit_code()).unwrap_or(2);
            // Where the terminal is gone, nobody is left to tell.
            let _ = usage.print();
            return ExitCode::from(code);
        }
    };
    trace(arguments.command.usual_filter());
    match arguments.command.run(&arguments.global).await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has enough, as `head` does.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::complain(&failure.to_string());
            failure.exit_code()
        }
    }
}

/// What the program itself notes goes to stderr; `RUST_LOG` says how much of it.
fn trace(usual: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
}
