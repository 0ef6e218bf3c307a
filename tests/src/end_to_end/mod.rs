//! One suite for any shop: over HTTP, with names of its own in each run, so that it can be run again on a shop that is
//! lived in. What follows later is awaited.
//!
//! [`Site`] is the shop that is tried, with `tokens` for it and its log's `table`; `goods` are what is bought there. Each
//! story is a function.

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
