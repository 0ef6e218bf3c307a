//! The command `shop`: it runs the whole shop on one machine, and has the commands of its operators.
//!
//! `arguments` is the command line, `global` has the options of every command, and `commands` has a file for each
//! command. Commands use the shop's public HTTP API. Only those that read the whole log open its tables, which
//! `table_source` finds; the doctor of a stack asks AWS, through `aws`. `import` imports an exported log, `log` follows
//! and prints events, `pages` reads lists, `terminal` prints, `shutdown` waits for signals, and `failure` has the errors
//! and exit codes.

mod arguments;
mod aws;
mod commands;
mod failure;
mod global;
mod import;
mod keys;
mod log;
mod pages;
mod report;
mod shutdown;
mod table_source;
mod terminal;

use arguments::Arguments;
use std::process::ExitCode;

/// Runs the command line of this process: 0 done, 1 failed, 2 used wrongly, 3 found a difference, 4 not found, 5 in
/// conflict.
pub async fn run() -> ExitCode {
    match shop_terminal::arguments::<Arguments>() {
        Ok(arguments) => {
            shop_terminal::trace(shop_terminal::LevelFilter::WARN);
            shop_terminal::ended(arguments.command.run(&arguments.global).await)
        }
        Err(code) => code,
    }
}
