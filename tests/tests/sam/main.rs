//! The built functions in containers, as sam runs them on one machine: each payload of `events/` by `sam local invoke`,
//! and the suite for any shop through `sam local start-api`. Needs what `scripts/sam-local.sh` starts it with.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod stack;

use stack::{Sam, Stack};
use std::collections::{BTreeMap, BTreeSet};
use tests::Shop;
use tests::end_to_end::{self, Site};
use tests::payloads::{STORY, folder, function_of, functions_on, payload, silent_host, silent_host_on, timeless};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sam_local_invoke_answers_each_payload_as_the_handlers_do() {
    let Some(sam) = Sam::of_environment() else { return };
    let ((here, at_hand), (mut there, far)) = (silent_host().await, silent_host_on(sam.bridge).await);
    let handlers: BTreeMap<_, _> = functions_on(&here).into_iter().collect();
    let stack = Stack::of(sam, &mut there, "invoke").await;
    let mut invoked = BTreeSet::new();
    for (name, expected) in STORY {
        let answer = stack.invoke(function_of(name), &folder().join(format!("{name}.json"))).await;
        expected.check(&answer);
        let of_handler = handlers[function_of(name)].invoke(payload(name)).await.unwrap();
        assert_eq!(timeless(answer), timeless(of_handler), "{name}");
        invoked.insert(function_of(name));
        println!("sam local invoke {name}: as the handler");
    }
    assert_eq!(invoked.len(), handlers.len(), "every function was tried");
    here.stop().await;
    there.stop().await;
    at_hand.stop().await;
    far.stop().await;
}

/// HTTP goes through sam's gateway to the functions in their containers; what follows, streams, bus, queues and
/// schedules, which sam has none of, the local host delivers to its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stories_are_told_through_sam_local_start_api() {
    let Some(sam) = Sam::of_environment() else { return };
    let mut shop = Shop::start().await;
    let stack = Stack::of(sam, &mut shop.host, "start-api").await;
    let api = stack.start_api().await;
    macro_rules! tell {
        ($($story:ident),* $(,)?) => {$(
            let site = Site::on(&shop.host).await.by_way_of(&api.url);
            end_to_end::$story(&site).await;
            println!("sam local start-api: {}", stringify!($story));
        )*};
    }
    tell![
        an_order_comes_from_an_account_to_its_delivery,
        what_no_warehouse_has_fails_the_order_and_releases_the_rest,
        a_cancelled_order_gives_its_goods_back,
        a_repeated_command_answers_as_the_first_time,
        bad_input_and_strangers_are_refused_and_leave_nothing,
    ];
    drop(api);
    shop.stop().await;
}
