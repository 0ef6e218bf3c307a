//! The dashboard, and the metrics that it and the alarms look at.

use super::{alarms, arguments, functions, names_in, of_type, operating, quoted, table, template};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use strum::VariantNames;
use yaml_serde::Value as Yaml;

/// The metrics of one widget as namespace and name, with what "..." and "." stand for.
fn metrics_of(widget: &Json) -> Vec<(String, String)> {
    let mut found = vec![];
    let mut before: Vec<String> = vec![];
    for row in widget["properties"]["metrics"].as_array().into_iter().flatten() {
        let row = row.as_array().unwrap();
        if let Some(expression) = row[0]["expression"].as_str() {
            let namespace = expression.split(['{', ',']).nth(1).unwrap();
            let name = expression.split("MetricName=\"").nth(1).unwrap().split('"').next().unwrap();
            found.push((namespace.to_owned(), name.to_owned()));
            continue;
        }
        let texts: Vec<_> = row.iter().filter_map(Json::as_str).collect();
        let row: Vec<_> = if let ["...", own @ ..] = &*texts {
            let taken = before[..before.len() - own.len()].iter().cloned();
            taken.chain(own.iter().map(|&text| text.to_owned())).collect()
        } else {
            let same = |(at, &text): (usize, &&str)| if text == "." { before[at].clone() } else { text.to_owned() };
            texts.iter().enumerate().map(same).collect()
        };
        found.push((row[0].clone(), row[1].clone()));
        before = row;
    }
    found
}

/// The dashboard as `CloudWatch` gets it, with one name for everything that it takes over.
fn dashboard(template: &Yaml) -> Json {
    let body = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"];
    let mut text = body[0].as_str().unwrap().to_owned();
    for name in names_in(body[0].as_str().unwrap()) {
        text = text.replace(&format!("${{{name}}}"), "some");
    }
    serde_json::from_str(&text).unwrap()
}

#[test]
fn alarms_dashboard_and_page_know_the_metrics_that_are_emitted_and_no_others() {
    let template = template();
    let emitted: BTreeSet<_> =
        foldlog_lambda::metrics::Metric::VARIANTS.iter().chain(foldlog_dynamo::Metric::VARIANTS).copied().collect();
    let dashboard = dashboard(&template);
    let widgets = dashboard["widgets"].as_array().unwrap();
    let shown: BTreeSet<_> = widgets.iter().flat_map(metrics_of).collect();
    let alarms = alarms(&template);
    let watched = alarms.values().filter_map(|alarm| {
        let alarm = &alarm["Properties"];
        Some((alarm["Namespace"].as_str()?.to_owned(), alarm["MetricName"].as_str()?.to_owned()))
    });
    let mut ours = 0;
    for (namespace, name) in shown.into_iter().chain(watched) {
        if namespace == foldlog_lambda::metrics::NAMESPACE {
            assert!(emitted.contains(name.as_str()), "no function measures {name}");
            ours += 1;
        } else {
            assert!(namespace.starts_with("AWS/"), "{namespace}: no function writes there");
        }
    }
    assert!(ours > 10, "{ours}");
    let operating = operating();
    let explained = table(&operating, "| metric | meaning |");
    let explained: BTreeSet<_> = explained.iter().flat_map(|row| quoted(row[0])).collect();
    assert_eq!(explained, emitted);
}

#[test]
fn the_dashboard_shows_every_function_queue_and_read_model() {
    let template = template();
    let taken = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"][1];
    let listed = |name: &str, by: &str| arguments(&taken[name], by).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(listed("Functions", "Ref"), functions(&template).into_keys().collect());
    let tables = of_type(&template, "AWS::DynamoDB::Table").into_keys();
    assert_eq!(listed("Views", "Ref"), tables.filter(|id| id.ends_with("View")).collect());
    let queues: BTreeSet<_> = listed("Queues", "GetAtt").union(&listed("DeadLetters", "GetAtt")).copied().collect();
    let queues: BTreeSet<_> = queues.into_iter().map(|name| name.trim_end_matches(".QueueName")).collect();
    assert_eq!(queues, of_type(&template, "AWS::SQS::Queue").into_keys().collect());
}
