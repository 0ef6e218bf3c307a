//! Logs, failure queues and alarms.

use super::{alarms, arguments, functions, of_type, operating, quoted, table, template};
use crate::root;
use foldlog_lambda::metrics::NAMESPACE;
use std::collections::BTreeSet;
use std::fs;

#[test]
fn every_function_writes_into_a_declared_log_group_that_forgets() {
    let template = template();
    let groups = of_type(&template, "AWS::Logs::LogGroup");
    for (id, function) in functions(&template) {
        let group = function["Properties"]["LoggingConfig"]["LogGroup"].as_str().unwrap();
        assert_eq!(format!("{}Logs", id.trim_end_matches("Function")), group);
        assert!(groups.contains_key(group), "{group} of {id}");
    }
    for (id, group) in groups {
        assert_eq!(arguments(&group["Properties"]["RetentionInDays"], "Ref"), ["LogRetentionDays"], "{id}");
    }
}

#[test]
fn queues_are_encrypted_and_failure_queues_raise_alarms() {
    let template = template();
    let queues = of_type(&template, "AWS::SQS::Queue");
    for (id, queue) in &queues {
        assert_eq!(queue["Properties"]["SqsManagedSseEnabled"].as_bool(), Some(true), "{id}");
    }
    let of_queues = queues.values().flat_map(|queue| arguments(&queue["Properties"]["RedrivePolicy"], "GetAtt"));
    let rules = of_type(&template, "AWS::Events::Rule");
    let of_rules = rules.values().flat_map(|rule| {
        let targets = rule["Properties"]["Targets"].as_sequence().unwrap();
        targets.iter().flat_map(|target| arguments(&target["DeadLetterConfig"], "GetAtt"))
    });
    let failure_queues: BTreeSet<_> = of_queues.chain(of_rules).map(|arn| arn.trim_end_matches(".Arn")).collect();
    assert!(failure_queues.len() > 5, "{failure_queues:?}");
    let alarms = alarms(&template);
    let watched = alarms.values().filter(|alarm| {
        let (alarm, metric) = (&alarm["Properties"], "ApproximateNumberOfMessagesVisible");
        alarm["MetricName"].as_str() == Some(metric) && alarm["Threshold"].as_u64() == Some(0)
    });
    let watched = watched.flat_map(|alarm| arguments(&alarm["Properties"]["Dimensions"], "GetAtt"));
    let watched: BTreeSet<_> = watched.map(|name| name.trim_end_matches(".QueueName")).collect();
    assert_eq!(watched, failure_queues);
}

#[test]
fn whoever_names_a_failure_queue_may_write_to_it() {
    let template = template();
    let mut senders: BTreeSet<_> = of_type(&template, "AWS::Events::Rule").into_keys().map(ToOwned::to_owned).collect();
    for (id, machine) in of_type(&template, "AWS::Serverless::StateMachine") {
        let events = machine["Properties"]["Events"].as_mapping().unwrap();
        senders.extend(events.keys().map(|event| format!("{id}{}", event.as_str().unwrap())));
    }
    let statements = &template["Resources"]["UndeliveredEventsPolicy"]["Properties"]["PolicyDocument"]["Statement"];
    let mut statements = statements.as_sequence().unwrap().iter();
    let statement = statements.find(|statement| statement["Effect"].as_str() == Some("Allow")).unwrap();
    let allowed = arguments(&statement["Condition"], "GetAtt").into_iter().map(|arn| arn.trim_end_matches(".Arn"));
    assert_eq!(allowed.map(ToOwned::to_owned).collect::<BTreeSet<_>>(), senders);
}

