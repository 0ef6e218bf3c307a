//! What an order costs: `count` counts what it takes, `figures` is what was counted and the budget, `prices` and
//! `limits` are lists with a date, `inventory` is what the template declares. `bill` is a month, `scale` a second, `shown`
//! how both look, and `docs` puts them into the repository's pages.

mod bill;
mod count;
mod docs;
mod figures;
mod inventory;
mod limits;
mod prices;
mod scale;
mod shown;

pub(crate) use bill::{Assumptions, BillError, Rates};
pub(crate) use count::{STEPS, count};
pub(crate) use docs::{DocsError, write_pages};
pub(crate) use figures::Figures;
pub(crate) use inventory::Inventory;
pub(crate) use limits::Limits;
pub(crate) use prices::{LISTED, Prices};
pub(crate) use scale::{ScaleError, needs};
pub(crate) use shown::{bill_table, scale_table, summary};
