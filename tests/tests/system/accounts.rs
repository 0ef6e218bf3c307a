//! Accounts over HTTP: their owners open and fill them, the staff activate and suspend them.

use crate::refusals::{gateway, post, refused};
use crate::shop::{cart, ordered, product};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, Shop};

fn alice() -> Value {
    json!({ "name": "Alice", "email": "alice@example.org" })
}

fn address(kind: &str, city: &str) -> Value {
    json!({ "kind": kind, "lines": ["Allee 1"], "city": city, "postcode": "53113", "country": "DE" })
}

fn card(token: &str) -> Value {
    json!({ "token": token, "brand": "Visa", "last4": "4242" })
}

/// Opens a customer's account, and returns its place.
async fn opened(customer: &Client) -> String {
    customer.post("/accounts", alice()).await.expect(201).header("location").unwrap().to_owned()
}

async fn delete(client: &Client, path: &str) -> Answer {
    client.send(Method::DELETE, path, None, &[]).await
}

/// The `name` of each of a list of the account, and whether it is the default one.
fn defaults<'a>(account: &'a Answer, list: &str, name: &str) -> Vec<(&'a str, bool)> {
    let entries = account.body[list].as_array().unwrap().iter();
    entries.map(|entry| (entry[name].as_str().unwrap(), entry["default"].as_bool().unwrap())).collect()
}

