//! What a customer may do with their data, and what the staff and operators see of them.

use crate::shop::{cart, ordered, product};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, Shop};

async fn delete(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    client.send(Method::DELETE, path, None, headers).await
}

/// Who read the account, on which route and why, in order.
async fn readings(shop: &Shop, account: &str) -> Vec<(String, Value, Value)> {
    let stream = account.replace("/accounts/", "/ops/streams/access-");
    let found = shop.operator().get(&stream).await.expect_one_of(&[200, 404]);
    let events = found.body["items"].as_array().cloned().unwrap_or_default();
    let reading = |event: &Value| {
        let (data, actor) = (&event["data"], event["actor"].as_str().unwrap().to_owned());
        assert_eq!(event["type"] == "PersonalDataRevealed", data["reason"].is_string());
        (actor, data["route"].clone(), data["reason"].clone())
    };
    events.iter().map(reading).collect()
}

fn is_shut(account: &Value) -> bool {
    let hidden = [&account["name"], &account["email"], &account["addresses"][0]["city"], &account["cards"][0]["last4"]];
    account["personal"] == "SEALED" && hidden.iter().all(|value| value.is_null())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_staff_and_operators_see_personal_data_for_a_reason_that_is_recorded() {
    let shop = Shop::start().await;
    let alice = shop.customer_with_account("alice").await;
    let (account, staff, operator) = (alice.account(), shop.staff(), shop.operator());
    shop.host.settled().await;
    let own = alice.get(account).await.expect(200).body;
    assert_eq!((&own["personal"], &own["name"]), (&json!("SHOWN"), &json!("alice")));
    let _ = alice.get(&format!("{account}/events")).await.expect(200);
    assert_eq!(readings(&shop, account).await, [], "what the owner reads is not recorded");

    let route = |path: &str| json!(format!("GET {}", path.replace(account, "/accounts/{id}")));
    let (mut expected, why) = (vec![], "she asked us to, at 5 & 6");
    for (reader, name) in [(&staff, "staff:sam"), (&operator, "operator:olga")] {
        let events = format!("{account}/events");
        assert!(is_shut(&reader.get(account).await.expect(200).body));
        let trail = reader.get(&events).await.expect(200).body;
        assert!(trail["items"].as_array().unwrap().iter().any(|event| event["type"] == "AccountOpened"));
        assert!(["alice", "Visa", "Berlin"].iter().all(|text| !trail.to_string().contains(text)), "{trail}");
        let reason: String = form_urlencoded::byte_serialize(why.as_bytes()).collect();
        let shown = reader.get(&format!("{account}?reveal={reason}")).await.expect(200).body;
        assert_eq!(shown, own);
        let page = reader.get(&format!("{events}?order=asc&limit=1&reveal={reason}")).await.expect(200).body;
        assert_eq!(page["items"][0]["data"]["profile"]["name"], "alice");
        // The link to the next page has the reason.
        let next = reader.get(page["next"].as_str().unwrap()).await.expect(200).body;
        assert_eq!(next["items"][0]["type"], "AccountConfirmed");
        for (path, reason) in [
            (account, Value::Null),
            (&*events, Value::Null),
            (account, json!(why)),
            (&*events, json!(why)),
            (&*events, json!(why)),
        ] {
            expected.push((name.to_owned(), route(path), reason));
        }
    }
    assert_eq!(readings(&shop, account).await, expected);

    // What is refused or not there is not recorded.
    for reason in ["", "%20", "a%0Ab", &"x".repeat(201)] {
        let refused = staff.get(&format!("{account}?reveal={reason}")).await.expect(422);
        assert_eq!(refused.problem(), Some("invalid-request"), "{reason}");
    }
    let nobody = format!("/accounts/{}", "0".repeat(32));
    for path in [nobody.clone(), format!("{nobody}/events")] {
        let _ = staff.get(&format!("{path}?reveal=why")).await.expect(404);
    }
    for path in [account.to_owned(), format!("{account}/events"), format!("{account}/export")] {
        let _ = shop.customer("bob").get(&format!("{path}?reveal=why")).await.expect(404);
    }
    assert_eq!(readings(&shop, account).await, expected);
    assert_eq!(readings(&shop, &nobody).await, []);
    let decided = staff.post(&format!("{account}/suspend"), json!({})).await.expect(200).body;
    assert!(is_shut(&decided), "{decided}");
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_that_cannot_be_recorded_is_not_answered() {
    let directory = std::env::temp_dir().join(format!("people-{}", std::process::id()));
    let shop = Shop::start_in(directory.clone()).await;
    let account = shop.customer_with_account("alice").await.account().to_owned();
    shop.host.settled().await;
    shop.stop().await;
    let shop = Shop::start_without_commands_in(directory.clone()).await;
    for path in [account.clone(), format!("{account}/events"), format!("{account}/export")] {
        for query in ["", "?reveal=why"] {
            let refused = shop.operator().get(&format!("{path}{query}")).await.expect(503);
            assert_eq!(refused.problem(), Some("commands-off"));
        }
        let _ = shop.customer("alice").get(&path).await.expect(200);
    }
    shop.stop().await;
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_gets_everything_that_is_held_about_them() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let (account, mut orders) = (alice.account(), vec![]);
    for _ in 0..3 {
        let order = cart(&alice, &[("mug", 1)]).await;
        let _ = ordered(&alice, &order, &["CONFIRMED"]).await;
        orders.insert(0, order);
    }
    let cancel = json!({ "reason": "too dear" });
    let _ = alice.post(&format!("/orders/{}/cancel", orders[0]), cancel).await.expect(202);
    shop.host.settled().await;

    let (mut found, mut next) = (vec![], Some(format!("{account}/export?limit=2")));
    while let Some(path) = next {
        let page = alice.get(&path).await.expect(200).body;
        assert_eq!((&page["schema"], &page["account"]), (&json!(1), &alice.get(account).await.expect(200).body));
        found.extend(page["orders"].as_array().unwrap().clone());
        next = page["next"].as_str().map(ToOwned::to_owned);
    }
    assert_eq!(found.iter().map(|each| each["order"]["id"].as_str().unwrap()).collect::<Vec<_>>(), orders);
    for each in &found {
        let id = each["order"]["id"].as_str().unwrap();
        for (field, path) in [("order", "orders"), ("cart", "carts"), ("invoice", "invoices")] {
            assert_eq!(each[field], alice.get(&format!("/{path}/{id}")).await.expect(200).body, "{field}");
        }
        let status = if id == orders[0] { "VOIDED" } else { "AUTHORISED" };
        assert_eq!((&each["payments"][0]["id"], &each["payments"][0]["status"]), (&json!(id), &json!(status)));
    }
    assert_eq!(found[0]["order"]["reason"], "too dear");

    // Operators: in sealed form, or for a reason.
    let operator = shop.operator();
    let shut = operator.get(&format!("{account}/export")).await.expect(200).body;
    assert!(is_shut(&shut["account"]) && !shut.to_string().contains("too dear"), "{shut}");
    let shown = operator.get(&format!("{account}/export?reveal=why")).await.expect(200).body;
    assert_eq!(shown["orders"], json!(found));
    let route = json!("GET /accounts/{id}/export");
    let olga = |reason| ("operator:olga".to_owned(), route.clone(), reason);
    assert_eq!(readings(&shop, account).await, [olga(Value::Null), olga(json!("why"))]);
    let _ = shop.staff().get(&format!("{account}/export?reveal=why")).await.expect(403);
    let _ = alice.get(&format!("{account}/export?status=PAID")).await.expect(422);
    // A cursor is of one account and one reader.
    let page = alice.get(&format!("{account}/export?limit=2")).await.expect(200).body;
    let stolen = page["next"].as_str().unwrap();
    let _ = operator.get(stolen).await.expect(422);
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_deletes_their_account_once_no_order_is_open() {
    let directory = std::env::temp_dir().join(format!("deleted-{}", std::process::id()));
    let shop = Shop::start_in(directory.clone()).await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let (account, staff) = (alice.account().to_owned(), shop.staff());
    let order = cart(&alice, &[("mug", 1)]).await;
    let _ = ordered(&alice, &order, &["CONFIRMED"]).await;
    let late = cart(&alice, &[("mug", 1)]).await;
    shop.host.settled().await;
    let open = delete(&alice, &account, &[]).await.expect(422);
    assert_eq!(open.problem(), Some("open-orders"));
    assert_eq!(alice.get(&account).await.expect(200).body["personal"], "SHOWN");
    let _ = alice.post(&format!("/orders/{order}/cancel"), json!({ "reason": "going away" })).await.expect(202);
    shop.host.settled().await;

    let version = alice.get(&account).await.expect(200).header("etag").unwrap().to_owned();
    let _ = delete(&alice, &account, &[("if-match", "\"1\"")]).await.expect(412);
    let _ = delete(&shop.customer("bob"), &account, &[]).await.expect(404);
    let headers = [("if-match", &*version), ("idempotency-key", "gone")];
    let gone = delete(&alice, &account, &headers).await.expect(200);
    assert_eq!((&gone.body["status"], &gone.body["personal"]), (&json!("CLOSED"), &json!("ERASED")));
    assert_eq!((&gone.body["name"], &gone.body["cards"][0]["last4"]), (&Value::Null, &Value::Null));
    for headers in [&headers[..], &[]] {
        let again = delete(&alice, &account, headers).await.expect(200);
        assert_eq!((&again.body, again.header("etag")), (&gone.body, gone.header("etag")));
    }

    // No checkout leads to an order that goes on, and nothing opens the account again.
    let failed = ordered(&alice, &late, &["PENDING", "CONFIRMED", "FAILED"]).await;
    assert_eq!(failed.text("status"), "FAILED");
    for step in ["confirm", "activate", "suspend", "archive"] {
        let refused = staff.post(&format!("{account}/{step}"), json!({})).await.expect(422);
        assert_eq!(refused.problem(), Some("account-closed"), "{step}");
    }
    let events = shop.operator().get(&account.replace("/accounts/", "/ops/streams/account-")).await.expect(200).body;
    assert_eq!(events["items"].as_array().unwrap().last().unwrap()["type"], "AccountClosed");

    // As after an erasure by an operator.
    shop.host.settled().await;
    shop.stop().await;
    let shop = Shop::start_in(directory.clone()).await;
    let alice = shop.customer("alice");
    let address = json!({ "kind": "shipping", "lines": ["x"], "city": "y", "postcode": "1", "country": "DE" });
    for (path, body) in [
        ("/accounts".to_owned(), json!({ "name": "alice", "email": "alice@example.org" })),
        (format!("{account}/addresses"), address),
        (format!("{account}/cards"), json!({ "token": "tok_ok", "brand": "Visa", "last4": "4242" })),
    ] {
        assert_eq!(alice.post(&path, body).await.expect(409).problem(), Some("erased"), "{path}");
    }
    for path in [account.clone(), format!("{account}/export"), format!("{account}/events")] {
        let told = alice.get(&path).await.expect(200).body.to_string();
        assert!(
            ["alice@", "going away", "Visa", "Hafenstraße"].iter().all(|text| !told.contains(text)),
            "{path}: {told}"
        );
        let told = shop.operator().get(&format!("{path}?reveal=why")).await.expect(200).body.to_string();
        assert!(!told.contains("alice@"), "{path}: {told}");
    }
    assert_eq!(shop.difference().await, None, "the log is whole, and every row is its fold");
    shop.stop().await;
    std::fs::remove_dir_all(directory).unwrap();
}
