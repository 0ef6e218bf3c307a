//! What a function measures, and how it is printed.

use super::*;
use crate::settings::Settings;
use serde_json::{Deserializer, Value, json};
use std::collections::BTreeSet;

fn emitter(settings: &[(&str, &str)]) -> Emitter {
    let settings: Settings = settings.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Emitter::of("orders-projector".to_owned(), &settings)
}

/// The lines of what is measured meanwhile, the function's own before those of its subscriptions.
async fn printed(emitter: &Emitter, measure: impl FnOnce()) -> Vec<Value> {
    emitter.within(async { measure() }).await;
    let mut text = Vec::new();
    emitter.print(&mut text);
    Deserializer::from_slice(&text).into_iter().collect::<Result<_, _>>().unwrap()
}

/// The dimensions and names of the metrics that a line declares.
fn declared(line: &Value) -> Vec<(Value, Vec<&str>)> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten();
    let named = directives.map(|directive| {
        assert_eq!(directive["Namespace"], NAMESPACE);
        let metrics = directive["Metrics"].as_array().unwrap().iter();
        (directive["Dimensions"].clone(), metrics.map(|metric| metric["Name"].as_str().unwrap()).collect())
    });
    named.collect()
}

#[tokio::test]
async fn what_was_measured_is_printed_once_a_line_a_subscription() {
    let emitter = emitter(&[]);
    assert!(printed(&emitter, || {}).await.is_empty());
    let report = Report { advanced: 2, commits: 5, repaired: 1, lag_ms: 40, lag_commits: 3, ..Report::default() };
    let measure = || {
        followed(&[("cart", report), ("order", Report { duplicates: 4, ..Report::default() })].into());
        deadlines_passed(1);
    };
    let lines = printed(&emitter, measure).await;
    let [own, cart, order] = &*lines else { panic!("{lines:?}") };
    assert_eq!((&own["DeadlinesPassed"], &own["Function"]), (&json!(1), &json!("orders-projector")));
    assert_eq!((&cart["Subscription"], &order["Subscription"]), (&json!("cart"), &json!("order")));
    assert_eq!((&cart["Advanced"], &cart["Commits"], &cart["GapsRepaired"]), (&json!(2), &json!(5), &json!(1)));
    assert_eq!((&cart["LagMs"], &cart["LagCommits"]), (&json!(40.0), &json!(3.0)));
    assert_eq!((&order["DuplicatesDropped"], &order["LagMs"]), (&json!(4), &Value::Null));
    assert!(printed(&emitter, || {}).await.is_empty(), "each measurement once");
}

#[tokio::test]
async fn of_a_view_only_the_lag_is_a_metric_and_the_failures_of_all_views_are_one() {
    let report = Report { advanced: 2, failed: 1, lag_ms: 40, ..Report::default() };
    let lines = printed(&emitter(&[]), || followed(&[("cart", report), ("order", report)].into())).await;
    for line in &lines {
        let expected =
            [(json!([["Function"]]), vec!["Failed"]), (json!([["Function", "Subscription"]]), vec!["LagMs"])];
        assert_eq!(declared(line), expected);
    }
    let quiet = Report { duplicates: 1, ..Report::default() };
    let lines = printed(&emitter(&[]), || followed(&[("cart", quiet)].into())).await;
    assert_eq!((lines[0]["DuplicatesDropped"].clone(), &lines[0]["_aws"]), (json!(1), &Value::Null), "only a field");
}

#[tokio::test]
async fn what_alarms_miss_when_it_is_silent_is_measured_even_if_it_is_nothing() {
    let measure = || {
        notes(0, 0);
        lost(0);
        deadlines_passed(0);
    };
    let lines = printed(&emitter(&[]), measure).await;
    let [line] = &*lines else { panic!("{lines:?}") };
    let names = vec!["DeadlinesPassed", "LostBatches", "ParkedNotes", "Tampered"];
    assert!(names.iter().all(|name| line[*name] == json!(0)), "{line}");
    assert_eq!(declared(line), [(json!([["Function"]]), names)]);
}

#[tokio::test]
async fn a_line_has_the_level_of_the_log_and_the_time() {
    for level in ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] {
        let lines = printed(&emitter(&[("AWS_LAMBDA_LOG_LEVEL", level)]), || lost(0)).await;
        assert_eq!(lines[0]["level"], level);
        let at: foldlog::Timestamp = lines[0]["timestamp"].as_str().unwrap().parse().unwrap();
        assert_eq!(lines[0]["_aws"]["Timestamp"], at.0);
    }
    assert_eq!(printed(&emitter(&[]), || lost(0)).await[0]["level"], "INFO");
}

#[tokio::test]
async fn whatever_is_declared_is_measured() {
    let report =
        Report { advanced: 1, commits: 1, duplicates: 1, repaired: 1, parked: 1, failed: 1, ..Report::default() };
    let measure = || {
        followed(&[("cart", report)].into());
        notes(1, 1);
        lost(1);
        deadlines_passed(1);
        clock_corrected();
        for refusal in [None, Some(StatusCode::CONFLICT), Some(StatusCode::SERVICE_UNAVAILABLE)] {
            answered(true, refusal);
        }
    };
    let lines = printed(&emitter(&[]), measure).await;
    let beside = ["_aws", "level", "timestamp", FUNCTION, SUBSCRIPTION];
    let names = lines.iter().flat_map(|line| line.as_object().unwrap().keys().map(String::as_str));
    let names: BTreeSet<_> = names.filter(|name| !beside.contains(name)).collect();
    assert_eq!(names, Metric::VARIANTS.iter().copied().collect());
}
