//! How new versions are let in, and what functions may have at once.

use super::{alarms, arguments, functions, names_in, template};
use std::collections::{BTreeMap, BTreeSet};

/// The default concurrency limit of an AWS account, and the part of it that Lambda does not let you reserve.
const ACCOUNT: u64 = 1_000;
const UNRESERVED: u64 = 100;

#[test]
fn a_new_version_of_a_command_function_is_let_in_under_alarms() {
    let template = template();
    let preference = &template["Globals"]["Function"]["DeploymentPreference"];
    assert_eq!(arguments(&preference["Type"], "Ref"), ["Rollout"]);
    let alarms = alarms(&template);
    let name = arguments(&preference["Alarms"], "Sub");
    assert_eq!(name, arguments(&alarms["ApiFaultsAlarm"]["Properties"]["AlarmName"], "Sub"), "by its name");
    assert!(arguments(&preference["Alarms"], "Ref").contains(&"CommandErrorsAlarm"));
    // At once it waits for no alarm, and yet has one: what an empty list makes of those of the release before is nowhere
    // documented.
    let (gradual, at_once) = (&preference["Alarms"][1], &preference["Alarms"][2]);
    assert_eq!((gradual.as_sequence().unwrap().len(), arguments(at_once, "Ref")), (2, vec!["NeverAlarm"]));
    let never = alarms["NeverAlarm"]["Properties"]["Metrics"].as_sequence().unwrap().last().unwrap();
    assert_eq!(never["Expression"].as_str(), Some("0 * errors"));
    let errors = &alarms["CommandErrorsAlarm"]["Properties"]["Metrics"];
    let watched: BTreeSet<_> = arguments(errors, "Sub").into_iter().collect();
    let mut commands = BTreeSet::new();
    for (id, function) in functions(&template) {
        let function = &function["Properties"];
        if id.ends_with("CommandsFunction") {
            let alias = function["AutoPublishAlias"].as_str().unwrap();
            assert_eq!(function["DeploymentPreference"]["Enabled"].as_bool(), Some(true), "{id}");
            commands.insert(format!("${{{id}}}:{alias}"));
        } else {
            assert!(function["AutoPublishAlias"].is_null(), "{id}: nothing says when its versions are to follow");
        }
    }
    assert_eq!(watched.into_iter().map(ToOwned::to_owned).collect::<BTreeSet<_>>(), commands);
}

/// SAM publishes no version for another value of a parameter, unless the version itself depends on it.
#[test]
fn whatever_an_aliased_functions_settings_follow_from_makes_a_version_of_its_own() {
    let template = template();
    let shared = arguments(&template["Globals"]["Function"]["Environment"], "Ref");
    for (id, function) in functions(&template) {
        let function = &function["Properties"];
        if function["AutoPublishAlias"].is_null() {
            continue;
        }
        let sources: BTreeSet<_> =
            arguments(&function["Environment"], "Ref").into_iter().chain(shared.clone()).collect();
        assert_eq!(names_in(function["VersionDescription"].as_str().unwrap()), sources, "{id}");
        assert_eq!(function["AutoPublishAliasAllProperties"].as_bool(), Some(true), "{id}");
    }
}

#[test]
fn reserved_concurrency_suffices_for_what_asks_and_is_no_more_than_an_account_has() {
    let template = template();
    let budget = template["Mappings"]["Concurrency"].as_mapping().unwrap();
    for (size, stacks) in [("standard", 1), ("small", 2)] {
        let mut given = BTreeMap::new();
        for (name, entry) in budget {
            given.insert(name.as_str().unwrap(), entry[size].as_u64().unwrap());
        }
        let sum: u64 = given.values().sum();
        assert!(stacks * sum <= ACCOUNT - UNRESERVED, "{size}: {sum}");
        for (id, function) in functions(&template) {
            let function = &function["Properties"];
            let reserved = &function["ReservedConcurrentExecutions"];
            let name = reserved[1][1].as_str().unwrap();
            assert_eq!((reserved[0].as_str(), format!("{name}Function").as_str()), (Some("ConcurrencyIsReserved"), id));
            assert_eq!(arguments(&reserved[1], "Ref"), ["ConcurrencyBudget"], "{id}");
            let own = given.remove(name).unwrap();
            let events = function["Events"].as_mapping().into_iter().flatten().map(|(_, event)| event);
            let asked = events.map(|event| match event["Type"].as_str().unwrap() {
                "SQS" => event["Properties"]["ScalingConfig"]["MaximumConcurrency"].as_u64().unwrap(),
                "HttpApi" => 0,
                _ => 1,
            });
            let asked: u64 = asked.sum();
            assert!(own >= asked.max(1), "{id} has {own}, and its triggers may ask for {asked}");
        }
        assert!(given.is_empty(), "{given:?} are no functions");
        let parts = &template["Resources"]["RebuildMachine"]["Properties"]["Definition"]["States"]["Parts"];
        assert!(parts["MaxConcurrency"].as_u64() < budget["Rebuild"][size].as_u64(), "the parts, and a plan");
    }
}
