//! The suite for any shop: at `SHOP_URL`, or on a local host of its own. docs/OPERATING.md tells of the environment.

use tests::end_to_end::{self, Site};

macro_rules! stories {
    ($($story:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $story() {
            let site = Site::of_environment().await;
            end_to_end::$story(&site).await;
            site.leave().await;
        }
    )*};
}

stories![
    an_order_comes_from_an_account_to_its_delivery,
    what_no_warehouse_has_fails_the_order_and_releases_the_rest,
    a_cancelled_order_gives_its_goods_back,
    a_repeated_command_answers_as_the_first_time,
    bad_input_and_strangers_are_refused_and_leave_nothing,
];