#[test]
fn every_alarm_says_what_it_means_is_sent_shown_and_written_down() {
    let (template, operating) = (template(), operating());
    let rows = table(&operating, "| alarm | it means | what to do |");
    assert!(rows.iter().all(|row| row.len() == 3 && row.iter().all(|cell| !cell.is_empty())), "{rows:?}");
    let mut named: BTreeSet<_> = rows.iter().flat_map(|row| quoted(row[0])).collect();
    let dashboard = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"];
    let shown: BTreeSet<_> = arguments(dashboard, "GetAtt").into_iter().collect();
    for (id, alarm) in alarms(&template) {
        let alarm = &alarm["Properties"];
        assert!(alarm["AlarmDescription"].as_str().is_some_and(|text| text.ends_with('.')), "{id}");
        for when in ["AlarmActions", "OKActions"] {
            assert_eq!(arguments(&alarm[when], "Ref"), ["AlarmTopic", "AWS::NoValue"], "{id}: {when}");
        }
        assert!(shown.contains(format!("{id}.Arn").as_str()), "{id} is not on the dashboard");
        assert!(named.remove(id), "{id} is not in docs/OPERATING.md");
    }
    assert!(named.is_empty(), "docs/OPERATING.md has alarms that there are not: {named:?}");
}

/// What the functions of an idle shop send in a minute was counted on a local host: `shop-cost --count`.
#[test]
fn what_an_alarm_misses_when_it_is_silent_is_sent_each_minute() {
    let template = template();
    let counted = fs::read_to_string(root().join("docs/cost/order.json")).unwrap();
    let counted: serde_json::Value = serde_json::from_str(&counted).unwrap();
    let mut missed = 0;
    for (id, alarm) in alarms(&template) {
        let alarm = &alarm["Properties"];
        if alarm["TreatMissingData"].as_str() != Some("breaching") || alarm["Namespace"].as_str() != Some(NAMESPACE) {
            continue;
        }
        let function = arguments(&alarm["Dimensions"], "Ref")[0];
        let binary = &functions(&template)[function]["Metadata"]["BuildProperties"]["Binary"];
        let (binary, metric) = (binary.as_str().unwrap(), alarm["MetricName"].as_str().unwrap());
        let sent = &counted["minute"]["metrics"][binary][format!("{metric} {binary}")];
        assert_eq!(sent.as_u64(), Some(1), "{id}: {binary} sends no {metric}");
        assert!(
            alarm["Period"].as_u64() >= Some(300) || alarm["EvaluationPeriods"].as_u64() >= Some(5),
            "{id} is hasty"
        );
        missed += 1;
    }
    assert_eq!(missed, 4);
}

/// The most metrics of one alarm.
const METRICS_OF_AN_ALARM: usize = 10;

#[test]
fn an_alarm_on_what_functions_measure_rings_in_their_silence_unless_they_measure_only_failures() {
    let template = template();
    let mut loud = BTreeSet::new();
    for (id, alarm) in alarms(&template) {
        let alarm = &alarm["Properties"];
        let maths = alarm["Metrics"].as_sequence().into_iter().flatten();
        let metrics: Vec<_> =
            maths.map(|metric| &metric["MetricStat"]["Metric"]).filter(|metric| !metric.is_null()).collect();
        assert!(metrics.len() < METRICS_OF_AN_ALARM, "{id} has no room for one more");
        let ours = metrics.into_iter().chain([alarm]).filter(|metric| metric["Namespace"].as_str() == Some(NAMESPACE));
        let ours: BTreeSet<_> = ours.map(|metric| metric["MetricName"].as_str().unwrap()).collect();
        let missing = alarm["TreatMissingData"].as_str().unwrap();
        if ours == ["Failed"].into() {
            assert_eq!(missing, "notBreaching", "{id}: there are failures or nothing");
        } else if !ours.is_empty() {
            assert_eq!(missing, "breaching", "{id}: {ours:?}");
            loud.extend(ours);
        }
    }
    assert_eq!(loud, ["DeadlinesPassed", "LostBatches", "ParkedNotes", "Tampered"].into());
}

#[test]
fn the_alarm_on_failing_folds_watches_every_projector() {
    let template = template();
    let metrics = &alarms(&template)["FoldsFailingAlarm"]["Properties"]["Metrics"];
    let watched: BTreeSet<_> = arguments(metrics, "Ref").into_iter().collect();
    let projectors: BTreeSet<_> =
        functions(&template).into_keys().filter(|id| id.ends_with("ProjectorFunction")).collect();
    assert!(watched == projectors && watched.len() == 2, "{watched:?}");
}
