//! The command `shop-bench`: the event log beside the raw SDK client, on one store and in one run.
//!
//! `store` starts an embedded `DynamoDB` and has the requests of the raw client; `account` is the stream type, and
//! `ours` runs its commands with the event log. A `run` does one `case` after the other. `comparison` runs each in
//! rounds, on streams from `streams`: with one client, a `crowd`, several `processes` that are a `writer` each, or a
//! `replay`. `meter` counts the requests, `processor` measures processor time. `figures` are the results, in
//! `thousandths`; `table` and `plot` show them. `projecting` measures projections, `visible` their delay, `rebuilding`
//! a rebuild, and `live_shop` the commands of customers meanwhile. `settings` measures settings of the client, `schema` a
//! change of a state's shape, `cold` the start of the functions' binaries. The times depend on the machine and on a store that is not the real
//! `DynamoDB`. The counts hold elsewhere, too, and roughly the ratios.

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
mod filling;
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
mod schema;
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
