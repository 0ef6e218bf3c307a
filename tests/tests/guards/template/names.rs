//! Names that the stack gives itself. Another stack, or what is left of this one, may have a name already, and then the
//! next deployment fails. So few things have one, each for a reason.

use super::{arguments, names_in, table, template};
use crate::root;
use std::collections::BTreeSet;
use std::fs;
use yaml_serde::Value as Yaml;

/// The properties that name a thing within an account and a region.
const NAMES: [&str; 14] = [
    "AlarmName",
    "ApiName",
    "BucketName",
    "DashboardName",
    "FunctionName",
    "KeyName",
    "LayerName",
    "LogGroupName",
    "ManagedPolicyName",
    "Name",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
];

/// The names in a resource, by the logical id of the resource or of its event.
fn named<'a>(id: &'a str, properties: &'a Yaml) -> Vec<(String, &'a Yaml)> {
    let own = NAMES.iter().filter_map(|name| properties.get(*name)).map(|name| (id.to_owned(), name));
    let events = properties.get("Events").and_then(Yaml::as_mapping).into_iter().flatten();
    let of_events = events.flat_map(|(event, declared)| {
        let event = format!("{id}.{}", event.as_str().unwrap());
        let names = NAMES.iter().filter_map(|name| declared["Properties"].get(*name));
        names.map(move |name| (event.clone(), name)).collect::<Vec<_>>()
    });
    own.chain(of_events).collect()
}

#[test]
fn every_name_of_the_stack_s_own_begins_with_the_stack_s_and_has_a_reason() {
    let template = template();
    let mut found = BTreeSet::new();
    // What a permission names is the function that it is for, and a resource server is within its pool.
    let elsewhere = [Some("AWS::Lambda::Permission"), Some("AWS::Cognito::UserPoolResourceServer")];
    let all = template["Resources"].as_mapping().unwrap().iter();
    for (id, resource) in all.filter(|(_, resource)| !elsewhere.contains(&resource["Type"].as_str())) {
        for (id, name) in named(id.as_str().unwrap(), &resource["Properties"]) {
            let from: BTreeSet<_> = arguments_of(name);
            assert!(from.contains("AWS::StackName"), "{id}: two stacks of an account would have one name: {name:?}");
            found.insert(id);
        }
    }
    let page = fs::read_to_string(root().join("docs/DEPLOYING.md")).unwrap();
    let rows = table(&page, "| what has a name of its own | why |");
    let told: BTreeSet<_> = rows.iter().flat_map(|row| super::quoted(row[0])).map(ToOwned::to_owned).collect();
    assert_eq!(told, found, "docs/DEPLOYING.md says why each must have one");
}

/// What a name is made of.
fn arguments_of(name: &Yaml) -> BTreeSet<&str> {
    let parts = arguments(name, "Sub").into_iter().flat_map(names_in);
    parts.chain(arguments(name, "Ref")).collect()
}
