//! Cursors of lists: sealed, and of use for one caller on one list only. A forged one is refused before anything is read.

use crate::shop::product;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use foldlog::seal::Key;
use foldlog::{Digest, Randomness};
use foldlog_lambda::SystemHost;
use foldlog_lambda::http::cursor::OWNER;
use std::collections::BTreeMap;
use tests::{Client, Shop};

/// A shop with lists of more than one page, and a cursor of the list of a product's events.
async fn shop_with_lists() -> (Shop, String) {
    let shop = Shop::start().await;
    for sku in ["cup", "mug", "pot"] {
        product(&shop, sku, 1_299, &[("berlin", 10)]).await;
    }
    shop.host.settled().await;
    let cursor = cursor_of(&shop.staff(), "/products/mug/events?limit=1").await;
    (shop, cursor)
}

async fn cursor_of(client: &Client, list: &str) -> String {
    let page = client.get(list).await.expect(200).body;
    let next = page["next"].as_str().expect("a next page");
    next.split_once("cursor=").expect("a cursor").1.to_owned()
}

/// The requests of the functions that answer lists.
fn asked(shop: &Shop) -> BTreeMap<(String, String), u64> {
    let mut requests = shop.host.requests();
    requests.retain(|(function, _), _| ["queries", "operations"].contains(&function.as_str()));
    requests
}

/// Sends each cursor to a list: all are refused, and a warm function asks for nothing.
async fn refused(shop: &Shop, client: &Client, list: &str, cursors: impl IntoIterator<Item = String>) {
    let before = asked(shop);
    for cursor in cursors {
        let joint = if list.contains('?') { '&' } else { '?' };
        let answer = client.get(&format!("{list}{joint}cursor={cursor}")).await.expect(422);
        assert_eq!(answer.problem(), Some("invalid-request"), "{list} {cursor}");
        assert_eq!(answer.body["errors"][0]["parameter"], "cursor", "{list} {cursor}");
    }
    assert_eq!(asked(shop), before, "{list}");
}

/// Each form of a cursor with one bit less, or one bit changed.
fn damaged(cursor: &str) -> Vec<String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
    let mut forms: Vec<String> = (0..bytes.len() * 8)
        .map(|bit| {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            BASE64_URL_SAFE_NO_PAD.encode(flipped)
        })
        .collect();
    forms.extend((0..bytes.len()).map(|length| BASE64_URL_SAFE_NO_PAD.encode(&bytes[..length])));
    forms.extend((0..cursor.len()).map(|length| cursor[..length].to_owned()));
    forms.extend([format!("{cursor}A"), format!("{cursor}="), format!("{cursor}%00"), "A".repeat(4_000)]);
    forms
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_cursor_is_refused_before_anything_is_read() {
    let (shop, cursor) = shop_with_lists().await;
    let staff = shop.staff();
    let page = staff.get(&format!("/products/mug/events?limit=1&cursor={cursor}")).await.expect(200).body;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let content = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    assert!(!String::from_utf8_lossy(&content).contains("mug"), "it shows nothing");
    refused(&shop, &staff, "/products/mug/events?limit=1", damaged(&cursor)).await;
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_is_of_one_list_one_filter_and_one_caller() {
    let (shop, cursor) = shop_with_lists().await;
    let (staff, anyone, operator) = (shop.staff(), shop.anyone(), shop.operator());
    let of_all = cursor_of(&anyone, "/catalogue?limit=1").await;
    let of_streams = cursor_of(&operator, "/ops/streams?limit=1").await;
    let colleague = shop.client_with("staff:sue", "shop/staff", &serde_json::Value::Null);
    for (client, list, cursor) in [
        (&staff, "/products/cup/events", &cursor),
        (&staff, "/products/mug/events?order=asc", &cursor),
        (&colleague, "/products/mug/events", &cursor),
        (&anyone, "/catalogue", &cursor),
        (&anyone, "/catalogue?category=kitchen", &of_all),
        (&staff, "/products/mug/events", &of_all),
        (&operator, "/ops/parked", &of_streams),
        (&shop.client_with("operator:otto", "shop/operator", &serde_json::Value::Null), "/ops/streams", &of_streams),
    ] {
        refused(&shop, client, list, [cursor.clone()]).await;
    }
    // Another size of its pages makes no other list.
    let _ = staff.get(&format!("/products/mug/events?limit=2&cursor={cursor}")).await.expect(200);
    shop.stop().await;
}

/// A cursor as the shop makes them, with a key of the forger's choice.
fn forged(key: &Key, list: &[&str; 3], from: &str) -> String {
    let number = SystemHost.bits();
    let [path, subject, filter] = list;
    let content = [&i64::MAX.to_be_bytes()[..], from.as_bytes()].concat();
    let one_time = key.derive(&["cursor", &format!("{number:032x}")]);
    let sealed = one_time.seal(&SystemHost, &["cursor/1", path, subject, filter], &content);
    BASE64_URL_SAFE_NO_PAD.encode([&number.to_be_bytes()[..], &sealed].concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_that_is_sealed_with_a_key_that_everybody_knows_is_refused() {
    let (shop, _) = shop_with_lists().await;
    let (anyone, list) = (shop.anyone(), ["/catalogue", "anyone", ""]);
    let own = shop.key_of(OWNER).await.expect("the shop has made one");
    let page = anyone.get(&format!("/catalogue?cursor={}", forged(&own.key, &list, "cup"))).await.expect(200).body;
    assert_eq!(page["items"][0]["sku"], "mug", "this is how they are made");
    let _ = cursor_of(&anyone, "/catalogue?limit=1").await;
    let known = [
        Key::new([0; 32]),
        Key::new(Digest::of_text(OWNER).0),
        Key::new(Digest::of_text("/catalogue").0),
        Key::new([0xff; 32]),
    ];
    refused(&shop, &anyone, "/catalogue", known.map(|key| forged(&key, &list, "cup"))).await;
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_one_page_and_a_cursor_that_is_none_need_no_key() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    shop.host.settled().await;
    let anyone = shop.anyone();
    assert_eq!(anyone.get("/catalogue").await.expect(200).body["next"], serde_json::Value::Null);
    refused(&shop, &anyone, "/catalogue", ["x".to_owned(), "A".repeat(2_049)]).await;
    let keys = ["GetItem", "PutItem", "Decrypt", "GenerateDataKey"];
    let asked = asked(&shop).into_keys().filter(|(_, operation)| keys[1..].contains(&operation.as_str()));
    assert_eq!(asked.count(), 0);
    assert!(shop.key_of(OWNER).await.is_none(), "none was made");
    shop.stop().await;
}
