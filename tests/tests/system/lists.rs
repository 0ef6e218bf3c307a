//! What customers and the staff read of orders: lists, and what belongs to an order.

use crate::log::{execute, shop_without_bus};
use serde_json::{Value, json};
use shop_domain::order::{self, Failure, Placement};
use shop_domain::shipment::Consignment;
use shop_domain::values::{AccountId, Line, Means, Money, OrderId, ShipmentId, Totals};
use shop_domain::{invoice, shipment};
use tests::{Client, Shop};

fn euro(amount: i64) -> Money {
    Money::new(amount, "EUR".parse().unwrap()).unwrap()
}

fn totals() -> Totals {
    Totals { net: euro(500), tax: euro(95), total: euro(595) }
}

fn lines() -> Vec<Line> {
    vec![Line { sku: "mug".parse().unwrap(), quantity: 2.try_into().unwrap(), unit_price: euro(250), category: None }]
}

async fn account(customer: &Client) -> AccountId {
    let profile = json!({ "name": "Somebody", "email": "somebody@example.org" });
    customer.post("/accounts", profile).await.expect(201).text("id").parse().unwrap()
}

fn id(number: u32) -> String {
    format!("{number:032x}")
}

async fn place(shop: &Shop, number: u32, account: &AccountId, means: Result<Means, Failure>) {
    let placement = Placement { account: account.clone(), lines: lines(), totals: totals(), card: None, address: None };
    execute::<order::Order>(shop, &id(number), order::Command::Place { placement, account: means }).await;
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned()).collect()
}

