//! Rights: each function has a role of its own, and only the routes that are meant to be open are.

use super::{arguments, functions, of_type, template};
use std::collections::BTreeSet;
use yaml_serde::Value as Yaml;

/// The routes that need no token. The signature of a webhook takes the place of one.
const OPEN: [&str; 6] = [
    "GET /catalogue",
    "GET /docs",
    "GET /healthz",
    "GET /openapi.json",
    "GET /products/{sku}",
    "POST /webhooks/payments",
];

/// The statements of a role, those under a condition too.
fn statements(role: &Yaml) -> Vec<&Yaml> {
    let policies = role["Properties"]["Policies"].as_sequence().unwrap().iter();
    let written = policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_sequence().unwrap());
    let mut all = Vec::new();
    for statement in written {
        if let Yaml::Tagged(condition) = statement {
            all.extend(condition.value.as_sequence().unwrap().iter().filter(|one| one.is_mapping()));
        } else {
            all.push(statement);
        }
    }
    all
}

#[test]
fn every_function_has_a_role_of_its_own_that_allows_what_is_written_there() {
    let template = template();
    let roles = of_type(&template, "AWS::IAM::Role");
    let mut held = BTreeSet::new();
    for (id, function) in functions(&template) {
        let role = arguments(&function["Properties"]["Role"], "GetAtt");
        let [role] = role.as_slice() else { panic!("{id} has no role") };
        assert!(held.insert(role.trim_end_matches(".Arn")), "{id} shares its role");
    }
    for (id, role) in &roles {
        assert!(role["Properties"]["ManagedPolicyArns"].is_null(), "{id}");
        for statement in statements(role) {
            let text = yaml_serde::to_string(statement).unwrap();
            assert!(!text.contains("CreateLogGroup") && !text.contains(":*\n"), "{id}: {text}");
            if statement["Resource"].as_str() == Some("*") {
                let actions = yaml_serde::to_string(&statement["Action"]).unwrap();
                assert!(actions.contains("xray:") || actions.contains("LogDelivery"), "{id}: {actions}");
            }
            // Without this, a request that names no partition key would pass.
            if text.contains("ForAllValues") {
                assert_eq!(
                    statement["Condition"]["Null"]["dynamodb:LeadingKeys"].as_str(),
                    Some("false"),
                    "{id}: {text}"
                );
            }
        }
    }
}

#[test]
fn a_route_is_open_only_if_it_is_meant_to_be() {
    let template = template();
    let mut open = BTreeSet::new();
    for (id, function) in functions(&template) {
        let events = function["Properties"]["Events"].as_mapping().into_iter().flat_map(yaml_serde::Mapping::values);
        for event in events.filter(|event| event["Type"].as_str() == Some("HttpApi")) {
            let event = &event["Properties"];
            let route = format!("{} {}", event["Method"].as_str().unwrap(), event["Path"].as_str().unwrap());
            match event["Auth"]["Authorizer"].as_str() {
                Some("Jwt") => {
                    let scopes = event["Auth"]["AuthorizationScopes"].as_sequence().map_or(0, Vec::len);
                    assert!(scopes > 0, "{id}: {route} is open to every token");
                }
                other => {
                    assert_eq!(other, None, "{id}: {route}");
                    open.insert(route);
                }
            }
        }
    }
    assert_eq!(open, OPEN.map(str::to_owned).into());
}
