//! The command `shop`: the whole shop on one machine, and what its operators ask of it.
//!
//! `arguments` is the command line, `global` what every command takes, and `commands` has a file for each command. They
//! reach the shop through its HTTP API alone, as anybody else does; what reads the whole log opens its tables, and
//! `table_source` says which these are. `import` brings an exported log in, `log` follows and prints events, `terminal`
//! prints, `shutdown` says when the process is to end, and `failure` how.

mod arguments;
mod commands;
mod failure;
mod global;
mod import;
mod log;
mod shutdown;
mod table_source;
mod terminal;

use arguments::Arguments;
use std::process::ExitCode;

/// Runs the command line of this process: 0 done, 1 failed, 2 used wrongly, 3 found a difference, 4 not found, 5 in conflict.
pub async fn run() -> ExitCode {
    match shop_terminal::arguments::<Arguments>() {
        Ok(arguments) => {
            shop_terminal::trace(shop_terminal::LevelFilter::WARN);
            shop_terminal::ended(arguments.command.run(&arguments.global).await)
        }
        Err(code) => code,
    }
}
