//! What happened to things: who, when, what and why, page by page from either end.

use crate::shop::{cart, ordered, product};
use serde_json::{Value, json};
use tests::{Client, Shop};

/// All events under a path, with this number on a page.
async fn turned(client: &Client, path: &str, order: &str, limit: usize) -> Vec<Value> {
    let (mut events, mut next) = (vec![], Some(format!("{path}?order={order}&limit={limit}")));
    while let Some(path) = next {
        let page = client.get(&path).await.expect(200).body;
        let items = page["items"].as_array().unwrap();
        assert!(!items.is_empty() && items.len() <= limit, "{} on a page of {limit}", items.len());
        assert!(items.len() == limit || page["next"] == Value::Null, "a page that another follows is full");
        events.extend(items.clone());
        assert!(events.len() < 1_000, "pages that come to no end");
        next = page["next"].as_str().map(ToOwned::to_owned);
    }
    events
}

fn texts<'a>(events: &'a [Value], field: &str) -> Vec<&'a str> {
    events.iter().map(|event| event[field].as_str().unwrap_or("-")).collect()
}

/// A shop in which alice has an order that was shipped, with its shipment.
async fn shipped(shop: &Shop, alice: &Client) -> (String, String) {
    product(shop, "mug", 1_299, &[("berlin", 10)]).await;
    let cart = cart(alice, &[("mug", 2)]).await;
    let _ = ordered(alice, &cart, &["CONFIRMED"]).await;
    let _ = shop.staff().post(&format!("/orders/{cart}/ship"), json!({})).await.expect(202);
    shop.host.settled().await;
    let shipments = alice.get(&format!("/orders/{cart}")).await.expect(200).body["shipments"].clone();
    (cart, shipments[0].as_str().unwrap().to_owned())
}

