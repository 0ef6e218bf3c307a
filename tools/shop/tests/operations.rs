//! `shop parked`, `reconcile` and what looks back, as an operator uses them: what they print, and what they end with.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod command;

use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::types::AttributeValue;
use command::run;
use serde_json::{Value, json};
use tests::Shop;

async fn stocked() -> Shop {
    let shop = Shop::start().await;
    let staff = shop.staff();
    let price = json!({ "amount": 1_299, "currency": "EUR" });
    let _ = staff.post("/products", json!({ "sku": "mug", "name": "Mug", "price": price })).await.expect(201);
    let _ = staff.post("/stock/berlin/mug/receive", json!({ "quantity": 10 })).await.expect(200);
    shop.host.settled().await;
    shop
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_are_listed_redriven_and_discarded() {
    let shop = stocked().await;
    assert_eq!(run(&shop, "parked ls").await, (0, String::new(), String::new()));
    let parked = foldlog_dynamo::Parked::new(Database::new(&shop.host.aws_config()), "local-Parked");
    let id = "tampering~stock-berlin.mug~1";
    let trouble = foldlog::read::parked::Trouble {
        subject: id.parse().unwrap(),
        version: foldlog::Version(1),
        passed_over: foldlog::Version(1),
        error: "changed".to_owned(),
        class: foldlog::read::parked::Class::Permanent,
        at: foldlog::Timestamp(1_763_722_800_000),
    };
    foldlog::ParkingLot::park(&parked, &trouble).await.unwrap();
    let (code, out, _) = run(&shop, "parked ls").await;
    assert!(code == 0 && out.contains(id) && out.contains("permanent: changed") && out.lines().count() == 1, "{out}");
    let (_, out, _) = run(&shop, "parked ls --json").await;
    let note: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&note["id"], &note["attempts"]), (&json!(id), &json!(1)));
    assert_eq!(run(&shop, &format!("parked redrive {id}")).await.0, 1, "nothing can follow it");
    let (code, out, _) = run(&shop, &format!("parked discard {id}")).await;
    assert_eq!((code, out.trim()), (0, format!("{id}: discarded").as_str()));
    assert_eq!(run(&shop, &format!("parked discard {id}")).await.0, 4);
    let (code, out, _) = run(&shop, "parked redrive --lost --json").await;
    assert_eq!((code, out.trim()), (0, r#"{"batches":0,"recovered":0}"#));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_watch_one_rebuild_both_see_its_end() {
    let shop = stocked().await;
    let (first, second) =
        tokio::join!(run(&shop, "projections rebuild stock"), run(&shop, "projections rebuild stock"));
    for (code, out, err) in [first, second] {
        assert!(code == 0 && out.contains("is in use now"), "{code} {out} {err}");
    }
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_operator_reads_does_not_steer_the_terminal() {
    let shop = stocked().await;
    let parked = foldlog_dynamo::Parked::new(Database::new(&shop.host.aws_config()), "local-Parked");
    let trouble = foldlog::read::parked::Trouble {
        subject: "tampering~stock-berlin.mug~1".parse().unwrap(),
        version: foldlog::Version(1),
        passed_over: foldlog::Version(1),
        error: "a\u{1b}]0;b\u{7}\u{9b}2J\u{202e}c\nnothing is parked".to_owned(),
        class: foldlog::read::parked::Class::Permanent,
        at: foldlog::Timestamp(1_763_722_800_000),
    };
    foldlog::ParkingLot::park(&parked, &trouble).await.unwrap();
    let (_, text, _) = run(&shop, "parked ls").await;
    assert!(text.contains(r"a\u{1b}]0;b\u{7}\u{9b}2J\u{202e}c nothing") && text.lines().count() == 1, "{text}");
    let (_, json, _) = run(&shop, "parked ls --json").await;
    assert!(!json.trim_end().chars().any(|letter| letter.is_control() || letter == '\u{202e}'), "{json}");
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["error"], trouble.error);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_that_stays_stuck_ends_with_5() {
    let shop = stocked().await;
    let bucket = shop.host.directory().join("failures/FailedBatches");
    std::fs::create_dir_all(&bucket).unwrap();
    std::fs::write(bucket.join("stranger.json"), "{}").unwrap();
    let (code, _, err) = run(&shop, "parked redrive --lost").await;
    assert!(code == 5 && err.contains("of 1 batches 1 are left"), "{err}");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconcile_says_what_it_found() {
    let shop = stocked().await;
    let (code, out, _) = run(&shop, "reconcile --json").await;
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["streams"], &found["parked"], &found["hinted"]), (0, &json!(3), &json!(0), &json!(0)));
    assert!(found["advanced"].as_u64() <= Some(2), "the record of the request itself may be: {found}");
    let (code, out, _) = run(&shop, "reconcile").await;
    assert!(code == 0 && out.starts_with("3 streams: "), "{out}");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snapshots_of_a_young_shop_need_no_preparation() {
    let shop = stocked().await;
    let (code, out, _) = run(&shop, "snapshots").await;
    assert_eq!((code, out.trim()), (0, "every stream has a snapshot that this release can use, or is short"));
    assert_eq!(run(&shop, "snapshots --json").await, (0, String::new(), String::new()));
    shop.host.stop().await;
}

/// Has the register say of a read model that its rows are of some fold.
async fn registered_as(shop: &Shop, view: &str, schema: u32) {
    let database = Database::new(&shop.host.aws_config());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let get = database.get_item().table_name("local-Generations").key("view", text("*")).key("part", text("register"));
    let mut item = get.send().await.unwrap().item.unwrap();
    let mut register: Value = serde_json::from_str(item["document"].as_s().unwrap()).unwrap();
    register[view]["all"]["1"]["schema"] = json!(schema);
    item.insert("document".to_owned(), text(&register.to_string()));
    let _ = database.put_item().table_name("local-Generations").set_item(Some(item)).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_another_fold_are_told_of_and_not_taken_for_ones_own() {
    let shop = stocked().await;
    let (code, out, _) = run(&shop, "doctor").await;
    assert!(code == 0 && out.contains("ok  read model stock: generation 1, fold 1"), "{out}");
    registered_as(&shop, "stock", 7).await;
    let told = "its rows are of fold 7, of which this release has none: they stand still";
    let (code, out, err) = run(&shop, "doctor").await;
    assert!(code == 1 && out.contains(&format!("BAD read model stock: {told}")), "{out}{err}");
    let (_, out, _) = run(&shop, "projections status").await;
    assert!(out.lines().any(|line| line.starts_with("stock") && line.contains(told)), "{out}");
    let shown = shop.operator().get("/ops/projections/stock").await.expect(200).body;
    assert_eq!((&shown["rebuild_needed"], &shown["schemas"]), (&json!(true), &json!([1])));

    let _ = shop.staff().post("/stock/berlin/mug/receive", json!({ "quantity": 5 })).await.expect(200);
    shop.host.settled().await;
    // Readers know the register for some seconds.
    let _ = shop.staff().until("/products/mug/stock", |answer| answer.status.as_u16() == 500).await;
    registered_as(&shop, "stock", 1).await;
    let _ = run(&shop, "reconcile").await;
    let _ = shop.staff().until("/products/mug/stock", |answer| answer.body["on_hand"] == 15).await;
    assert_eq!(run(&shop, "doctor").await.0, 0);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_past_of_a_stream_is_listed_shown_and_compared() {
    let shop = stocked().await;
    let adjust = json!({ "on_hand": 7, "reason": "counted" });
    let _ = shop.staff().post("/stock/berlin/mug/adjust", adjust).await.expect(200);
    shop.host.settled().await;

    let (code, out, _) = run(&shop, "streams ls").await;
    let names: Vec<_> = out.lines().map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>()).collect();
    assert_eq!((code, names), (0, vec![vec!["2", "stock-berlin.mug"], vec!["1", "product-mug"]]));
    let (_, out, _) = run(&shop, "streams ls --limit 1 --json").await;
    let one: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&one["stream"], &one["version"]), (&json!("stock-berlin.mug"), &json!(2)));
    let (code, out, _) = run(&shop, "streams show stock-berlin.mug").await;
    assert_eq!((code, out.lines().count()), (0, 2));
    assert!(out.lines().next().unwrap().contains("stock-berlin.mug@1  StockReceived"), "{out}");
    assert_eq!(run(&shop, "streams show stock-berlin.cup").await.0, 4);

    let (_, out, _) = run(&shop, "streams show stock-berlin.mug --json").await;
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let then = events[0]["at"].as_str().unwrap();
    let (code, out, _) = run(&shop, &format!("state stock-berlin.mug --at {then} --json")).await;
    let state: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &state["version"], &state["state"]["on_hand"]), (0, &json!(1), &json!(10)));
    assert_eq!(run(&shop, "state stock-berlin.mug --at 1999-01-01T00:00:00Z").await.0, 4);
    assert_eq!(run(&shop, "state stock-berlin.mug --version 3").await.0, 5);

    let (code, out, err) = run(&shop, &format!("diff stock-berlin.mug --from {then}")).await;
    assert_eq!((code, out.as_str()), (0, "/on_hand  10  → 7\n"));
    assert!(err.contains("stock-berlin.mug@1 → stock-berlin.mug@2: 1 change"), "{err}");
    let (_, out, _) = run(&shop, "diff stock-berlin.mug --from 2 --to 1 --json").await;
    let diff: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(diff["changes"], json!([{ "path": "/on_hand", "before": 7, "after": 10 }]));
    assert_eq!(run(&shop, "diff stock-berlin.mug --from 1 --to 3").await.0, 5);

    let id = events[1]["correlation"].as_str().unwrap();
    let (code, out, _) = run(&shop, &format!("trace {id}")).await;
    let cells: Vec<_> = out.split_whitespace().collect();
    assert_eq!((code, cells), (0, vec!["+0", "ms", "StockAdjusted", "stock-berlin.mug@2", "staff:sam"]));
    let (_, out, _) = run(&shop, &format!("trace {id} --json")).await;
    let trace: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&trace["correlation"], &trace["events"][0]["depth"]), (&json!(id), &json!(0)));
    assert_eq!(run(&shop, "trace nobody-knows").await.0, 4);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_printed_page_by_page_and_its_personal_data_for_a_reason() {
    let shop = stocked().await;
    let alice = shop.customer_with_account("alice").await;
    let id = alice.account().rsplit('/').next().unwrap();
    let (code, out, _) = run(&shop, &format!("account {id} --json")).await;
    let shut: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &shut["account"]["personal"], &shut["account"]["name"]), (0, &json!("SEALED"), &Value::Null));
    let (code, out, _) = run(&shop, &format!("account {id} --reveal case-4711")).await;
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &shown["account"]["name"]), (0, &json!("alice")));
    let (_, out, _) = run(&shop, &format!("events tail --stream access-{id} --json")).await;
    assert!(out.contains("AccountRead") && out.contains("PersonalDataRevealed") && out.contains("case-4711"), "{out}");
    assert_eq!(run(&shop, &format!("account {}", "0".repeat(32))).await.0, 4);
    shop.host.stop().await;
}
