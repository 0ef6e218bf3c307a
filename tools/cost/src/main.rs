//! The command `shop-cost`: the cost of an order, and the limits of the order rate.
//!
//! `count` counts the usage of an order, `figures` has the result and the budget, `prices` and `limits` are dated
//! lists, `inventory` reads the template. `bill` computes a month, `worst` an hour at the throttle and `scale` a
//! second; `shown` prints them, and `docs` writes them into the repository's pages.

mod arguments;
mod bill;
mod count;
mod dashboard;
mod docs;
mod failure;
mod figures;
mod inventory;
mod left_out;
mod limits;
mod prices;
mod scale;
mod shown;
mod worst;

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