async fn account_of(customer: &Client) -> String {
    let profile = json!({ "name": "alice", "email": "alice@example.org" });
    customer.post("/accounts", profile).await.header("location").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_is_turned_over_from_either_end_in_pages_of_any_size() {
    let shop = Shop::start().await;
    let alice = shop.customer_with_account("alice").await;
    let (order, shipment) = shipped(&shop, &alice).await;
    let (staff, operator) = (shop.staff(), shop.operator());
    let account = account_of(&alice).await;
    let trails = [
        (&alice, format!("/carts/{order}"), format!("cart-{order}")),
        (&alice, format!("/orders/{order}"), format!("order-{order}")),
        (&alice, account.clone(), account[1..].replace("accounts/", "account-")),
        (&staff, account.clone(), account[1..].replace("accounts/", "account-")),
        (&staff, "/products/mug".to_owned(), "product-mug".to_owned()),
        (&staff, "/stock/berlin/mug".to_owned(), "stock-berlin.mug".to_owned()),
        (&staff, format!("/shipments/{shipment}"), format!("shipment-{shipment}")),
    ];
    for (client, path, stream) in trails {
        let log = operator.get(&format!("/ops/streams/{stream}")).await.expect(200).body["items"].clone();
        let log = log.as_array().unwrap();
        let path = format!("{path}/events");
        for limit in [1, 2, 3, 100] {
            let oldest_first = turned(client, &path, "asc", limit).await;
            for field in ["id", "at", "type", "version", "correlation", "causation"] {
                let of = |events: &[Value]| events.iter().map(|event| event[field].clone()).collect::<Vec<_>>();
                assert_eq!(of(&oldest_first), of(log), "{path}: {field}");
            }
            let mut newest_first = turned(client, &path, "desc", limit).await;
            newest_first.reverse();
            assert_eq!(newest_first, oldest_first, "{path}");
        }
        let usual = client.get(&path).await.expect(200).body;
        assert_eq!(usual["items"][0]["version"], json!(log.len()), "the newest first");
    }
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_sees_who_acted_by_role_and_the_staff_by_name() {
    let shop = Shop::start().await;
    let alice = shop.customer_with_account("alice").await;
    let (order, _) = shipped(&shop, &alice).await;
    let of_order = turned(&alice, &format!("/orders/{order}/events"), "asc", 100).await;
    let by = |name: &str| {
        let event = of_order.iter().find(|event| event["type"] == name).unwrap();
        (event["actor"].as_str().unwrap(), event["causation"].is_string())
    };
    assert_eq!(by("OrderPlaced"), ("shop", true));
    assert_eq!(by("OrderShipped"), ("staff", false));
    let of_cart = turned(&alice, &format!("/carts/{order}/events"), "asc", 100).await;
    assert_eq!(texts(&of_cart, "type"), ["CartOpened", "ItemAdded", "CartCheckedOut"]);
    assert_eq!(texts(&of_cart, "actor"), ["customer:alice"; 3]);

    let account = account_of(&alice).await;
    let seen = turned(&alice, &format!("{account}/events"), "asc", 100).await;
    assert_eq!(texts(&seen, "actor"), ["customer:alice", "staff", "staff", "customer:alice", "customer:alice"]);
    let by_staff = shop.staff().get(&format!("{account}/events?order=asc&reveal=why")).await.expect(200).body;
    let by_staff = by_staff["items"].as_array().unwrap().clone();
    let id = account.rsplit('/').next().unwrap();
    let expected = [id, "staff:sam", "staff:sam", id, id];
    assert_eq!(texts(&by_staff, "actor"), expected);
    let of_stock = turned(&shop.staff(), "/stock/berlin/mug/events", "asc", 100).await;
    assert_eq!(texts(&of_stock, "actor")[..2], ["staff:sam", "stock-reactions"]);
    for trail in [&of_order, &of_cart, &seen, &by_staff] {
        let told = serde_json::to_string(trail).unwrap();
        assert!(!told.contains("tok_ok"), "what charges a card is not shown: {told}");
    }
    assert_eq!(by_staff[3]["data"]["last4"], "4242");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_is_shown_to_whom_it_concerns_and_is_asked_for_in_its_own_words() {
    let shop = Shop::start().await;
    let alice = shop.customer_with_account("alice").await;
    let bob = shop.customer("bob");
    let (order, shipment) = shipped(&shop, &alice).await;
    let account = account_of(&alice).await;
    let (of_cart, of_order) = (format!("/carts/{order}/events"), format!("/orders/{order}/events"));
    for path in [&of_cart, &of_order, &format!("{account}/events")] {
        assert_eq!(bob.get(path).await.expect(404).problem(), Some("not-found"));
    }
    let staffs = ["/products/mug/events", "/stock/berlin/mug/events"].map(ToOwned::to_owned);
    for path in staffs.iter().chain([&format!("/shipments/{shipment}/events")]) {
        let _ = alice.get(path).await.expect(403);
        let _ = shop.staff().get(path).await.expect(200);
    }
    let staff = shop.staff();
    let nobody = "0".repeat(32);
    for path in ["/products/none/events", "/stock/berlin/none/events", &format!("/accounts/{nobody}/events")] {
        assert_eq!(staff.get(path).await.expect(404).problem(), Some("not-found"), "{path}");
    }
    let _ = alice.get(&format!("/orders/{nobody}/events")).await.expect(404);
    let _ = shop.anyone().get(&of_cart).await.expect(401);
    for (query, parameter) in [
        ("order=up", "order"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
        ("after=1", "after"),
    ] {
        let refused = alice.get(&format!("{of_order}?{query}")).await.expect(422);
        assert_eq!(refused.body["errors"][0]["parameter"], parameter, "{query}");
    }
    let page = alice.get(&format!("{of_order}?order=asc&limit=1")).await.expect(200).body;
    let next = page["next"].as_str().unwrap();
    for (client, foreign) in
        [(&alice, next.replace("order=asc", "order=desc")), (&alice, next.replace("/orders/", "/carts/"))]
    {
        let refused = client.get(&foreign).await.expect(422);
        assert_eq!(refused.body["errors"][0]["parameter"], "cursor", "a cursor is of one list: {foreign}");
    }
    shop.host.stop().await;
}
