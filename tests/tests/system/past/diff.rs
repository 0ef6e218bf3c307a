//! What changed between two versions or moments, and the streams by when they moved.

use super::histories::{History, at};
use crate::shop::{cart, product};
use serde_json::{Value, json};
use tests::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_diff_names_each_place_with_what_stood_there_before_and_after() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let (staff, operator) = (shop.staff(), shop.operator());
    let price = json!({ "price": { "amount": 999, "currency": "EUR" } });
    let _ = staff.post("/products/mug/price", price).await.expect(200);
    let path = "/ops/streams/product-mug/diff";
    let diff = operator.get(&format!("{path}?from=2&to=3")).await.expect(200).body;
    let change = json!({ "path": "/listed/price/amount", "before": 1_299, "after": 999 });
    assert_eq!(diff["changes"], json!([change]));
    assert_eq!((&diff["from"]["version"], &diff["to"]["version"]), (&json!(2), &json!(3)));
    let history = History::of(&operator, "product-mug").await;
    assert_eq!((&diff["from"]["at"], &diff["to"]["at"]), (&history.events[1]["at"], &history.events[2]["at"]));

    let back = operator.get(&format!("{path}?from=3&to=2")).await.expect(200).body;
    assert_eq!(back["changes"], json!([{ "path": "/listed/price/amount", "before": 999, "after": 1_299 }]));
    let none = operator.get(&format!("{path}?from=3")).await.expect(200).body;
    assert_eq!(none["changes"], json!([]), "up to now by default");
    let listed = operator.get(&format!("{path}?from=1&to=2")).await.expect(200).body;
    let listed = listed["changes"].as_array().unwrap();
    let [gone, come] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!((&gone["path"], gone.get("after")), (&json!("/unlisted"), None), "what is not there is left out");
    assert_eq!((&come["path"], come.get("before")), (&json!("/listed"), None));

    let moments = history.moments();
    let (first, last) = (at(moments[0].0, 1), at(moments[moments.len() - 1].0, 2));
    let whole = operator.get(&format!("{path}?from={first}&to={last}")).await.expect(200).body;
    assert_eq!(whole, operator.get(&format!("{path}?from=0&to=3")).await.expect(200).body);
    assert_eq!(whole["from"], json!({ "version": 0 }), "before the first event");
    assert_eq!(whole["changes"][0]["before"], "unregistered");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_diff_needs_two_places_of_a_stream_that_exists() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[]).await;
    let operator = shop.operator();
    for (query, parameter) in [("", "from"), ("?to=1", "from"), ("?from=lately", "from"), ("?from=1&to=-", "to")] {
        let refused = operator.get(&format!("/ops/streams/product-mug/diff{query}")).await.expect(422);
        assert_eq!(refused.body["errors"][0]["parameter"], parameter, "{query}");
    }
    let beyond = operator.get("/ops/streams/product-mug/diff?from=1&to=9").await.expect(409);
    assert_eq!(beyond.problem(), Some("version-beyond-head"));
    let _ = operator.get("/ops/streams/product-none/diff?from=0&to=0").await.expect(404);
    let _ = operator.get("/ops/streams/unknown-1/diff?from=0").await.expect(404);
    let _ = shop.staff().get("/ops/streams/product-mug/diff?from=0").await.expect(403);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_are_listed_by_when_they_moved_last() {
    let shop = Shop::start().await;
    for sku in ["mug", "pot", "tea"] {
        product(&shop, sku, 1_299, &[("berlin", 1)]).await;
    }
    let cart = cart(&shop.customer("alice"), &[("mug", 1)]).await;
    let _ = shop.staff().post("/products/mug/delist", json!({})).await.expect(200);
    shop.host.settled().await;
    let operator = shop.operator();
    let (mut listed, mut path) = (vec![], "/ops/streams?limit=2".to_owned());
    loop {
        let page = operator.get(&path).await.expect(200).body;
        listed.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = next.to_owned();
    }
    let names: Vec<_> = listed.iter().map(|stream| stream["stream"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names[..2], ["product-mug".to_owned(), format!("cart-{cart}")]);
    assert_eq!(names.len(), 7, "each once: {names:?}");
    assert_eq!(listed[0]["version"], 3);
    let moved = |stream: &Value| stream["moved_at"].as_str().unwrap().to_owned();
    assert!(listed.windows(2).all(|pair| moved(&pair[0]) >= moved(&pair[1])), "{listed:?}");
    let one = operator.get("/ops/streams?limit=100").await.expect(200).body;
    assert_eq!((one["items"].as_array(), one.get("next")), (Some(&listed), None));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_s_events_are_read_from_any_version_on() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = crate::shop::ordered(&alice, &cart, &["CONFIRMED"]).await;
    shop.host.settled().await;
    let (operator, stream) = (shop.operator(), format!("fulfilment-{cart}"));
    let whole = History::of(&operator, &stream).await.events;
    assert!(whole.len() > 8, "{}", whole.len());
    for after in 0..=whole.len() + 1 {
        let page = operator.get(&format!("/ops/streams/{stream}?after={after}&limit=3")).await.expect(200).body;
        let rest = whole.get(after..).unwrap_or_default();
        assert_eq!(page["items"].as_array().unwrap(), &rest[..rest.len().min(3)], "behind {after}");
        let next = (rest.len() > 3).then(|| format!("/ops/streams/{stream}?after={}&limit=3", after + 3));
        assert_eq!(page["next"].as_str(), next.as_deref());
    }
    let _ = operator.get(&format!("/ops/streams/{stream}?after=18446744073709551615")).await.expect(200);
    let _ = operator.get("/ops/streams/cart-none").await.expect(404);
    shop.host.stop().await;
}
