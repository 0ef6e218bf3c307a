//! Verification over HTTP: some streams at once, and everything in the background.

use crate::audit::{all_recorded, month, recorded};
use crate::refusals::{post, refused};
use crate::shop::product;
use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tests::Shop;

/// Changes what a view shows of a stock.
async fn spoil(shop: &Shop) {
    let database = Database::new(&shop.host.aws_config());
    let key = AttributeValue::S("g1/berlin.mug".to_owned());
    let row = database.get_item().table_name("local-StockView").key("key", key).send().await.unwrap();
    let mut row = row.item.unwrap();
    let document = row["document"].as_s().unwrap().replace("\"on_hand\":10", "\"on_hand\":11");
    row.insert("document".to_owned(), AttributeValue::S(document));
    database.put_item().table_name("local-StockView").set_item(Some(row)).send().await.unwrap();
}

fn spoilt() -> Value {
    let (stream, field) = ("stock-berlin.mug", "document/state/on_hand");
    json!({ "stream": stream, "version": 1, "view": "stock", "field": field })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_or_a_sample_is_verified_at_once() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let operator = shop.operator();
    let verify = async |body: Value| operator.post("/ops/verify", body).await.expect(200).body;
    let agreed = json!({ "agrees": true, "streams": 1, "commits": 1, "rows": 3, "differences": [] });
    assert_eq!(verify(json!({ "stream": "stock-berlin.mug" })).await, agreed);
    assert_eq!(
        verify(json!({ "sample": 100 })).await["streams"],
        3,
        "all there are, and what was recorded of the first"
    );
    spoil(&shop).await;
    let found = verify(json!({ "stream": "stock-berlin.mug" })).await;
    let mut difference = spoilt();
    difference.as_object_mut().unwrap().extend(
        [("kind", "row"), ("found", "11"), ("folded", "10")].map(|(name, value)| (name.to_owned(), json!(value))),
    );
    assert_eq!((&found["agrees"], &found["differences"]), (&json!(false), &json!([difference])));

    let reports: Vec<_> = recorded(&shop).await.into_iter().map(|event| event["data"].clone()).collect();
    let differences = reports.iter().map(|report| report["differences"].as_array().unwrap().len());
    assert_eq!(differences.collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(reports[2]["differences"], json!([{ "row": spoilt() }]), "the place, and not what stands there");
    assert_eq!((&reports[1]["by"], &reports[1]["scope"]), (&json!("operations"), &json!({ "sample": 100 })));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_verified_by_whoever_has_the_time_and_the_report_stands_where_the_answer_says() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let operator = shop.operator();
    for differences in [json!([]), json!([{ "row": spoilt() }])] {
        let accepted = operator.post("/ops/verify", json!({})).await.expect(202);
        assert!(accepted.header("retry-after").is_some());
        let watch = accepted.header("location").unwrap();
        let reported = |event: &&Value| event["type"] == "VerificationReported";
        let found = operator
            .until(watch, |answer| answer.body["items"].as_array().unwrap().iter().any(|all| reported(&all)))
            .await;
        let event = found.body["items"].as_array().unwrap().iter().find(reported).unwrap().clone();
        let report = &event["data"];
        assert_eq!((&report["by"], &report["scope"]), (&json!("verification"), &json!("whole")));
        assert_eq!((&report["extent"], &report["differences"]), (&json!("all"), &differences), "{report}");
        assert!(report["streams"].as_u64() >= Some(2) && report["rows"].as_u64() >= Some(3), "{report}");
        let asked = format!("{}@{}", month(&shop).await, accepted.body["version"]);
        assert_eq!((&event["causation"], &event["actor"]), (&json!(asked), &json!("verification")));
        spoil(&shop).await;
    }
    shop.host.settled().await;
    let reports = all_recorded(&shop).await.into_iter().filter(|event| event["type"] == "VerificationReported");
    assert_eq!(reports.count(), 2, "each wish has one report");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_verified_is_refused_and_what_others_found_is_recorded() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let operator = shop.operator();
    let report = |differences: Value| {
        let counts = json!({ "scope": "whole", "extent": "part", "streams": 2, "commits": 3, "rows": 4, "totals": 5 });
        let mut report = counts;
        report["differences"] = differences;
        report
    };
    let many: Vec<_> = std::iter::repeat_n(json!({ "row": spoilt() }), 101).collect();
    let cases = [
        post(&operator, "/ops/verify", &json!({ "sample": 0 }), 422, "invalid-request"),
        post(&operator, "/ops/verify", &json!({ "sample": 101 }), 422, "invalid-request"),
        post(&operator, "/ops/verify", &json!({ "stream": "stock-berlin.mug", "sample": 1 }), 422, "invalid-request"),
        post(&operator, "/ops/verify", &json!({ "stream": "Mug" }), 422, "invalid-request").at("/stream"),
        post(&operator, "/ops/verify", &json!({ "all": true }), 422, "invalid-request"),
        post(&operator, "/ops/verify", &json!({ "stream": "stock-berlin.cup" }), 404, "not-found"),
        post(&operator, "/ops/verifications", &json!({}), 422, "invalid-request"),
        post(&operator, "/ops/verifications", &report(json!(many)), 422, "invalid-request"),
    ];
    refused(&shop, cases).await;
    let told = report(json!([{ "row": spoilt() }]));
    let answer = operator.post("/ops/verifications", told.clone()).await.expect(201);
    let [event] = &*recorded(&shop).await else { panic!("more was recorded") };
    assert_eq!(answer.body, json!({ "stream": event["stream"], "version": 1 }));
    let mut expected = told;
    expected["by"] = json!("shop");
    assert_eq!((&event["type"], &event["data"]), (&json!("VerificationReported"), &expected));
    shop.host.stop().await;
}