async fn events(shop: &Shop, account: &str) -> Vec<String> {
    let stream = account.replace("/accounts/", "/ops/streams/account-");
    let events = shop.operator().get(&stream).await.expect(200);
    events.body["items"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_opened_once_and_belongs_to_whoever_opened_it() {
    let shop = Shop::start().await;
    let customer = shop.customer("alice");
    let key = [("idempotency-key", "k-1")];
    let first = customer.send(Method::POST, "/accounts", Some(alice().to_string()), &key).await.expect(201);
    let id = first.text("id");
    assert_eq!((first.header("etag"), first.header("location")), (Some("\"1\""), Some(&*format!("/accounts/{id}"))));
    let expected = json!({
        "id": id, "version": 1, "status": "CREATED", "personal": "SHOWN",
        "name": "Alice", "email": "alice@example.org", "addresses": [], "cards": [],
    });
    assert_eq!(first.body, expected);
    let again = customer.send(Method::POST, "/accounts", Some(alice().to_string()), &key).await.expect(201);
    assert_eq!((&again.body, again.header("etag")), (&first.body, first.header("etag")));
    let without_key = customer.post("/accounts", alice()).await.expect(200);
    assert_eq!(without_key.body, first.body, "it is open already");
    let of_bob = shop.customer("bob").post("/accounts", alice()).await.expect(201);
    assert_ne!(of_bob.body["id"], first.body["id"]);
    assert_eq!(events(&shop, &format!("/accounts/{id}")).await, ["AccountOpened"]);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_come_and_go_and_each_kind_has_a_default_one() {
    let shop = Shop::start().await;
    let customer = shop.customer("alice");
    let account = opened(&customer).await;
    let addresses = format!("{account}/addresses");
    let key = [("idempotency-key", "bonn")];
    let bonn = Some(address("shipping", "Bonn").to_string());
    let first = customer.send(Method::POST, &addresses, bonn.clone(), &key).await.expect(201);
    let again = customer.send(Method::POST, &addresses, bonn, &key).await.expect(201);
    assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
    assert_eq!(first.header("etag"), Some("\"2\""));
    let place_of_bonn = first.header("location").unwrap();
    let id_of_bonn = place_of_bonn.strip_prefix(&format!("{addresses}/")).unwrap();
    let mut shown = address("shipping", "Bonn");
    (shown["id"], shown["default"]) = (json!(id_of_bonn), json!(true));
    assert_eq!(first.body["addresses"], json!([shown]));

    let second = customer.post(&addresses, address("shipping", "Kiel")).await.expect(201);
    let third = customer.post(&addresses, address("billing", "Ulm")).await.expect(201);
    assert_eq!(defaults(&third, "addresses", "city"), [("Bonn", true), ("Kiel", false), ("Ulm", true)]);
    let place_of_kiel = second.header("location").unwrap();
    let chosen = customer.post(&format!("{place_of_kiel}/default"), json!({})).await.expect(200);
    assert_eq!(defaults(&chosen, "addresses", "city"), [("Bonn", false), ("Kiel", true), ("Ulm", true)]);
    let same = customer.post(&format!("{place_of_kiel}/default"), json!({})).await.expect(200);
    assert_eq!(same.header("etag"), chosen.header("etag"), "it was the default one already");
    let removed = delete(&customer, place_of_kiel).await.expect(200);
    assert_eq!(defaults(&removed, "addresses", "city"), [("Bonn", true), ("Ulm", true)]);
    let nothing = delete(&customer, place_of_kiel).await.expect(200);
    assert_eq!(nothing.header("etag"), removed.header("etag"), "it was gone already");
    let types = events(&shop, &account).await;
    let added = ["AddressAdded"; 3];
    assert_eq!(types, [&["AccountOpened"][..], &added, &["DefaultAddressChosen", "AddressRemoved"]].concat());
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_come_and_go_and_are_shown_without_what_charges_them() {
    let shop = Shop::start().await;
    let customer = shop.customer("alice");
    let account = opened(&customer).await;
    let cards = format!("{account}/cards");
    let first = customer.post(&cards, card("tok_ok")).await.expect(201);
    let place = first.header("location").unwrap();
    let id = place.strip_prefix(&format!("{cards}/")).unwrap();
    let shown = json!({ "id": id, "brand": "Visa", "last4": "4242", "default": true });
    assert_eq!(first.body["cards"], json!([shown]));
    let same = customer.post(&cards, card("tok_ok")).await.expect(200);
    assert_eq!((same.header("location"), same.header("etag")), (Some(place), first.header("etag")));

    let other = json!({ "token": "tok_declined", "brand": "Amex", "last4": "0005" });
    let second = customer.post(&cards, other).await.expect(201);
    let chosen = format!("{}/default", second.header("location").unwrap());
    let chosen = customer.post(&chosen, json!({})).await.expect(200);
    assert_eq!(defaults(&chosen, "cards", "brand"), [("Visa", false), ("Amex", true)]);
    let removed = delete(&customer, second.header("location").unwrap()).await.expect(200);
    assert_eq!(defaults(&removed, "cards", "brand"), [("Visa", true)]);
    for answer in [&first, &same, &second, &chosen, &removed] {
        assert!(!answer.body.to_string().contains("tok_"), "{}", answer.body);
    }
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_staff_decides_what_an_account_may_do() {
    let shop = Shop::start().await;
    let (customer, staff) = (shop.customer("alice"), shop.staff());
    let account = opened(&customer).await;
    let step = async |step: &str, status: u16| staff.post(&format!("{account}/{step}"), json!({})).await.expect(status);
    assert_eq!(step("activate", 422).await.problem(), Some("account-not-confirmed"));
    for (name, status, etag) in [
        ("confirm", "CONFIRMED", "\"2\""),
        ("confirm", "CONFIRMED", "\"2\""),
        ("activate", "ACTIVE", "\"3\""),
        ("suspend", "SUSPENDED", "\"4\""),
        ("suspend", "SUSPENDED", "\"4\""),
    ] {
        let answer = step(name, 200).await;
        assert_eq!((answer.text("status"), answer.header("etag")), (status, Some(etag)), "{name}");
    }
    let locked = customer.post(&format!("{account}/cards"), card("tok_ok")).await.expect(422);
    assert_eq!(locked.problem(), Some("account-locked"));
    assert_eq!(step("archive", 422).await.problem(), Some("account-not-active"));
    assert_eq!(step("activate", 200).await.text("status"), "ACTIVE");
    assert_eq!(step("archive", 200).await.text("status"), "ARCHIVED");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_to_another_version_than_it_names_is_refused() {
    let shop = Shop::start().await;
    let customer = shop.customer("alice");
    let cards = format!("{}/cards", opened(&customer).await);
    let body = Some(card("tok_ok").to_string());
    let mismatch = customer.send(Method::POST, &cards, body.clone(), &[("if-match", "\"2\"")]).await.expect(412);
    assert_eq!((mismatch.problem(), mismatch.header("etag")), (Some("version-mismatch"), Some("\"1\"")));
    let _ = customer.send(Method::POST, &cards, body, &[("if-match", "\"1\"")]).await.expect(201);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_account_cannot_take_is_refused_and_another_s_is_not_there() {
    let shop = Shop::start().await;
    let (customer, bob, staff, anyone) =
        (&shop.customer("alice"), &shop.customer("bob"), &shop.staff(), &shop.anyone());
    let account = opened(customer).await;
    let (addresses, cards) = (format!("{account}/addresses"), format!("{account}/cards"));
    let place = customer.post(&addresses, address("billing", "Bonn")).await.expect(201);
    let place = place.header("location").unwrap();
    let own_card = customer.post(&cards, card("tok_ok")).await.expect(201);
    let own_card = own_card.header("location").unwrap();
    let nowhere = format!("/accounts/{}", "0".repeat(32));
    let with = |mut body: Value, field: &str, value: Value| {
        body[field] = value;
        body
    };
    let cases = [
        // Bodies that are none.
        post(bob, "/accounts", &json!({ "name": "Bob" }), 422, "invalid-request"),
        post(bob, "/accounts", &with(alice(), "email", json!("nobody")), 422, "invalid-request").at("/email"),
        post(bob, "/accounts", &with(alice(), "name", json!(" ")), 422, "invalid-request").at("/name"),
        post(bob, "/accounts", &with(alice(), "id", json!("x")), 422, "invalid-request").at("/id"),
        post(customer, &addresses, &address("office", "Bonn"), 422, "invalid-request").at("/kind"),
        post(customer, &addresses, &address("billing", ""), 422, "invalid-request").at("/city"),
        post(
            customer,
            &addresses,
            &with(address("billing", "Bonn"), "country", json!("Germany")),
            422,
            "invalid-request",
        )
        .at("/country"),
        post(customer, &addresses, &with(address("billing", "Bonn"), "lines", json!([])), 422, "invalid-request")
            .at(""),
        post(customer, &addresses, &with(address("billing", "Bonn"), "floor", json!(2)), 422, "invalid-request")
            .at("/floor"),
        post(customer, &cards, &card("4242424242424242"), 422, "invalid-request").at("/token"),
        post(customer, &cards, &card("tok ok"), 422, "invalid-request").at("/token"),
        post(customer, &cards, &with(card("tok_ok"), "last4", json!("42424242")), 422, "invalid-request").at("/last4"),
        post(customer, &cards, &with(card("tok_ok"), "number", json!("4242424242424242")), 422, "invalid-request")
            .at("/number"),
        // What the account has otherwise, or has not.
        post(customer, "/accounts", &with(alice(), "name", json!("Eve")), 422, "account-already-open"),
        post(customer, &cards, &with(card("tok_ok"), "last4", json!("1111")), 422, "card-taken"),
        post(customer, &format!("{addresses}/{}/default", "0".repeat(32)), &json!({}), 404, "unknown-address"),
        post(customer, &format!("{cards}/{}/default", "0".repeat(32)), &json!({}), 404, "unknown-card"),
        post(customer, &format!("{cards}/tok_ok/default"), &json!({}), 404, "not-found"),
        post(staff, &format!("{account}/suspend"), &json!({}), 422, "account-not-active"),
        post(staff, &format!("{account}/confirm"), &json!({ "why": "known" }), 422, "invalid-request").at("/why"),
        // Accounts that do not exist, for all roles.
        post(staff, &format!("{nowhere}/confirm"), &json!({}), 404, "unknown-account"),
        post(staff, "/accounts/nonsense/confirm", &json!({}), 404, "not-found"),
        post(customer, &format!("{nowhere}/cards"), &card("tok_ok"), 404, "unknown-account"),
        post(bob, &addresses, &address("billing", "Kiel"), 404, "unknown-account"),
        post(bob, &cards, &card("tok_other"), 404, "unknown-account"),
        post(bob, &cards, &json!({ "number": 1 }), 404, "unknown-account"),
        post(bob, place, &json!({}), 404, "unknown-account").by(Method::DELETE),
        post(bob, own_card, &json!({}), 404, "unknown-account").by(Method::DELETE),
        post(bob, &format!("{place}/default"), &json!({}), 404, "unknown-account"),
        post(bob, &format!("{own_card}/default"), &json!({}), 404, "unknown-account"),
        // Who may ask at all.
        gateway(anyone, &addresses, 401),
        gateway(customer, &format!("{account}/activate"), 403),
        gateway(staff, &cards, 403),
    ];
    refused(&shop, cases).await;
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_has_so_many_addresses_and_cards_and_no_more() {
    let shop = Shop::start().await;
    let customer = &shop.customer("alice");
    let account = opened(customer).await;
    let (addresses, cards) = (format!("{account}/addresses"), format!("{account}/cards"));
    for number in 0..20 {
        let _ = customer.post(&addresses, address("shipping", &format!("Ort {number}"))).await.expect(201);
    }
    for number in 0..10 {
        let _ = customer.post(&cards, card(&format!("tok_{number}"))).await.expect(201);
    }
    let cases = [
        post(customer, &addresses, &address("shipping", "Bonn"), 422, "too-many-addresses"),
        post(customer, &cards, &card("tok_ok"), 422, "too-many-cards"),
    ];
    refused(&shop, cases).await;
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_read_by_its_owner_and_the_staff() {
    let shop = Shop::start().await;
    let (customer, bob, staff) = (shop.customer("alice"), shop.customer("bob"), shop.staff());
    let account = opened(&customer).await;
    let _ = customer.post(&format!("{account}/addresses"), address("shipping", "Bonn")).await.expect(201);
    let written = customer.post(&format!("{account}/cards"), card("tok_ok")).await.expect(201);
    for (reader, reveal) in [(&customer, ""), (&staff, "&reveal=why"), (&shop.operator(), "&reveal=why")] {
        let read = reader.get(&format!("{account}?min_version=3{reveal}")).await.expect(200);
        assert_eq!((&read.body, read.header("etag")), (&written.body, written.header("etag")));
    }
    shop.host.settled().await;
    assert_eq!(customer.get(&account).await.expect(200).body, written.body, "as the view has it");
    assert_eq!(bob.get(&account).await.expect(404).problem(), Some("not-found"));
    let _ = staff.get(&format!("/accounts/{}", "0".repeat(32))).await.expect(404);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_buy_does_and_is_charged_on_their_own_card() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 3)]).await;
    let customer = shop.customer_with_account("alice").await;
    let cart = cart(&customer, &[("mug", 2)]).await;
    let order = ordered(&customer, &cart, &["PENDING", "CONFIRMED", "FAILED"]).await;
    assert_ne!(order.text("status"), "FAILED", "{}", order.body);
    let events = shop.operator().get(&format!("/ops/streams/order-{cart}")).await.expect(200);
    let means = events.body["items"].as_array().unwrap().iter().find(|event| event["type"] == "AccountConnected");
    let means = &means.unwrap()["data"];
    assert!(means["card"]["sealed"].is_string() && !events.body.to_string().contains("tok_ok"), "{means}");
    let account = order_owner(&shop, &cart).await;
    let shown = customer.get(&format!("/accounts/{account}?min_version=5")).await.expect(200);
    assert_eq!(shown.body["addresses"][0]["id"], means["address"]);
    shop.host.stop().await;
}

async fn order_owner(shop: &Shop, order: &str) -> String {
    let events = shop.operator().get(&format!("/ops/streams/order-{order}")).await.expect(200);
    events.body["items"][0]["data"]["account"].as_str().unwrap().to_owned()
}
