//! The command `shop-bench`: the event log beside the raw SDK client, on one store and in one run.
//!
//! `store` starts an embedded `DynamoDB` and speaks to it as one does without an event log; `account` is the stream
//! type that is benched, `ours` what its commands are carried out by. A `run` does one `case` after the other: `comparison`
//! runs each in rounds, on streams from `streams`: one client, or a `crowd`, or `processes` of which each is a `writer`, or a
//! `replay`. `meter` counts the requests, `processor` the time of it; `figures` are what comes out, in `thousandths`, which
//! `table` and `plot` show. `projecting` is what follows the log, `visible` how soon, `rebuilding` what makes rows anew,
//! and `live_shop` what is left for a shop's customers meanwhile. `settings` weighs those of the client, `cold` starts the
//! functions' binaries. Times are those of one machine and a store that is no `DynamoDB`: what holds elsewhere are the
//! counts, and by and large the ratios.

// The benchmarks await the SDK's deep futures through every layer of the shop.
#![recursion_limit = "256"]

mod account;
mod arguments;
mod case;
mod cold;
mod comparison;
mod crowd;
mod error;
mod failure;
mod figures;
mod live_shop;
mod machine;
mod meter;
mod ours;
mod plot;
mod processes;
mod processor;
mod projecting;
mod rebuilding;
mod replay;
mod run;
mod settings;
mod store;
mod streams;
mod table;
mod thousandths;
mod visible;
mod writer;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match shop_terminal::arguments::<arguments::Bench>() {
        Ok(bench) => {
            shop_terminal::trace(shop_terminal::LevelFilter::WARN);
            shop_terminal::ended(bench.run().await)
        }
        Err(code) => code,
    }
}