/// All pages of a list.
async fn pages(client: &Client, first: &str) -> Vec<Vec<String>> {
    let (mut path, mut pages) = (first.to_owned(), vec![]);
    loop {
        let page = client.get(&path).await.expect(200).body;
        pages.push(ids(&page));
        let Some(next) = page["next"].as_str() else { return pages };
        next.clone_into(&mut path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_staff_lists_the_orders_of_a_status_newest_first() {
    let shop = shop_without_bus().await;
    let (alice, bob, staff) = (shop.customer("alice"), shop.customer("bob"), shop.staff());
    let buyers = [account(&alice).await, account(&bob).await];
    for number in 0..11 {
        let means = if number % 5 == 4 { Ok(Means::default()) } else { Err(Failure::AccountNotActive) };
        place(&shop, number, &buyers[number as usize % 2], means).await;
    }
    shop.host.settled().await;
    let failed: Vec<String> = (0..11).rev().filter(|number| number % 5 != 4).map(id).collect();
    let listed = pages(&staff, "/orders?status=FAILED&limit=4").await;
    assert_eq!(listed.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 1]);
    assert_eq!(listed.concat(), failed);
    assert_eq!(pages(&staff, "/orders?status=PENDING").await, [[id(9), id(4)]]);
    assert_eq!(pages(&staff, "/orders?status=SHIPPED").await, [[""; 0]]);
    let own: Vec<String> = (0..11).rev().filter(|number| number % 2 == 1).map(id).collect();
    assert_eq!(pages(&bob, "/orders?limit=2").await.concat(), own);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_orders_is_for_whom_it_concerns() {
    let shop = shop_without_bus().await;
    let (alice, staff) = (shop.customer("alice"), shop.staff());
    let account = account(&alice).await;
    for number in 0..2 {
        place(&shop, number, &account, Err(Failure::AccountNotActive)).await;
    }
    shop.host.settled().await;
    let of_alice = alice.get("/orders?status=FAILED").await.expect(403);
    assert_eq!(of_alice.problem(), Some("forbidden"));
    for wrong in ["/orders", "/orders?status=failed", "/orders?status=", "/orders?state=FAILED"] {
        let answer = staff.get(wrong).await.expect(422);
        assert_eq!(answer.problem(), Some("invalid-request"), "{wrong}");
        let parameter = answer.body["errors"][0]["parameter"].as_str().unwrap();
        assert_eq!(parameter, if wrong.contains("state") { "state" } else { "status" });
    }
    let page = staff.get("/orders?status=FAILED&limit=1").await.expect(200).body;
    let next = page["next"].as_str().unwrap();
    let other_list = next.replace("FAILED", "PENDING");
    assert_eq!(staff.get(&other_list).await.expect(422).problem(), Some("invalid-request"), "a cursor is of one list");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_names_its_shipments_and_its_owner_alone_reads_them() {
    let shop = shop_without_bus().await;
    let (alice, bob) = (shop.customer("alice"), shop.customer("bob"));
    let account = account(&alice).await;
    place(&shop, 1, &account, Ok(Means::default())).await;
    let order: OrderId = id(1).parse().unwrap();
    let mut shipments = vec![];
    for warehouse in ["berlin", "bonn"] {
        let consignment = Consignment {
            order: order.clone(),
            warehouse: warehouse.parse().unwrap(),
            account: account.clone(),
            address: None,
            contents: [("mug".parse().unwrap(), 1.try_into().unwrap())].into(),
        };
        let shipment = ShipmentId::of(&order, &consignment.warehouse);
        execute::<shipment::Shipment>(&shop, shipment.as_str(), shipment::Command::Create(consignment)).await;
        shipments.push(shipment);
    }
    shop.host.settled().await;
    let path = format!("/orders/{order}");
    assert_eq!(
        alice.get(&path).await.expect(200).body["shipments"],
        json!(null),
        "nothing is ready before it is confirmed"
    );
    execute::<order::Order>(&shop, order.as_str(), order::Command::Confirm).await;
    shop.host.settled().await;
    assert_eq!(alice.get(&path).await.expect(200).body["shipments"], json!(shipments));

    let path = format!("/shipments/{}", shipments[0]);
    let waiting = alice.get(&path).await.expect(200);
    let expected = json!({
        "id": shipments[0], "version": 1, "status": "WAITING", "order": order, "warehouse": "berlin",
        "contents": { "mug": 1 },
    });
    assert_eq!((&waiting.body, waiting.header("etag")), (&expected, Some("\"1\"")));
    let dispatch = shipment::Command::Dispatch { tracking: Some("1Z".parse().unwrap()) };
    execute::<shipment::Shipment>(&shop, shipments[0].as_str(), dispatch).await;
    let underway = alice.get(&format!("{path}?min_version=2")).await.expect(200);
    assert_eq!((underway.text("status"), underway.text("tracking")), ("DISPATCHED", "1Z"));
    assert_eq!(bob.get(&path).await.expect(404).problem(), Some("not-found"));
    let _ = alice.get(&format!("/shipments/{}", id(7))).await.expect(404);
    let _ = alice.get("/shipments/nonsense").await.expect(404);
    let _ = shop.staff().get(&path).await.expect(403);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invoice_is_read_by_whoever_is_billed() {
    let shop = shop_without_bus().await;
    let (alice, bob) = (shop.customer("alice"), shop.customer("bob"));
    let bill = invoice::Bill { account: account(&alice).await, lines: lines(), totals: totals() };
    execute::<invoice::Invoice>(&shop, &id(1), invoice::Command::Issue(bill)).await;
    let path = format!("/invoices/{}", id(1));
    let open = alice.get(&format!("{path}?min_version=1")).await.expect(200);
    assert_eq!((open.text("id"), open.text("status"), open.header("etag")), (&*id(1), "OPEN", Some("\"1\"")));
    assert_eq!(open.body["total"], json!({ "amount": 595, "currency": "EUR" }));
    assert_eq!(open.body["lines"][0]["sku"], "mug");
    execute::<invoice::Invoice>(&shop, &id(1), invoice::Command::MarkPaid).await;
    let paid = alice.get(&format!("{path}?min_version=3")).await.expect(200);
    assert_eq!(paid.text("status"), "PAID");
    assert_eq!(paid.body["issued_at"], open.body["issued_at"], "it stays when it was issued");
    assert_eq!(bob.get(&path).await.expect(404).problem(), Some("not-found"));
    let _ = alice.get(&format!("/invoices/{}", id(7))).await.expect(404);
    shop.host.stop().await;
}
