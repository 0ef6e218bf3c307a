//! The dashboards and saved queries, and the measurements that they and the alarms look at.

use super::{alarms, arguments, functions, names_in, of_type, operating, quoted, table, template};
use foldlog_lambda::metrics::{Kept, Metric};
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

/// The widgets of all dashboards as `CloudWatch` gets them, with one name for everything that they take over.
fn widgets(template: &Yaml) -> Vec<Json> {
    let dashboards = of_type(template, "AWS::CloudWatch::Dashboard").into_values();
    let widgets = dashboards.map(|dashboard| {
        let body = dashboard["Properties"]["DashboardBody"][0].as_str().unwrap();
        let text =
            names_in(body).iter().fold(body.to_owned(), |text, name| text.replace(&format!("${{{name}}}"), "some"));
        let mut dashboard: Json = serde_json::from_str(&text).unwrap();
        dashboard["widgets"].take()
    });
    widgets.flat_map(|widgets| widgets.as_array().unwrap().clone()).collect()
}

/// The measurements that a query of the logs asks for. All of them begin with a capital letter.
fn fields_of(query: &str) -> BTreeSet<&str> {
    let words = query.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() > 1);
    let named = words.filter(|word| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase));
    named.filter(|word| !["Function", "Subscription"].contains(word)).collect()
}

/// Whether `CloudWatch` keeps a metric of this name.
fn is_kept(name: &str) -> bool {
    name.parse::<Metric>().is_ok_and(|metric| metric.kept() != Kept::AsField)
}

#[test]
fn alarms_dashboards_queries_and_page_know_what_is_measured_and_nothing_else() {
    let template = template();
    let measured: BTreeSet<_> = Metric::VARIANTS.iter().chain(foldlog_dynamo::Metric::VARIANTS).copied().collect();
    let widgets = widgets(&template);
    let shown: BTreeSet<_> = widgets.iter().flat_map(metrics_of).collect();
    let alarms = alarms(&template);
    let watched = alarms.values().flat_map(|alarm| {
        let alarm = &alarm["Properties"];
        let maths = alarm["Metrics"].as_sequence().into_iter().flatten().map(|metric| &metric["MetricStat"]["Metric"]);
        let named = maths.chain([alarm]).filter_map(|metric| {
            Some((metric["Namespace"].as_str()?.to_owned(), metric["MetricName"].as_str()?.to_owned()))
        });
        named.collect::<Vec<_>>()
    });
    let mut ours = 0;
    for (namespace, name) in shown.into_iter().chain(watched) {
        if namespace == foldlog_lambda::metrics::NAMESPACE {
            assert!(is_kept(&name), "{name} is no metric, or no function measures it");
            ours += 1;
        } else {
            assert!(namespace.starts_with("AWS/"), "{namespace}: no function writes there");
        }
    }
    assert!(ours > 10, "{ours}");
    let queries = of_type(&template, "AWS::Logs::QueryDefinition").into_values();
    let saved: BTreeSet<_> =
        queries.flat_map(|query| fields_of(query["Properties"]["QueryString"].as_str().unwrap())).collect();
    let logs = widgets.iter().filter_map(|widget| widget["properties"]["query"].as_str());
    let asked: BTreeSet<_> = logs.flat_map(fields_of).chain(saved.iter().copied()).collect();
    assert!(asked.is_subset(&measured), "no function measures {:?}", asked.difference(&measured));
    let fields = measured.iter().filter(|name| !is_kept(name)).copied().collect::<BTreeSet<_>>();
    assert!(fields.is_subset(&saved), "no query finds {:?}", fields.difference(&saved));
    let operating = operating();
    let explained = table(&operating, "| measurement | meaning | kept as |");
    for row in &explained {
        for name in quoted(row[0]) {
            let kept = row[2].contains("metric");
            assert_eq!((measured.contains(name), kept), (true, is_kept(name)), "docs/OPERATING.md: {name} {row:?}");
        }
    }
    assert_eq!(explained.iter().flat_map(|row| quoted(row[0])).collect::<BTreeSet<_>>(), measured);
}

#[test]
fn the_dashboards_show_every_function_queue_and_read_model() {
    let template = template();
    let dashboards = of_type(&template, "AWS::CloudWatch::Dashboard");
    let listed = |name: &str, by: &str| {
        let taken = dashboards.values().map(|dashboard| &dashboard["Properties"]["DashboardBody"][1][name]);
        taken.flat_map(|names| arguments(names, by)).collect::<BTreeSet<_>>()
    };
    assert_eq!(listed("Functions", "Ref"), functions(&template).into_keys().collect());
    let tables = of_type(&template, "AWS::DynamoDB::Table").into_keys();
    assert_eq!(listed("Views", "Ref"), tables.filter(|id| id.ends_with("View")).collect());
    let queues: BTreeSet<_> = listed("Queues", "GetAtt").union(&listed("DeadLetters", "GetAtt")).copied().collect();
    let queues: BTreeSet<_> = queues.into_iter().map(|name| name.trim_end_matches(".QueueName")).collect();
    assert_eq!(queues, of_type(&template, "AWS::SQS::Queue").into_keys().collect());
}

#[test]
fn the_query_of_trouble_looks_at_the_log_of_every_function() {
    let template = template();
    let logs = arguments(&template["Resources"]["TroubleQuery"]["Properties"]["LogGroupNames"], "Ref");
    let logs: BTreeSet<_> = logs.into_iter().map(|log| log.trim_end_matches("Logs")).collect();
    let functions = functions(&template).into_keys().map(|id| id.trim_end_matches("Function")).collect();
    assert_eq!(logs, functions);
}
