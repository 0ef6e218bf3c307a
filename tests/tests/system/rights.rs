//! Every right of every function, both ways: nothing that a function asks for is refused, and nothing is granted that
//! no function asks for.

use crate::audit::park;
use crate::shop::{cart, ordered, product};
use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use foldlog::read::parked::Trouble;
use foldlog::{Clock, EventId, EventMessage, LogSpans, ParkingLot, Span, StreamName, Version};
use foldlog_lambda::SystemHost;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tests::end_to_end::{self, Site};
use tests::{Answer, Shop};

/// The read models, totals included.
const VIEWS: [&str; 10] =
    ["catalogue", "stock", "cart", "order", "account", "shipment", "invoice", "activity", "waiting", "sales"];

/// Each function that reacts to events, with the stream and the type of an event that it takes.
const REACTING: [(&str, &str, &str); 8] = [
    ("stock-reactions", "fulfilment", "ReservationRequested"),
    ("order-reactions", "fulfilment", "OrderPlacementRequested"),
    ("payment-reactions", "fulfilment", "PaymentRequested"),
    ("invoice-reactions", "fulfilment", "InvoiceRequested"),
    ("shipment-reactions", "fulfilment", "ShipmentRequested"),
    ("fulfilment", "order", "OrderConfirmed"),
    ("verification", "audit", "VerificationRequested"),
    ("reconcile", "audit", "Reconciled"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_function_may_do_what_it_does_and_nothing_else() {
    let mut unused = Unused::default();
    // In a warm environment a function remembers what it has read or written.
    let cold = Shop::start_cold().await;
    stories(&cold).await;
    paged(&cold, ["/ops/streams?limit=1", "/catalogue?limit=1"]).await;
    unused.but_for(&cold);
    cold.stop().await;

    let shop = Shop::start_by(&[("WholeEveryDays", "28")]).await;
    stories(&shop).await;
    staff_and_guests(&shop).await;
    paged(&shop, ["/catalogue?limit=1", "/ops/streams?limit=1"]).await;
    let order = an_order(&shop).await;
    operators(&shop).await;
    references(&shop, &order).await;
    held_up(&shop).await;
    lost(&shop).await;
    compared(&shop).await;
    for view in VIEWS {
        rebuilt(&shop, view, if view == "stock" { 3 } else { 2 }).await;
    }
    unused.but_for(&shop);
    shop.stop().await;

    // What cannot be read holds up a shop that reads everything.
    let noting = Shop::start().await;
    staff_and_guests(&noting).await;
    let order = an_order(&noting).await;
    operators(&noting).await;
    notes(&noting, &order).await;
    unused.but_for(&noting);
    noting.stop().await;
    assert!(unused.left().is_empty(), "granted and never used: {:#?}", unused.left());
}

/// What no shop used.
#[derive(Default)]
struct Unused(Option<BTreeMap<String, BTreeSet<String>>>);

impl Unused {
    /// Nothing was refused in the shop; what it used is used.
    fn but_for(&mut self, shop: &Shop) {
        assert!(shop.host.refusals().is_empty(), "refused: {:#?}", shop.host.refusals());
        let unused = shop.host.unused_rights().into_iter();
        let mut unused: BTreeMap<_, BTreeSet<_>> =
            unused.map(|(function, rights)| (function, rights.into_iter().collect())).collect();
        for (function, before) in self.0.take().into_iter().flatten() {
            unused.entry(function).or_default().retain(|right| before.contains(right));
        }
        self.0 = Some(unused);
    }

    fn left(&self) -> BTreeMap<&str, &BTreeSet<String>> {
        let all = self.0.iter().flatten();
        all.filter(|(_, rights)| !rights.is_empty()).map(|(function, rights)| (&**function, rights)).collect()
    }
}

async fn stories(shop: &Shop) {
    let site = Site::on(&shop.host).await;
    end_to_end::an_order_comes_from_an_account_to_its_delivery(&site).await;
    end_to_end::what_no_warehouse_has_fails_the_order_and_releases_the_rest(&site).await;
    end_to_end::a_cancelled_order_gives_its_goods_back(&site).await;
    end_to_end::a_repeated_command_answers_as_the_first_time(&site).await;
    end_to_end::bad_input_and_strangers_are_refused_and_leave_nothing(&site).await;
    shop.host.settled().await;
}

/// A delivered order of mugs, of which one comes back; its id.
async fn an_order(shop: &Shop) -> String {
    let (alice, staff) = (shop.customer_with_account("alice").await, shop.staff());
    let order = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &order, &["CONFIRMED"]).await;
    shop.host.settled().await;
    let account = alice.post("/accounts", json!({ "name": "alice", "email": "alice@example.org" })).await;
    // None of them is possible now, and each is decided by what is so.
    let pay = json!({ "card": account.body["cards"][0]["id"] });
    let _ = alice.post(&format!("/carts/{order}/checkout"), pay.clone()).await.expect(422);
    let _ = alice.post(&format!("/orders/{order}/pay"), pay).await.expect(422);
    let elsewhere = json!({ "warehouse": "east", "sku": "mug", "reason": "damaged" });
    let _ = staff.post(&format!("/orders/{order}/withdraw"), elsewhere).await.expect(422);
    let _ = staff.post(&format!("/orders/{order}/ship"), json!({})).await.expect(202);
    shop.host.settled().await;
    let shown = alice.get(&format!("/orders/{order}")).await.expect(200).body;
    for shipment in shown["shipments"].as_array().unwrap() {
        let shipment = format!("/shipments/{}", shipment.as_str().unwrap());
        let _ = staff.post(&format!("{shipment}/deliver"), json!({})).await.expect(200);
        let _ = staff.get(&format!("{shipment}/events")).await.expect(200);
    }
    shop.host.settled().await;
    let back = json!({ "lines": [{ "sku": "mug", "quantity": 1 }], "reason": "too big", "warehouse": "berlin" });
    let _ = staff.post(&format!("/orders/{order}/returns"), back).await.expect(202);
    let account = format!("/accounts/{}", account.text("id"));
    let own = [
        "/orders",
        &account,
        &format!("{account}/events"),
        &format!("/carts/{order}"),
        &format!("/invoices/{order}?version=1"),
    ];
    for path in own {
        let _ = alice.get(path).await.expect(200);
    }
    let _ = alice.get(&format!("/orders/{order}/events")).await.expect(200);
    let _ = alice.get(&format!("{account}/export")).await.expect(200);
    for path in [account.clone(), format!("{account}/events")] {
        let _ = staff.get(&format!("{path}?reveal=why")).await.expect(200);
    }
    let gone = shop.customer_with_account("gone").await;
    let _ = gone.send(Method::DELETE, gone.account(), None, &[]).await.expect(200);
    shop.host.settled().await;
    order
}

async fn staff_and_guests(shop: &Shop) {
    product(shop, "mug", 1_299, &[("berlin", 20)]).await;
    let staff = shop.staff();
    let _ = staff.post("/products/mug/category", json!({ "category": "kitchen" })).await.expect(200);
    let _ = staff.post("/warehouses", json!({ "id": "east", "name": "East" })).await.expect(201);
    shop.host.settled().await;
    for path in [
        "/products/mug/stock",
        "/products/mug/events",
        "/stock/berlin/mug/events",
        "/sales?from=2026-01-01&to=2026-01-31",
        "/orders?status=CONFIRMED",
    ] {
        let _ = staff.get(path).await.expect(200);
    }
    for path in ["/catalogue", "/catalogue?category=kitchen", "/products/mug"] {
        let _ = shop.anyone().get(path).await.expect(200);
    }
}

async fn operators(shop: &Shop) {
    let operator = shop.operator();
    let _ = operator.post("/ops/verify", json!({})).await.expect(202);
    let _ = operator.post("/ops/verify", json!({ "sample": 5 })).await.expect(200);
    let _ = operator.reported("/ops/reconcile").await;
    for path in ["/ops/events", "/ops/streams", "/ops/streams/product-mug", "/ops/projections", "/ops/parked"] {
        let _ = operator.get(path).await.expect(200);
    }
    shop.host.settled().await;
}

/// Lists with a next page. The function that answers the first one makes the key of cursors, and the other one reads it.
async fn paged(shop: &Shop, lists: [&str; 2]) {
    product(shop, "saucer", 1_299, &[("berlin", 1)]).await;
    product(shop, "kettle", 1_299, &[("berlin", 1)]).await;
    for list in lists {
        let next = shop.operator().get(list).await.expect(200).text("next").to_owned();
        let _ = shop.operator().get(&next).await.expect(200);
    }
}

/// Appends an event that its reader cannot understand, and returns its id.
async fn garble(shop: &Shop, stream: &str, kind: &str) -> EventId {
    let garbled = json!([{ "schema": 1, "type": kind, "data": 7 }]);
    appended(shop, stream, garbled.to_string()).await
}

/// Appends what is no event at all.
async fn unreadable(shop: &Shop, stream: &str) {
    let _ = appended(shop, stream, "nonsense".to_owned()).await;
}

async fn appended(shop: &Shop, stream: &str, what: String) -> EventId {
    let database = Database::new(&shop.host.aws_config());
    let newest = database
        .query()
        .table_name("local-EventLog")
        .key_condition_expression("#s = :s")
        .expression_attribute_names("#s", "stream")
        .expression_attribute_values(":s", AttributeValue::S(stream.to_owned()))
        .scan_index_forward(false)
        .limit(1);
    let mut item = newest.send().await.unwrap().items.unwrap().pop().unwrap();
    let events: Value = serde_json::from_str(item["events"].as_s().unwrap()).unwrap();
    let version = item["version"].as_n().unwrap().parse::<usize>().unwrap() + events.as_array().unwrap().len();
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    item.insert("events".to_owned(), AttributeValue::S(what));
    let _ = database.put_item().table_name("local-EventLog").set_item(Some(item)).send().await.unwrap();
    shop.host.settled().await;
    format!("{stream}@{version}").parse().unwrap()
}

/// Each subscriber leaves a note about what it cannot process, and the note of what it can goes when it is retried.
async fn notes(shop: &Shop, order: &str) {
    let operator = shop.operator();
    let parked = foldlog_dynamo::Parked::new(Database::new(&shop.host.aws_config()), "local-Parked");
    let month = crate::audit::month(shop).await;
    for (function, category, kind) in REACTING {
        let stream = if category == "audit" { month.clone() } else { format!("{category}-{order}") };
        let events = operator.get(&format!("/ops/streams/{stream}?limit=1000")).await.expect(200).body;
        let events = events["items"].as_array().unwrap();
        // A reaction to an event that is there already finds its own work.
        let known = events.iter().find(|event| event["type"] == kind);
        let known = known.map_or_else(|| panic!("{stream} has no {kind}"), |event| event["id"].as_str().unwrap());
        let event: EventId = known.parse().unwrap();
        let trouble = Trouble::with_event(function, &event, "not known yet".to_owned(), SystemHost.now());
        parked.park(&trouble).await.unwrap();
        let report = operator.reported(&format!("/ops/parked/{}/redrive", trouble.subject)).await;
        assert_eq!(report["outcome"], "published", "{function}");
        shop.host.settled().await;
        assert!(parked.note(&trouble.subject).await.unwrap().is_none(), "{function} has removed its note");
    }
    for (number, (function, category, kind)) in REACTING.into_iter().enumerate() {
        // In a stream of its own: nothing reads past it.
        let (of, to) = match category {
            "audit" => (month.clone(), format!("audit-20990{number}")),
            _ => (format!("{category}-{order}"), format!("{category}-{number:032x}")),
        };
        let stream = copied(shop, &of, &to).await;
        let event = garble(shop, &stream, kind).await;
        let note = foldlog::Subject::Reaction { function: function.to_owned(), event };
        assert!(parked.note(&note).await.unwrap().is_some(), "{function} has left a note");
    }
    // What follows is removed by `reconcile`, and what was tampered with by an operator.
    for id in ["stock~g1~stock-berlin.mug", "relay~product-mug~1"] {
        park(shop, id).await;
        let report = operator.reported(&format!("/ops/parked/{id}/redrive")).await;
        assert!(report["outcome"]["follows"].is_u64(), "{id}: {report}");
    }
    let database = Database::new(&shop.host.aws_config());
    let key = [("stream", AttributeValue::S("product-mug".to_owned())), ("version", AttributeValue::N("1".to_owned()))];
    let change = database.update_item().table_name("local-EventLog").update_expression("SET actor = :actor");
    let change = change.set_key(Some(key.map(|(name, value)| (name.to_owned(), value)).into()));
    let actor = AttributeValue::S("nobody".to_owned());
    let _ = change.expression_attribute_values(":actor", actor).send().await.unwrap();
    shop.host.settled().await;
    let _ = operator.post("/ops/parked/tampering~product-mug~1/discard", json!({})).await.expect(200);
    let erased = shop.customer_with_account("erased").await;
    let _ = operator.post(&format!("/ops{}/erase", erased.account()), json!({})).await.expect(200);
    // A stream that no generation can follow, and a commit that is none.
    let _ = garble(shop, "stock-berlin.mug", "NobodyKnows").await;
    rebuilt(shop, "stock", 2).await;
    rebuilt(shop, "stock", 3).await;
    swept(shop, "stock", 2).await;
    unreadable(shop, "product-mug").await;
}

/// Copies the first commit of a stream into another one, and returns its name.
async fn copied(shop: &Shop, from: &str, to: &str) -> String {
    let database = Database::new(&shop.host.aws_config());
    let key = [("stream", AttributeValue::S(from.to_owned())), ("version", AttributeValue::N("1".to_owned()))];
    let key = key.map(|(name, value)| (name.to_owned(), value));
    let get = database.get_item().table_name("local-EventLog").set_key(Some(key.into()));
    let mut item = get.send().await.unwrap().item.unwrap();
    item.insert("stream".to_owned(), AttributeValue::S(to.to_owned()));
    let _ = database.put_item().table_name("local-EventLog").set_item(Some(item)).send().await.unwrap();
    to.to_owned()
}

/// Events that were too large for a message: their functions read them from the log.
async fn references(shop: &Shop, order: &str) {
    let log = foldlog_dynamo::Log::new(Database::new(&shop.host.aws_config()), "local-EventLog");
    let bus = aws_sdk_eventbridge::Client::new(&shop.host.aws_config());
    for stream in ["cart", "order", "payment", "invoice", "fulfilment"].map(|category| format!("{category}-{order}")) {
        publish(&log, &bus, &stream).await;
    }
    publish(&log, &bus, "stock-berlin.mug").await;
    let moved = shop.operator().get("/ops/streams?limit=100").await.expect(200).body;
    let streams = moved["items"].as_array().unwrap().iter().map(|item| item["stream"].as_str().unwrap());
    for shipment in streams.filter(|stream| stream.starts_with("shipment-")) {
        publish(&log, &bus, shipment).await;
    }
    shop.host.settled().await;
}

async fn publish(log: &foldlog_dynamo::Log, bus: &aws_sdk_eventbridge::Client, stream: &str) {
    let stream: StreamName = stream.parse().unwrap();
    let commits = log.span(&stream, Span::behind(Version::NONE)).await.unwrap();
    for message in commits.iter().flat_map(|commit| EventMessage::of(commit).unwrap()) {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name("local-bus")
            .source(format!("shop.{}", stream.category()))
            .detail_type(&message.name)
            .detail(serde_json::to_string(&message.reference()).unwrap());
        let _ = bus.put_events().entries(entry.build()).send().await.unwrap();
    }
}

/// What waits for a function that does not come: an order for its goods, and a total for its order.
async fn held_up(shop: &Shop) {
    let alice = shop.customer("alice");
    shop.host.pause("sales-projector").await.unwrap();
    let order = cart(&alice, &[("mug", 1)]).await;
    let _ = ordered(&alice, &order, &["CONFIRMED"]).await;
    let _ = shop.operator().reported("/ops/reconcile").await;
    shop.host.resume("sales-projector").await.unwrap();

    shop.host.pause("stock-reactions").await.unwrap();
    let order = cart(&alice, &[("mug", 1)]).await;
    let _ = alice.post(&format!("/carts/{order}/checkout"), json!({})).await.expect(202);
    shop.host.settled().await;
    // The first mark, and the time between two runs.
    shop.host.advance_clock(Duration::from_secs(30 + 60)).await;
    shop.host.settled().await;
    shop.host.resume("stock-reactions").await.unwrap();
    shop.host.settled().await;
}

/// More commits of one stream than a function links one by one.
async fn many(shop: &Shop) {
    for _ in 0..12 {
        let _ = shop.staff().post("/stock/berlin/mug/receive", json!({ "quantity": 1 })).await.expect(200);
    }
}

/// What the projector has not seen for a while, and what it lost, with the relay.
async fn lost(shop: &Shop) {
    let operator = shop.operator();
    shop.host.pause("projector").await.unwrap();
    many(shop).await;
    shop.host.resume("projector").await.unwrap();
    shop.host.settled().await;

    for function in ["projector", "relay", "reconcile"] {
        shop.host.pause(function).await.unwrap();
    }
    many(shop).await;
    shop.host.settled().await;
    shop.host.advance_clock(Duration::from_hours(7)).await;
    for function in ["projector", "relay"] {
        shop.host.resume(function).await.unwrap();
    }
    shop.host.settled().await;
    shop.host.resume("reconcile").await.unwrap();
    let _ = operator.reported("/ops/lost/redrive").await;
    for _ in 0..2 {
        shop.host.advance_clock(Duration::from_hours(25)).await;
        shop.host.settled().await;
    }
}

/// Rebuilds a read model while a row of it is behind: the comparison asks the log what that row lacks.
async fn compared(shop: &Shop) {
    shop.host.pause("projector").await.unwrap();
    let _ = shop.staff().post("/stock/berlin/mug/receive", json!({ "quantity": 1 })).await.expect(200);
    let _ = shop.operator().post("/ops/projections/stock/rebuild", json!({})).await.expect(202);
    shop.host.settled().await;
    shop.host.resume("projector").await.unwrap();
    shop.host.settled().await;
}

/// Rebuilds a read model, sends readers to it, and sweeps the old generation.
async fn rebuilt(shop: &Shop, view: &str, generation: u64) {
    let (operator, path) = (shop.operator(), format!("/ops/projections/{view}"));
    let stage = |answer: &Answer, generation: u64| {
        let all = answer.body["generations"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["generation"] == generation).map(|one| one["stage"].clone())
    };
    let _ = operator.post(&format!("{path}/rebuild"), json!({})).await.expect(202);
    let _ = operator.until(&path, |answer| stage(answer, generation) == Some(json!("complete"))).await;
    let flip = json!({ "despite_differences": true });
    if operator.post(&format!("{path}/flip"), flip).await.status != 200 {
        return;
    }
    let _ = operator.post(&format!("{path}/cleanup"), json!({})).await.expect(202);
    let _ = operator.until(&path, |answer| stage(answer, generation - 1) != Some(json!("complete"))).await;
    swept(shop, view, generation - 1).await;
}

/// Waits until a generation is gone. The host's clock moves, because its rows are kept for a while.
async fn swept(shop: &Shop, view: &str, generation: u64) {
    let path = format!("/ops/projections/{view}");
    loop {
        let shown = shop.operator().get(&path).await.expect(200).body;
        if shown["generations"].as_array().unwrap().iter().all(|one| one["generation"] != generation) {
            return;
        }
        shop.host.advance_clock(Duration::from_secs(100)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
