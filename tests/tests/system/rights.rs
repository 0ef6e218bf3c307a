//! Every right of every function, both ways: nothing that a function asks for is refused, and nothing is granted that
//! no function asks for.

use tests::Shop;
use tests::end_to_end::{self, Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_function_may_do_what_it_does_and_nothing_else() {
    let shop = Shop::start().await;
    let site = Site::on(&shop.host).await;
    end_to_end::an_order_comes_from_an_account_to_its_delivery(&site).await;
    end_to_end::what_no_warehouse_has_fails_the_order_and_releases_the_rest(&site).await;
    end_to_end::a_cancelled_order_gives_its_goods_back(&site).await;
    end_to_end::a_repeated_command_answers_as_the_first_time(&site).await;
    end_to_end::bad_input_and_strangers_are_refused_and_leave_nothing(&site).await;
    shop.host.settled().await;
    assert!(shop.host.refusals().is_empty(), "{:#?}", shop.host.refusals());
    let unused: Vec<_> = shop.host.unused_rights().into_iter().filter(|(_, unused)| !unused.is_empty()).collect();
    assert!(unused.is_empty(), "{unused:#?}");
    shop.stop().await;
}
