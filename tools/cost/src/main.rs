//! The command `shop-cost`: what an order costs, and how many of them there may be.
//!
//! `count` counts what an order takes, `figures` is what was counted and the budget, `prices` and `limits` are lists with a
//! date, `inventory` is what the template declares. `bill` is a month, `scale` a second, `shown` how both look, and `docs`
//! puts them into the repository's pages.

mod arguments;
mod bill;
mod count;
mod docs;
mod failure;
mod figures;
mod inventory;
mod limits;
mod prices;
mod scale;
mod shown;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match shop_terminal::arguments::<arguments::Cost>() {
        Ok(cost) => {
            shop_terminal::trace(shop_terminal::LevelFilter::WARN);
            shop_terminal::ended(cost.run().await)
        }
        Err(code) => code,
    }
}
