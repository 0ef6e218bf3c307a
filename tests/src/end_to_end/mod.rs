//! One suite for any shop, over HTTP. Each run uses new names, so you can run it repeatedly on a shop that is in use.
//! It waits for results that appear later.
//!
//! [`Site`] is the tested shop, with its `tokens` and its log's `table`; `goods` has the products to buy. Each story is
//! a function.

mod goods;
mod site;
mod stories;
mod table;
mod tokens;

pub use site::Site;
pub use stories::{
    a_cancelled_order_gives_its_goods_back, a_repeated_command_answers_as_the_first_time,
    an_order_comes_from_an_account_to_its_delivery, bad_input_and_strangers_are_refused_and_leave_nothing,
    what_no_warehouse_has_fails_the_order_and_releases_the_rest,
};
